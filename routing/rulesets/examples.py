"""Saved examples: a lead and where it must go, asked of the draft before it is published."""

import json
import zoneinfo
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from leads.conditions import Catalogue
from leads.models import Lead
from leads.models.fields import ExactEncoder
from leads.qualify.freeze import catalogue_of
from reps.models import User
from routing import wording
from routing.engine.decide import Decision, decide
from routing.engine.ruleset import RuleSet as Rules
from routing.engine.ruleset import RuleSetError, parse
from routing.engine.world import Lead as Facts
from routing.engine.world import World
from routing.models import RuleSet, SavedExample
from routing.rulesets.draft import body_of
from routing.snapshot import whole_roster

KEYS = ("outcome", "group", "rep", "rule")


@dataclass(frozen=True, slots=True)
class Run:
    """One example asked: whether it holds, what was expected, what came out, and both in words."""

    example: SavedExample
    holds: bool
    got: dict[str, Any]
    says: str

    @property
    def name(self) -> str:
        """The example's name."""
        return self.example.name


class NoFactsError(ValueError):
    """The lead has no frozen facts: it never was ready, or its data was erased."""


def keep(
    *,
    rule_set: RuleSet,
    lead: Lead,
    name: str,
    by: User | None,
    now: datetime,
    expected: dict[str, Any] | None = None,
) -> SavedExample:
    """Save a real lead as an example: its frozen facts, and where it went unless told otherwise. Raises NoFactsError.

    By default outcome and group are expected, of the decision that stands; who it was depends on whose turn it is.
    """
    frozen = lead.facts.order_by("-n").first()
    if frozen is None:
        raise NoFactsError
    decided = lead.decisions.filter(version__rule_set=rule_set).order_by("-at").first()
    facts = json.loads(json.dumps(frozen.facts, cls=ExactEncoder))
    example = SavedExample(
        rule_set=rule_set, name=name[:100], facts=facts, lead=lead, at=decided.at if decided else None, by=by
    )
    if expected is None and decided is not None:
        expected = {"outcome": decided.outcome, "group": decided.group_id}
    if expected is None:
        got = _ask(example, Asked.draft(rule_set, now=now))
        expected = {"outcome": got["outcome"], "group": got["group"]} if got else {}
    example.expected = {key: expected[key] for key in KEYS if key in expected}
    example.save()
    return example


def run(rule_set: RuleSet, *, now: datetime) -> list[Run]:
    """Ask every example of the draft, with everybody as they are now; a draft that cannot be read breaks them all.

    Each is decided at its own weekday and time of day, the next there is, or now; load and whose turn it is are left
    out, so `rep` is worth expecting only where a rule names one.
    """
    kept = list(rule_set.examples.select_related("lead").order_by("pk"))
    if not kept:
        return []
    asked = Asked.draft(rule_set, now=now)
    return [_run(example, asked) for example in kept]


def forget_lead(lead: Lead) -> int:
    """Part of erasing a lead: examples hold a copy of its facts. Returns how many were deleted."""
    return SavedExample.objects.filter(lead=lead).delete()[0]


@dataclass(frozen=True, slots=True)
class Asked:
    """The draft and the world in which examples are decided."""

    rules: Rules | None
    world: World
    catalogue: Catalogue
    names: wording.Names
    now: datetime
    zone: zoneinfo.ZoneInfo

    @classmethod
    def draft(cls, rule_set: RuleSet, *, now: datetime) -> "Asked":
        """As the draft and the roster stand."""
        division = rule_set.division_id
        body, catalogue = body_of(rule_set), catalogue_of(division)
        try:
            rules: Rules | None = parse(body, catalogue)
        except RuleSetError:
            rules = None
        return cls(
            rules,
            whole_roster(division, now=now),
            catalogue,
            wording.Names.load(division, rules=body["rules"]),
            now,
            zoneinfo.ZoneInfo(rule_set.division.time_zone),
        )

    def instant(self, at: datetime | None) -> datetime:
        """The next such weekday and time of day in the division's zone: rosters are known from now on only."""
        if at is None:
            return self.now
        local = at.astimezone(self.zone)
        weeks = max(0, -((at - self.now) // timedelta(weeks=1)))
        moved = (local.replace(tzinfo=None) + timedelta(weeks=weeks)).replace(tzinfo=self.zone)
        return moved if moved >= self.now else moved + timedelta(weeks=1)


def _run(example: SavedExample, asked: Asked) -> Run:
    got = _ask(example, asked)
    wrong = [key for key in KEYS if got and key in example.expected and example.expected[key] != got[key]]
    return Run(
        example,
        bool(got) and not wrong,
        got,
        wording.example_says(example.expected, got, wrong, asked.names),
    )


def _ask(example: SavedExample, asked: Asked) -> dict[str, Any]:
    """What comes out; empty where the draft cannot be read."""
    if asked.rules is None:
        return {}
    account = example.lead.account_id if example.lead else None
    lead = Facts(example.lead_id or 0, example.facts, asked.catalogue.fold(example.facts), account)
    decision: Decision = decide(lead, asked.world, asked.rules, at=asked.instant(example.at))
    return {
        "outcome": decision.outcome.value,
        "group": decision.group,
        "rep": decision.rep,
        "rule": decision.rule,
    }
