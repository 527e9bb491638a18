"""Everything wrong with a draft, in words: what cannot be read, what `check` finds, and what the database knows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leads.qualify.freeze import catalogue_of
from reps.models import Group, Rep
from routing import wording
from routing.engine import check
from routing.engine.ruleset import Directory, RuleSetError, To, parse, parse_steps
from routing.engine.ruleset import RuleSet as Rules
from routing.engine.world import Step
from routing.models import RuleSet
from routing.rulesets.draft import body_of
from routing.rulesets.matches import Matches, matches_of
from routing.rulesets.money import asks_money, without_rate
from routing.snapshot import whole_roster


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a draft, in words; errors block publishing, warnings do not."""

    text: str
    path: str
    rule: int | None
    blocks: bool
    above: int | None = None  # the place of the rule above which this one would be reached


def problems_of(
    rule_set: RuleSet, *, now: datetime, leads: bool = False, body: dict[str, Any] | None = None
) -> list[Problem]:
    """Everything wrong with the draft, errors first; with `leads` the last 30 days are held against it too.

    With `body`: of the draft as it would be, while somebody edits it.
    """
    division = rule_set.division_id
    body = body_of(rule_set) if body is None else body
    names = wording.Names.load(division, rules=body["rules"])
    try:
        rules = parse(body, catalogue_of(division), directory=directory_of(division))
    except RuleSetError as error:
        return [
            Problem(wording.reading_problem(p, names), p.path, _position(p.path), blocks=True) for p in error.problems
        ]
    keys = {rule.key: n for n, rule in enumerate(rules.rules)}
    found = [
        Problem(
            wording.check_problem(f, names),
            "",
            keys.get(f.rule or ""),
            blocks=f.severity is check.Severity.ERROR,
            above=int(str(dict(f.numbers)["by"])) - 1 if f.code == "never_reached" else None,
        )
        for f in check.check(rules, whole_roster(division, now=now))
    ]
    found += _pool_problems(rules, division, names)
    if leads:
        found += _unmatched(rules, matches_of(rules, division, now=now))
        found += _unseen_money(rules, division, now)
    return sorted(found, key=lambda p: not p.blocks)


def directory_of(division_id: int) -> Directory:
    """Which groups and reps a rule may name."""
    return Directory(
        frozenset(Group.objects.filter(division=division_id, active=True).values_list("pk", flat=True)),
        frozenset(Rep.objects.filter(division=division_id, active=True).values_list("pk", flat=True)),
    )


def _unmatched(rules: Rules, matches: Matches) -> Iterator[Problem]:
    """Rules without a lead, and how many no rule but the last wanted."""
    if not matches.total:
        return
    for position, rule in enumerate(rules.rules):
        count = matches.rules.get(rule.key, 0)
        rest = not rule.condition.asks and len(rules.rules) > 1
        if rest and count:
            text = wording.falls_to_the_rest(count, matches.total, rule.name)
            yield Problem(text, "", position, blocks=False)
        elif not rest and not count:
            yield Problem(wording.no_lead_matched(rule.name, matches.total), "", position, blocks=False)


def _unseen_money(rules: Rules, division: int, now: datetime) -> Iterator[Problem]:
    """Rules that compare money, and currencies of last month's leads that nobody entered a rate of."""
    steps = {group.pk: _steps_of(group) or () for group in Group.objects.filter(division=division)}
    asking = [n for n, rule in enumerate(rules.rules) if asks_money(rule, lambda pk: steps.get(pk, ()))]
    if not asking:
        return
    base, missing = without_rate(division, now=now)
    for currency, count in missing:
        for position in asking:
            text = wording.no_rate(rules.rules[position].name, currency, base, count)
            yield Problem(text, "", position, blocks=False)


def _pool_problems(rules: Rules, division: int, names: wording.Names) -> Iterator[Problem]:
    """A rule may only use a pool as the group has it: who sees what is the group's to say, not the rule's."""
    groups = {group.pk: group for group in Group.objects.filter(division=division, active=True)}
    for position, rule in enumerate(rules.rules):
        places = [(place.id, place.mode) for place in rule.otherwise if place.to is To.POOL]
        if rule.destination.to is To.GROUP and rule.destination.id in groups:
            steps = _steps_of(groups[rule.destination.id]) if rule.steps is None else rule.steps
            if steps is None:
                yield Problem(wording.unreadable_steps(names.group(rule.destination.id)), "", position, blocks=True)
                continue
            places += [(rule.destination.id, step.options.mode) for step in steps if step.strategy == "pool"]
        for pk, mode in places:
            group = groups.get(pk or 0)
            if group is not None and group.pool != mode:
                text = wording.pool_problem(names.group(pk), mode=mode, has=group.get_pool_display())
                yield Problem(text, "", position, blocks=True)


def _steps_of(group: Group) -> tuple[Step, ...] | None:
    try:
        return parse_steps(group.steps)
    except RuleSetError:
        return None


def _position(path: str) -> int | None:
    head = path.partition("]")[0]
    return int(head.removeprefix("rules[")) if head.startswith("rules[") else None
