"""Judges a lead: its facts, its score, its verdict; the same for a lead that arrives, a late answer and a trial."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leads.arrival import Arrival
from leads.conditions.facts import Type, fold_value
from leads.models import Account
from leads.qualify.freeze import facts_of, keep_worth
from leads.qualify.said import Rule, Said, held
from reps.models import Division

QUALIFIED, DISQUALIFIED, LOOK = "qualified", "disqualified", "look"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of the lead, and by whom: `rule`, `answers` (of a form) or `person`."""

    says: str
    by: str
    reason: str = ""
    rule: str = ""
    condition: Any = None

    def kept(self) -> dict[str, Any]:
        """As it is stored beside the facts."""
        told = {"says": self.says, "by": self.by, "reason": self.reason, "rule": self.rule, "when": self.condition}
        return {name: value for name, value in told.items() if value not in ("", None)}


@dataclass(frozen=True, slots=True)
class Judged:
    """Facts with score and verdict in them; `kept` says how they came about."""

    facts: dict[str, Any]
    folded: dict[str, Any]
    score: int | None = None
    band: int | None = None
    verdict: Verdict | None = None
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def spoken(self) -> bool:
        """Whether a rule, an answer or a person said something, so that the timeline tells it."""
        return self.verdict is not None and (self.verdict.by != "rule" or bool(self.verdict.rule))


def judge(
    *,
    arrival: Arrival,
    account: Account | None,
    division: Division,
    arrived_at: datetime,
    stage: str,
    said: Said,
    person: Verdict | None = None,
    provenance: Mapping[str, Any] | None = None,
    before: Mapping[str, Any] | None = None,
) -> Judged:
    """Asks no database. `person` is what somebody decided by hand, which goes before everything.

    `provenance` is what `leads.qualify.enrich` keeps: which value came from whom; `before` the facts it had already.
    """
    facts = facts_of(arrival, account=account, division=division, arrived_at=arrived_at, stage=stage, rates=said.rates)
    keep_worth(facts, before or {}, named=bool(arrival.deal_currency))
    folded = said.catalogue.fold(facts)
    points = held(said.scores, folded)
    score = sum((row.points for row in points), arrival.score or 0) if points else arrival.score
    if score is not None and said.scores:
        facts["score"], folded["score"] = score, fold_value(Type.NUMBER, score)
    kept: dict[str, Any] = {}
    if points or arrival.answer_points:
        rows = [[row.label, row.points] for row in points]
        kept["score"] = {"given": arrival.score, "rows": rows}
    if arrival.answer_points:
        kept["score"]["answers"] = arrival.answer_points
    verdict = person or verdict_of(arrival, folded, said)
    if verdict is not None:
        # The engine reads it of the folded facts, before any rule; reason and rule are for its receipt.
        told = {"verdict": verdict.says, "verdict_reason": verdict.reason, "verdict_rule": verdict.rule}
        facts |= told
        folded |= told
        kept["verdict"] = verdict.kept()
    if arrival.verdict:
        kept["answers"] = {"says": arrival.verdict, "reason": arrival.verdict_reason}
    return Judged(facts, folded, score, said.band(score), verdict, {**kept, **(provenance or {})})


def verdict_of(arrival: Arrival, folded: Mapping[str, Any], said: Said) -> Verdict | None:
    """The first rule that holds; a form's answer that disqualifies, or wants a look, goes before all not set above it.

    None where nothing is said, which is as good as qualified.
    """
    grave = arrival.verdict in {DISQUALIFIED, LOOK}
    asked = [rule for rule in said.rules if rule.over_answers] if grave else said.rules
    rule = next((rule for rule in asked if rule.condition.holds(folded)), None)
    if rule is not None:
        return _by_rule(rule)
    if arrival.verdict:
        return Verdict(arrival.verdict, "answers", arrival.verdict_reason)
    return Verdict(QUALIFIED, "rule") if said.rules else None


def _by_rule(rule: Rule) -> Verdict:
    return Verdict(rule.verdict, "rule", "" if rule.verdict == QUALIFIED else rule.reason, rule.name, rule.tree)


def person_of(kept: Mapping[str, Any]) -> Verdict | None:
    """What somebody decided by hand, of the stored form: it outlasts new facts."""
    told = kept.get("verdict") or {}
    return Verdict(told["says"], "person", told.get("reason", "")) if told.get("by") == "person" else None
