"""What if this lead arrived now: decided by published rules or a draft, on the roster as it is; nothing is written."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leads.arrival import Arrival
from leads.models import Contact, ContactKey, Stage
from leads.models import Lead as Row
from leads.qualify.judge import Judged
from leads.qualify.ready import make_ready, tidy
from leads.qualify.said import said_in
from reps.models import Division
from routing.assign import queue
from routing.engine.decide import ENGINE, decide, record
from routing.engine.nudge import WhatIf, what_if
from routing.engine.ruleset import RuleSet as Rules
from routing.engine.trace import Trace
from routing.engine.world import Lead
from routing.explain import Narrowed, Passed, Receipt, considered_of, tried_of
from routing.snapshot import roster_now, world_at


@dataclass(frozen=True, slots=True)
class Tried:
    """The receipt of the lead that might arrive, the facts it was decided on, and how they were judged.

    `not_asked`: providers that would be asked first if it came; a trial asks nobody.
    """

    receipt: Receipt
    facts: dict[str, object]
    judged: Judged
    not_asked: tuple[str, ...] = ()


def try_lead(*, division: Division, arrival: Arrival, rules: Rules, now: datetime, version: int | None = None) -> Tried:
    """Decide it as live would at this instant, but outside of the turn and without a trace in the database."""
    tidy(arrival, division)
    stage = Stage.objects.filter(division=division).earliest("position")
    (made,) = make_ready([arrival], division=division, stage=stage.name, said=said_in(division.pk), now=now)
    account = made.account.account.pk if made.account.account else None
    last = queue.last_owner_of(_contact(division, arrival))
    lead = Lead(0, made.judged.facts, made.judged.folded, account, since=now, last_owner=last)
    receipt = _receipt(lead, rules, division.pk, now=now, version=version, judged=made.judged.kept)
    return Tried(receipt, made.judged.facts, made.judged, tuple(one.label for one in made.open))


class NoFactsError(ValueError):
    """Nothing is kept of the lead that rules could ask about: it never was ready, or its data was erased."""


def try_past(*, past: Row, rules: Rules, now: datetime, version: int | None = None) -> Receipt:
    """A real lead by the facts it was last decided on, as if it came at this instant. Raises NoFactsError."""
    frozen = past.facts.order_by("-n").first()
    if frozen is None:
        raise NoFactsError
    last = queue.last_owner_of(past.contact)
    lead = Lead(past.pk, frozen.facts, frozen.folded, past.account_id, since=now, last_owner=last)
    return _receipt(lead, rules, past.division_id, now=now, version=version, judged={})


def _receipt(
    lead: Lead, rules: Rules, division: int, *, now: datetime, version: int | None, judged: dict[str, Any]
) -> Receipt:
    """Decided and explained; nothing is written."""
    world = world_at(roster_now(division, now), now, (rules, [lead]))
    trace = Trace()
    decision = decide(lead, world, rules, at=now, trace=trace)
    told = json.loads(json.dumps(record(decision)))

    def changes(rep: int) -> WhatIf:
        return WhatIf((), wins=False) if rep == decision.rep else what_if(lead, world, rules, at=now, rep=rep)

    names = {rule.key: rule.name for rule in rules.rules}
    return Receipt(
        at=now,
        version=version,
        engine=ENGINE,
        outcome=decision.outcome.value,
        rule=decision.rule or "",
        rule_name=names.get(decision.rule or "", ""),
        reason=told["reason"][0],
        numbers=told["reason"][1],
        rep=decision.rep,
        group=decision.group,
        until=decision.until,
        tried=tried_of(rules, trace, decision.rule or ""),
        passed=tuple(Passed(rule, group, why[0], why[1]) for rule, group, why in told["passed"]),
        steps=tuple(
            Narrowed(step.rule, step.group, step.strategy, len(step.standing), len(step.dropped))
            for step in trace.steps
        ),
        considered=tuple(considered_of(row, changes) for row in told["considered"]),
        counted=decision.entry is not None,
        same=None,
        by_hand=None,
        judged=judged,
    )


def _contact(division: Division, arrival: Arrival) -> Contact | None:
    """Who it would be from, if they are known."""
    keys = arrival.contact_keys()
    rows = ContactKey.objects.filter(division=division, value__in=[value for _kind, value in keys])
    return next((row.contact for row in rows.select_related("contact") if (row.kind, row.value) in keys), None)
