"""Rule sets: reads the draft and the published version, checks, and prints new versions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import Max

from leads.qualify.freeze import attributes_of, catalogue_of, read_catalogue
from reps.models import Group, Rep, User
from routing import wording
from routing.engine import check
from routing.engine.decide import ENGINE
from routing.engine.ruleset import Directory, RuleSetError, To, parse, parse_steps
from routing.engine.ruleset import RuleSet as Rules
from routing.engine.world import Step
from routing.models import Rule, RuleSet, RuleSetVersion
from routing.snapshot import whole_roster


class NotPublishedError(Exception):
    """The draft has errors; `problems` lists them."""

    def __init__(self, problems: "Sequence[Problem]") -> None:
        super().__init__("; ".join(p.text for p in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a draft, in words; errors block publishing, warnings do not."""

    text: str
    path: str
    rule: int | None
    blocks: bool


def body_of(rule_set: RuleSet) -> dict[str, Any]:
    """The draft as the JSON that the engine reads."""
    return {
        "rules": [_rule_body(rule) for rule in rule_set.rules.all()],
        "bands": [{"condition": band.condition, "band": band.band} for band in rule_set.bands.all()],
    }


def problems_of(rule_set: RuleSet, *, now: datetime) -> list[Problem]:
    """Everything wrong with the draft, errors first."""
    division = rule_set.division_id
    names = wording.Names.load(division, rules=body_of(rule_set)["rules"])
    directory = Directory(
        frozenset(Group.objects.filter(division=division, active=True).values_list("pk", flat=True)),
        frozenset(Rep.objects.filter(division=division, active=True).values_list("pk", flat=True)),
    )
    try:
        rules = parse(body_of(rule_set), catalogue_of(division), directory=directory)
    except RuleSetError as error:
        return [
            Problem(wording.reading_problem(p, names), p.path, _position(p.path), blocks=True) for p in error.problems
        ]
    keys = {rule.key: n for n, rule in enumerate(rules.rules)}
    found = [
        Problem(wording.check_problem(f, names), "", keys.get(f.rule or ""), blocks=f.severity is check.Severity.ERROR)
        for f in check.check(rules, whole_roster(division, now=now))
    ]
    return sorted([*found, *_pool_problems(rules, division, names)], key=lambda p: not p.blocks)


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


def words_of(rule_set: RuleSet) -> list[str]:
    """The draft as sentences, one a rule; empty where it cannot be read yet."""
    body = body_of(rule_set)
    try:
        rules = parse(body, catalogue_of(rule_set.division_id))
    except RuleSetError:
        return []
    return wording.rule_set_words(rules, wording.Names.load(rule_set.division_id, rules=body["rules"]))


@transaction.atomic
def publish(*, rule_set: RuleSet, by: User | None, comment: str, now: datetime) -> RuleSetVersion:
    """Print the draft as the next version; it decides every lead from the next batch on. Raises NotPublishedError."""
    locked = RuleSet.objects.select_for_update().get(pk=rule_set.pk)
    problems = problems_of(locked, now=now)
    if any(p.blocks for p in problems):
        raise NotPublishedError([p for p in problems if p.blocks])
    body = body_of(locked)
    last = locked.versions.aggregate(n=Max("n"))["n"] or 0
    version = RuleSetVersion.objects.create(
        rule_set=locked,
        n=last + 1,
        engine=ENGINE,
        body=body,
        attributes=attributes_of(locked.division_id),
        words=words_of(locked),
        comment=comment,
        published_at=now,
        published_by=by,
    )
    RuleSet.objects.filter(pk=locked.pk).update(published=version)
    return version


def published(division_id: int) -> RuleSetVersion | None:
    """The version that decides new leads, if any is published."""
    found = (
        RuleSet.objects.filter(division=division_id, runs_on=RuleSet.RunsOn.NEW)
        .select_related("published")
        .exclude(published=None)
        .first()
    )
    return found.published if found else None


def rules_of(version: RuleSetVersion) -> Rules:
    """The version as the engine reads it; kept per process, as a version never changes."""
    return _parsed(version.pk)


@lru_cache(maxsize=64)
def _parsed(version_id: int) -> Rules:
    version = RuleSetVersion.objects.get(pk=version_id)
    return parse(version.body, read_catalogue(version.attributes), version=version.pk)


def _rule_body(rule: Rule) -> dict[str, Any]:
    destination: dict[str, Any] = {"to": rule.to}
    if rule.to == Rule.To.GROUP:
        destination["group"] = rule.group_id
    elif rule.to == Rule.To.REP:
        destination["rep"] = rule.rep_id
    elif rule.to == Rule.To.REJECT:
        destination["reason"] = rule.reject_reason
    return {
        "key": str(rule.key),
        "name": rule.name,
        "condition": rule.condition,
        "destination": destination,
        "steps": rule.steps,
        "otherwise": rule.otherwise,
        "respond_within": rule.respond_within * 60 if rule.respond_within else None,
    }


def _position(path: str) -> int | None:
    head = path.partition("]")[0]
    return int(head.removeprefix("rules[")) if head.startswith("rules[") else None
