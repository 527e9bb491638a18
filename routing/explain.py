"""Tells why a lead went where it went: decides again, with a trace, from what was stored with the decision."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leads.conditions.tree import Verdict
from leads.life import Kind
from leads.models import Lead, LeadFacts
from routing.engine import again
from routing.engine.decide import ENGINE, canonical
from routing.engine.decide.decision import text_of
from routing.engine.ledger import UNIT
from routing.engine.nudge import WhatIf, what_if
from routing.engine.ruleset import RuleSet as Rules
from routing.engine.trace import Reason, Trace
from routing.engine.world import Lead as EngineLead
from routing.engine.world import World
from routing.models import Assignment, Decision
from routing.prints import read_prints
from routing.rulesets import rules_of

MOST_ASKED = 60


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
class Passed:
    """A place that was tried before and took nobody: by which rule, which group, and why."""

    rule: str
    group: int | None
    code: str
    numbers: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """One step: how many stood after it, and how many it left out."""

    rule: str
    group: int | None
    strategy: str
    standing: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Considered:
    """One member: the verdict with its numbers, the inputs that were used, and what would have changed it."""

    rep: int
    group: int | None
    code: str
    numbers: dict[str, Any]
    load: int
    cap: int | None
    weight: int
    owed: float  # leads owed before this one
    changes: tuple[Reason, ...] = ()
    wins: bool = False  # with these changed the lead was theirs


@dataclass(frozen=True, slots=True)
class Receipt:
    """Everything about one decision; `by_hand` where a person gave or pulled the lead after it.

    `same`: made again from what was stored it comes out the same; None where it cannot be made again, because an older
    engine made it, the lead's data was erased, or it was stored without prints.
    """

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
    passed: tuple[Passed, ...]
    steps: tuple[Narrowed, ...]
    considered: tuple[Considered, ...]
    counted: bool
    same: bool | None
    by_hand: Assignment | None
    judged: dict[str, Any] = field(default_factory=dict)  # what qualification said: see `leads.qualify.judge`


def _not_asked(_rep: int) -> WhatIf:
    return WhatIf((), wins=False)


def receipt_of(lead: Lead) -> Receipt | None:
    """The receipt of the lead's latest decision; None where nothing was decided yet."""
    decision = Decision.objects.filter(lead=lead).select_related("version__rule_set").order_by("-at", "-id").first()
    return receipt(decision, lead) if decision else None


def receipt(decision: Decision, lead: Lead) -> Receipt:
    """The receipt of one stored decision."""
    record = decision.record
    made = Made.of(decision)
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
        tried=made.tried(decision.rule),
        passed=tuple(Passed(rule, group, why[0], why[1]) for rule, group, why in record["passed"]),
        steps=tuple(
            Narrowed(step.rule, step.group, step.strategy, len(step.standing), len(step.dropped))
            for step in made.trace.steps
        ),
        considered=tuple(
            # In a large group only those nearest to it: each is a few decisions more.
            considered_of(row, made.what_if if place < MOST_ASKED else _not_asked)
            for place, row in enumerate(record["considered"])
        ),
        counted=record["entry"] is not None and lead.kind != Kind.TEST,
        same=made.same,
        by_hand=_by_hand(lead, decision),
        judged=made.facts.judged if made.facts else {},
    )


@dataclass(slots=True)
class Made:
    """A stored decision and what it takes to make it again, as far as that is there."""

    decision: Decision
    rules: Rules | None
    facts: LeadFacts | None
    prints: list[dict[str, Any]]
    trace: Trace
    same: bool | None = None
    _scene: tuple[EngineLead, World] | None = None

    @classmethod
    def of(cls, decision: Decision) -> "Made":
        """Read everything, and decide again where it can be done."""
        facts = LeadFacts.objects.filter(pk=decision.facts_id).first() if decision.facts_id else None
        rules = rules_of(decision.version) if decision.version else None
        made = cls(decision, rules, facts, read_prints(decision.prints), Trace())
        if facts is not None and "asked" in decision.record:
            again_ = again.again(
                decision.record,
                prints=made.prints,
                facts=facts.facts,
                folded=facts.folded,
                rules=rules,
                trace=made.trace,
            )
            made.same = canonical(again_) == text_of(decision.record) if decision.engine == ENGINE else None
        elif facts is not None and rules is not None:
            made._ask_rules()
        return made

    def _ask_rules(self) -> None:
        """Of a decision of the first engine at least the rules can be asked again."""
        assert self.rules is not None and self.facts is not None  # noqa: S101, PT018 - told by `of`
        for rule in self.rules.rules:
            self.trace.try_rule(rule, self.facts.facts, self.facts.folded)
            if rule.key == self.decision.rule:
                break

    def tried(self, decided: str) -> tuple[Tried, ...]:
        """The rules up to the one that decided, leaf by leaf."""
        return tried_of(self.rules, self.trace, decided)

    def what_if(self, rep: int) -> WhatIf:
        """What would have given it to the rep; nothing where it cannot be made again."""
        if not self.same or self.facts is None or self.decision.rep_id == rep:
            return WhatIf((), wins=False)
        if self._scene is None:
            record = self.decision.record
            lead = again.lead_of(record, facts=self.facts.facts, folded=self.facts.folded)
            self._scene = lead, again.world_of(record, self.prints)
        lead, world = self._scene
        return what_if(lead, world, self.rules, at=self.decision.at, rep=rep)


def tried_of(rules: Rules | None, trace: Trace, decided: str) -> tuple[Tried, ...]:
    """The rules that were asked, in order, with the one that decided."""
    places = {rule.key: (n, rule.name) for n, rule in enumerate(rules.rules, start=1)} if rules else {}
    return tuple(
        Tried(*(places[one.rule][0], one.rule, places[one.rule][1]), one.holds, one.rule == decided, one.verdict)
        for one in trace.rules
    )


def considered_of(row: list[Any], what_if_of: Callable[[int], WhatIf]) -> Considered:
    """A row of the stored record, in the order of `routing.engine.decide.Considered`."""
    group, rep, code, numbers, _duty, load, cap, group_load, group_cap, weight, balance = row[:11]
    tight = group_cap is not None and (cap is None or group_cap - group_load < cap - load)
    nudged = what_if_of(rep)
    return Considered(
        rep=rep,
        group=group,
        code=code,
        numbers=numbers,
        load=group_load if tight else load,
        cap=group_cap if tight else cap,
        weight=weight,
        owed=balance / UNIT,
        changes=nudged.changes,
        wins=nudged.wins,
    )


def _by_hand(lead: Lead, decision: Decision) -> Assignment | None:
    """The spell of ownership that people made after the decision, if any."""
    last = Assignment.objects.filter(lead=lead).select_related("rep__user", "by", "group").order_by("-hop").first()
    return last if last and last.decision_id != decision.pk and last.starts_at >= decision.at else None
