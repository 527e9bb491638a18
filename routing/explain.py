"""Tells why a lead went where it went: from the stored decision, with the rules asked again on the frozen facts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leads.conditions.tree import Verdict
from leads.models import Lead, LeadFacts
from routing.engine.ledger import UNIT
from routing.models import Assignment, Decision
from routing.rulesets import rules_of


@dataclass(frozen=True, slots=True)
class Tried:
    """One rule in its order: whether it fitted, leaf by leaf, and whether it decided."""

    number: int
    key: str
    name: str
    holds: bool
    decided: bool
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class Considered:
    """One member: the verdict with its numbers, and the inputs that were used."""

    rep: int
    group: int | None
    code: str
    numbers: dict[str, Any]
    load: int
    cap: int | None
    weight: int
    owed: float  # leads owed before this one


@dataclass(frozen=True, slots=True)
class Receipt:
    """Everything about one decision; `by_hand` where a person gave or pulled the lead after it."""

    at: datetime
    version: int | None
    engine: int
    outcome: str
    rule: str
    rule_name: str
    reason: str
    numbers: dict[str, Any]
    rep: int | None
    group: int | None
    until: datetime | None
    tried: tuple[Tried, ...]
    considered: tuple[Considered, ...]
    counted: bool
    by_hand: Assignment | None


def receipt_of(lead: Lead) -> Receipt | None:
    """The receipt of the lead's latest decision; None where nothing was decided yet."""
    decision = Decision.objects.filter(lead=lead).select_related("version__rule_set").order_by("-at", "-id").first()
    if decision is None:
        return None
    record = decision.record
    return Receipt(
        at=decision.at,
        version=decision.version.n if decision.version else None,
        engine=decision.engine,
        outcome=decision.outcome,
        rule=decision.rule,
        rule_name=decision.rule_name,
        reason=record["reason"][0],
        numbers=record["reason"][1],
        rep=decision.rep_id,
        group=decision.group_id,
        until=decision.until,
        tried=_tried(decision),
        considered=tuple(_considered(row) for row in record["considered"]),
        counted=record["entry"] is not None,
        by_hand=_by_hand(lead, decision),
    )


def _tried(decision: Decision) -> tuple[Tried, ...]:
    """The rules up to the one that decided, asked again of the facts as they were frozen then."""
    facts = LeadFacts.objects.filter(pk=decision.facts_id).first() if decision.facts_id else None
    if decision.version is None or facts is None:
        return ()
    tried = []
    for number, rule in enumerate(rules_of(decision.version).rules, start=1):
        decided = rule.key == decision.rule
        holds = rule.condition.holds(facts.folded)
        tried.append(
            Tried(number, rule.key, rule.name, holds, decided, rule.condition.verdict(facts.facts, facts.folded))
        )
        if decided:
            break
    return tuple(tried)


def _considered(row: list[Any]) -> Considered:
    """A row of the stored record, in the order of `routing.engine.decide.Considered`."""
    group, rep, code, numbers, _duty, load, cap, group_load, group_cap, weight, balance, _turn = row
    tight = group_cap is not None and (cap is None or group_cap - group_load < cap - load)
    return Considered(
        rep=rep,
        group=group,
        code=code,
        numbers=numbers,
        load=group_load if tight else load,
        cap=group_cap if tight else cap,
        weight=weight,
        owed=balance / UNIT,
    )


def _by_hand(lead: Lead, decision: Decision) -> Assignment | None:
    """The spell of ownership that people made after the decision, if any."""
    last = Assignment.objects.filter(lead=lead).select_related("rep__user", "by", "group").order_by("-hop").first()
    return last if last and last.decision_id != decision.pk and last.starts_at >= decision.at else None
