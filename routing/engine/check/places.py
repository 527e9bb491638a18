"""Everything rules name, against what exists: groups, people, hours, limits, skills, territories."""

from __future__ import annotations

from collections.abc import Iterator

from routing.engine.check.finding import Finding, Severity, finding
from routing.engine.ruleset import Place, Rule, RuleSet, To
from routing.engine.world import Area, AreaKind, Group, Member, Step, Territory, World

CHOOSE_NOBODY = frozenset({"pool", "manual"})


def places(rule: Rule, world: World) -> Iterator[Finding]:
    """Everything the rule names, against what exists."""
    if rule.destination.to is To.REP and rule.destination.id not in world.reps:
        yield finding(Severity.ERROR, "unknown_rep", rule, rep=rule.destination.id)
    if rule.destination.to is To.REP and any(stage.do == "release" for stage in rule.escalation or ()):
        yield finding(Severity.WARNING, "taken_back_to_the_named_rep", rule, rep=rule.destination.id)
    for step in rule.steps or ():
        rep = getattr(step.options, "rep", None)
        if rep is not None and rep not in world.reps:
            yield finding(Severity.ERROR, "unknown_rep", rule, rep=rep)
    for place, steps in _grouped(rule):
        group = world.groups.get(place.id or 0)
        if group is None:
            yield finding(Severity.ERROR, "unknown_group", rule, group=place.id)
        else:
            yield from _group(rule, group, group.steps if steps is None else steps, world)
    if rule.destination.to is To.TERRITORY:
        if not any(t.group is not None for t in world.territories):
            yield finding(Severity.WARNING, "no_territories", rule)
        elif not rule.otherwise and not any(a.kind is AreaKind.WORLD for t in world.territories for a in t.areas):
            yield finding(Severity.WARNING, "territories_leave_out", rule)


def _grouped(rule: Rule) -> Iterator[tuple[Place, tuple[Step, ...] | None]]:
    """Each place with a group, and the steps used there (None: its own; a pool uses none)."""
    if rule.destination.to is To.GROUP:
        yield rule.destination, rule.steps
    for place in rule.otherwise:
        if place.to is To.GROUP:
            yield place, None
        elif place.to is To.POOL:
            yield place, ()


def _group(rule: Rule, group: Group, steps: tuple[Step, ...], world: World) -> Iterator[Finding]:
    if not group.members:
        yield finding(Severity.WARNING, "group_without_members", rule, group=group.id)
        return
    for look in (_takers, _hours, _knowing, _taken_back):
        yield from look(rule, group, steps, world)
    if group.paused:
        yield finding(Severity.WARNING, "group_paused", rule, group=group.id)


def _takers(rule: Rule, group: Group, steps: tuple[Step, ...], world: World) -> Iterator[Finding]:
    """Whether anybody may get a lead at all."""
    names = {step.strategy for step in steps}
    if names & CHOOSE_NOBODY:
        return
    if all(member.weight <= 0 for member in group.members):
        yield finding(Severity.WARNING, "all_weights_zero", rule, group=group.id)
    if "capacity" in names and all(_takes_nothing(member, world) for member in group.members):
        yield finding(Severity.WARNING, "all_limits_zero", rule, group=group.id)


def _knowing(rule: Rule, group: Group, steps: tuple[Step, ...], world: World) -> Iterator[Finding]:
    """Whether anybody has what steps ask for."""
    for step in steps:
        if step.strategy == "territory" and not any(
            territory.reps & {member.rep for member in group.members} for territory in world.territories
        ):
            yield finding(Severity.WARNING, "nobody_covers_anything", rule, group=group.id)
        rep = getattr(step.options, "rep", None)
        if rep is not None and rule.steps is None and rep not in world.reps:
            yield finding(Severity.WARNING, "unknown_rep", rule, rep=rep)
        if step.strategy == "skills" and not any(_has_kind(member, step, world) for member in group.members):
            yield finding(Severity.WARNING, "nobody_has_skill", rule, group=group.id, kind=step.options.kind)


def _taken_back(rule: Rule, group: Group, steps: tuple[Step, ...], world: World) -> Iterator[Finding]:
    """Whether a lead that times out can only come back to whom it was taken from."""
    stages = rule.escalation if rule.escalation is not None else group.escalation
    if not any(stage.do == "release" for stage in stages):
        return
    if len(group.members) == 1:
        yield finding(Severity.WARNING, "taken_back_to_the_same", rule, group=group.id)
    elif not {step.strategy for step in steps} & {"not_again", "offer", *CHOOSE_NOBODY}:
        yield finding(Severity.WARNING, "may_come_back", rule, group=group.id)


def _takes_nothing(member: Member, world: World) -> bool:
    rep = world.reps.get(member.rep)
    limits = [member.cap, *(limit.most for limit in member.limits)]
    limits += [rep.cap, *(limit.most for limit in rep.limits)] if rep else []
    return 0 in limits


def _has_kind(member: Member, step: Step, world: World) -> bool:
    rep = world.reps.get(member.rep)
    return rep is not None and any(skill.startswith(f"{step.options.kind}:") for skill in rep.skills)


def _hours(rule: Rule, group: Group, steps: tuple[Step, ...], world: World) -> Iterator[Finding]:
    """Who never is on duty, by name; or that nobody is, for as long as can be seen."""
    if "availability" not in {step.strategy for step in steps}:
        return
    if any(step.strategy == "availability" and step.options.there != "shift" for step in steps):
        return
    reps = [world.reps.get(member.rep) for member in group.members]
    if not any(rep is not None and rep.changes for rep in reps):
        yield finding(Severity.WARNING, "nobody_comes", rule, group=group.id)
    for member, rep in zip(group.members, reps, strict=True):
        if rep is None or not rep.duty:
            yield finding(Severity.WARNING, "rep_without_shifts", rule, group=group.id, rep=member.rep)


def overlaps(world: World) -> Iterator[Finding]:
    """Two territories of different groups that name the same area as closely: the one with the lower number wins."""
    seen: dict[Area, Territory] = {}
    for territory in world.territories:
        for area in territory.areas:
            other = seen.setdefault(area, territory)
            if other.id != territory.id and other.group != territory.group:
                yield finding(Severity.WARNING, "territories_overlap", None, first=other.id, second=territory.id)
                break
    for territory in world.territories:
        if not territory.reps:
            yield finding(Severity.WARNING, "territory_without_reps", None, territory=territory.id)


def asks_territories(rules: RuleSet, world: World) -> bool:
    steps = [step for rule in rules.rules for step in rule.steps or ()]
    steps += [step for group in world.groups.values() for step in group.steps]
    by_rule = any(rule.destination.to is To.TERRITORY for rule in rules.rules)
    return by_rule or any(step.strategy == "territory" for step in steps)
