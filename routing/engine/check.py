"""Looks a rule set over before it is published: errors block, warnings are shown beside the rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from leads.conditions import Condition
from leads.conditions.operators import Op
from leads.conditions.tree import Junction, Leaf, Node
from routing.engine.ruleset import Place, Rule, RuleSet, To
from routing.engine.trace import Number, Numbers
from routing.engine.world import Group, Step, World


class Severity(StrEnum):
    """Does it block publishing?"""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: how bad, a code, the key of the rule (None: the whole set) and its numbers."""

    severity: Severity
    code: str
    rule: str | None
    numbers: Numbers = ()


def check(rules: RuleSet, world: World | None = None) -> tuple[Finding, ...]:
    """Everything found, errors first, in the order of the rules; with a world, ids and groups are looked at too."""
    found = [*_whole(rules), *_shadows(rules)]
    for rule in rules.rules:
        found += _loops(rule)
        if world is not None:
            found += _places(rule, world)
    return tuple(sorted(found, key=lambda finding: finding.severity is Severity.WARNING))


def _finding(severity: Severity, code: str, rule: Rule | None = None, **numbers: Number) -> Finding:
    return Finding(severity, code, rule.key if rule else None, tuple(sorted(numbers.items())))


def _whole(rules: RuleSet) -> Iterator[Finding]:
    """No rules, no rule for everything else, names given twice."""
    if not rules.rules:
        yield _finding(Severity.ERROR, "no_rules")
    elif rules.rules[-1].condition.asks:
        yield _finding(Severity.ERROR, "no_default_rule", rules.rules[-1])
    first: dict[str, int] = {}
    for number, rule in enumerate(rules.rules, start=1):
        name = rule.name.casefold()
        if name in first:
            yield _finding(Severity.ERROR, "name_twice", rule, first=first[name], name=rule.name)
        first.setdefault(name, number)


class _Seen(NamedTuple):
    """A condition as shadows are told by: worked out once, because every rule is held against every earlier one."""

    tree: dict[str, Any]
    needed: dict[str, frozenset[str]]
    only_equalities: bool  # `needed` says all that is asked

    @classmethod
    def of(cls, condition: Condition) -> _Seen:
        plain = condition.root is None or _only_equalities(condition.root)
        return cls(condition.tree(), condition.equalities(), plain)

    def covers(self, later: _Seen) -> bool:
        """Does every lead of the later condition plainly meet this one?"""
        if self.tree == later.tree:
            return True
        if not self.only_equalities:
            return False
        return all(key in later.needed and later.needed[key] <= texts for key, texts in self.needed.items())


def _shadows(rules: RuleSet) -> Iterator[Finding]:
    """Rules that no lead can reach, as far as that is plain: nothing asked before, the same, or less."""
    before: list[tuple[int, Rule, _Seen]] = []
    for number, rule in enumerate(rules.rules, start=1):
        seen = _Seen.of(rule.condition)
        if not all(seen.needed.values()):
            yield _finding(Severity.WARNING, "never_matches", rule)
            continue
        shadow = next(((at, earlier) for at, earlier, other in before if other.covers(seen)), None)
        if shadow is not None:
            yield _finding(Severity.WARNING, "never_reached", rule, by=shadow[0], name=shadow[1].name)
        elif not _passes_on(rule):
            before.append((number, rule, seen))


def _passes_on(rule: Rule) -> bool:
    """Can the rule hand a lead it matched to the next rule?"""
    final = rule.destination.to in {To.DESK, To.REJECT}
    return not final and any(place.to is To.NEXT_RULE for place in rule.otherwise)


def _only_equalities(node: Node) -> bool:
    """Is the node nothing but texts that must be among others, all together?"""
    if isinstance(node, Leaf):
        return node.operator in {Op.IS, Op.ONE_OF, Op.IN_REGION} and node.field.type.value in {
            "text",
            "choice",
            "country",
        }
    return node.junction is Junction.ALL and all(_only_equalities(part) for part in node.parts)


def _loops(rule: Rule) -> Iterator[Finding]:
    """A group that comes up again in its own chain has already said that nobody is left."""
    seen = {rule.destination.id} if rule.destination.to is To.GROUP else set()
    for place in rule.otherwise:
        if place.to is To.GROUP:
            if place.id in seen:
                yield _finding(Severity.ERROR, "loop", rule, group=place.id)
            seen.add(place.id)


def _places(rule: Rule, world: World) -> Iterator[Finding]:
    """Everything the rule names, against what exists."""
    if rule.destination.to is To.REP and rule.destination.id not in world.reps:
        yield _finding(Severity.ERROR, "unknown_rep", rule, rep=rule.destination.id)
    for step in rule.steps or ():
        rep = getattr(step.options, "rep", None)
        if rep is not None and rep not in world.reps:
            yield _finding(Severity.ERROR, "unknown_rep", rule, rep=rep)
    for place, steps in _grouped(rule):
        group = world.groups.get(place.id or 0)
        if group is None:
            yield _finding(Severity.ERROR, "unknown_group", rule, group=place.id)
        else:
            yield from _group(rule, group, group.steps if steps is None else steps, world)
    if rule.destination.to is To.TERRITORY and not any(t.group is not None for t in world.territories):
        yield _finding(Severity.WARNING, "no_territories", rule)


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
    names = {step.strategy for step in steps}
    if not group.members:
        yield _finding(Severity.WARNING, "group_without_members", rule, group=group.id)
    elif "pool" not in names and all(member.weight <= 0 for member in group.members):
        yield _finding(Severity.WARNING, "all_weights_zero", rule, group=group.id)
    if "availability" in names:
        for member in group.members:
            rep = world.reps.get(member.rep)
            if rep is None or not rep.duty:
                yield _finding(Severity.WARNING, "rep_without_shifts", rule, group=group.id, rep=member.rep)
