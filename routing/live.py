"""Routes ready leads: rung by the doorbell, swept every second, in batches under the turn."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from leads import dispatch
from leads.life import EventKind, State
from routing import handoff, terms, wording
from routing.assign import Alarm, Errand, Move, NotYoursError, Turn, queue, turn, write
from routing.engine.decide import ENGINE, Decision, decide, record
from routing.engine.replay import Fold, asks_last_owner
from routing.engine.ruleset import Rule, To
from routing.engine.ruleset import RuleSet as Rules
from routing.engine.slate import Outcome
from routing.engine.trace import Code
from routing.engine.world import Lead as Facts
from routing.engine.world import World, closest_territory
from routing.models import Assignment, RoutingPause, RuleSetVersion
from routing.prints import prints_of
from routing.rulesets import published, published_for_stages, rules_of
from routing.snapshot import Roster, duty_of, forget, hours_of, roster_of, world_at

log = logging.getLogger(__name__)

# What may be otherwise a moment later.
TRANSIENT = (OperationalError, InterfaceError, NotYoursError)

_EVENTS = {
    "assigned": EventKind.ASSIGNED,
    "pooled": EventKind.POOLED,
    "held": EventKind.HELD,
    "desk": EventKind.DESK,
    "rejected": EventKind.REJECTED,
    "offered": EventKind.OFFERED,
}


@dataclass(frozen=True, slots=True)
class Routed:
    """What one batch did; `busy` where somebody else holds the turn."""

    count: int = 0
    busy: bool = False


def route_ready(division_id: int, *, most: int | None = None) -> Routed:
    """Decide and write one batch; one that fails is tried lead by lead, so that one lead harms no other."""
    most = most or settings.ROUTING_BATCH
    try:
        return _route(division_id, most)
    except TRANSIENT as error:
        # A lock not to be had or a server restarting says nothing about the leads: the next look finds them.
        forget(division_id)
        log.warning("A batch waits for the next look: %s", error)
        return Routed(busy=True)
    except Exception:
        forget(division_id)
        log.exception("A batch could not be routed; its leads are tried one by one")
    count = 0
    for _lead in range(most):
        routed = _route_one(division_id)
        count += routed.count
        if routed.busy or not routed.count:
            return Routed(count, routed.busy)
    return Routed(count)


def _route(division_id: int, most: int) -> Routed:
    with turn(division_id, errand=Errand.ROUTE) as held:
        if held is None:
            return Routed(busy=True)
        if stands_still(division_id):
            return Routed()
        printed = Printed.of(division_id)
        handoff.begin(held, printed.stages)
        queue.give_bands(division_id, printed.rules)
        batch = queue.lock_batch(division_id, most)
        if batch:
            _decide_and_write(held, batch, printed)
            transaction.on_commit(dispatch.ring)
    return Routed(len(batch))


def _route_one(division_id: int) -> Routed:
    """The next lead alone; where it fails again it counts a try, and after the last it is set aside with the error."""
    failed: tuple[int, str] | None = None
    try:
        with turn(division_id, errand=Errand.ROUTE) as held:
            if held is None:
                return Routed(busy=True)
            batch = queue.lock_batch(division_id, 1)
            if not batch or stands_still(division_id):
                return Routed()
            failed = (batch[0].facts.id, "")
            _decide_and_write(held, batch, Printed.of(division_id))
            transaction.on_commit(dispatch.ring)
    except TRANSIENT as error:
        forget(division_id)
        log.warning("A lead waits for the next look: %s", error)
        return Routed(busy=True)
    except Exception as error:
        forget(division_id)
        log.exception("A lead could not be routed")
        if failed is None:
            raise
        _note_failure(division_id, failed[0], f"{type(error).__name__}: {error}"[:1000])
    return Routed(1)


def _note_failure(division_id: int, lead_id: int, error: str) -> None:
    """Count a try; after the last one set the lead aside for a person."""
    with turn(division_id) as held:
        counted = held and queue.count_try(held, lead_id, error)
        if not held or not counted or counted[0] < settings.ROUTING_TRIES:
            return
        tries, hop = counted
        aside = Move(
            lead=lead_id,
            hop=hop,
            before=State.READY,
            state=State.SET_ASIDE,
            reason="set_aside",
            event=EventKind.SET_ASIDE,
            payload={"tries": tries},
            timers=(terms.waiting_alarm(None, minutes=None, now=held.now),),
        )
        write(held, [aside])
        queue.note_error(lead_id, error, tries)
        _tell_managers({lead_id: (State.SET_ASIDE, "set_aside")}, held.now)
        transaction.on_commit(dispatch.ring)


def stands_still(division_id: int) -> bool:
    """Whether somebody paused all routing of the division; leads stay ready."""
    return RoutingPause.objects.filter(division=division_id, group=None, ends_at=None).exists()


@dataclass(frozen=True, slots=True)
class Printed:
    """The published rules that decide: of new leads, and of leads that reached a stage."""

    version: RuleSetVersion | None
    rules: Rules | None
    stages: Mapping[int, RuleSetVersion]

    @classmethod
    def of(cls, division_id: int) -> "Printed":
        version = published(division_id)
        return cls(version, rules_of(version) if version else None, published_for_stages(division_id))

    def version_for(self, waiting: queue.Waiting) -> RuleSetVersion | None:
        """A lead that was handed on goes by the rules of that stage from then on, all others by those of new leads."""
        return self.stages.get(waiting.handed or 0, self.version)


def _decide_and_write(held: Turn, batch: list[queue.Waiting], printed: Printed) -> None:
    decided = decide_batch(held, batch, printed)
    write(held, [_move(one, decided) for one in decided.leads], decided.fold.shares())
    surprises = [one for one in decided.leads if _unforeseen(one)]
    _tell_managers(
        {one.waiting.facts.id: (State.DESK, one.decision.reason.code.value) for one in surprises},
        held.now,
    )


_SENT = frozenset({Code.SENT_TO_DESK, Code.LOOK_FIRST})


def _unforeseen(one: "One") -> bool:
    """Whether a lead waits for a manager though no rule, step or link sends it there."""
    decision, rule = one.decision, one.rule
    if decision.outcome is not Outcome.DESK or decision.reason.code in _SENT or one.waiting.test:
        return False
    return rule is None or all(place.to is not To.DESK for place in rule.otherwise)


def _tell_managers(waiting: Mapping[int, tuple[State, str]], now: datetime) -> None:
    """Word at once to the managers of leads that wait where nobody expected them; again after a while by the timer."""
    if waiting:
        since = now.isoformat()
        each = {lead: {"state": state.value, "reason": why, "since": since} for lead, (state, why) in waiting.items()}
        dispatch.tell_managers(list(waiting), "waiting", now, each=each, ref=f"at {now:%Y%m%d%H%M%S}")


@dataclass(frozen=True, slots=True)
class Decided:
    """A batch decided on the roster as it stands, nothing written yet."""

    held: Turn
    roster: Roster
    world: World
    fold: Fold
    leads: "list[One]"
    asks_territory: bool
    former: Mapping[int, int]  # lead -> who had it until it was handed on


@dataclass(frozen=True, slots=True)
class One:
    """One lead of it: by which rules, and what they say."""

    waiting: queue.Waiting
    version: RuleSetVersion | None
    rules: Rules | None
    decision: Decision

    @property
    def rule(self) -> Rule | None:
        """The rule that decided."""
        return self.rules.by_key.get(self.decision.rule or "") if self.rules else None


def decide_batch(held: Turn, batch: list[queue.Waiting], printed: Printed) -> Decided:
    """What the rules say of each lead, one after another: each sees the load and ledger the one before left."""
    roster = roster_of(held)
    if roster.asks_last_owner or (printed.rules and asks_last_owner(printed.rules)):
        batch = queue.with_last_owners(batch)
    by_version: dict[RuleSetVersion | None, list[Facts]] = {printed.version: []}
    for waiting in batch:
        by_version.setdefault(printed.version_for(waiting), []).append(waiting.facts)
    world = world_at(roster, held.now, *((rules_of(v) if v else None, leads) for v, leads in by_version.items()))
    fold = Fold(world, printed.rules)
    found = []
    for waiting in batch:
        version = printed.version_for(waiting)
        rules = rules_of(version) if version else None
        found.append(One(waiting, version, rules, _decide(fold, waiting, rules, held.now)))
    asks_territory = any(_asks_territory(rules_of(version), roster) for version in by_version if version)
    handed = [waiting.facts.id for waiting in batch if waiting.handed]
    former = handoff.former_owners(handed) if handed else {}
    return Decided(held, roster, world, fold, found, asks_territory, former)


def preview(division_id: int, leads: Sequence[int]) -> list[tuple[int, Decision]]:
    """What the published rules would say of these leads now, as (lead, decision); nothing is written."""
    with turn(division_id) as held:
        if held is None:
            return []
        batch = queue.waiting_of(leads)
        decided = decide_batch(held, batch, Printed.of(division_id))
        transaction.set_rollback(True)
    return [(one.waiting.facts.id, one.decision) for one in decided.leads]


def _decide(fold: Fold, waiting: queue.Waiting, rules: Rules | None, now: datetime) -> Decision:
    """By the rules, as the next of the batch; a test lead goes the same way but counts in nobody's fair share."""
    if not waiting.test:
        return fold.decide(waiting.facts, now, rules=rules)
    return decide(waiting.facts, fold.world(), rules, at=now)


def _move(one: One, decided: Decided) -> Move:
    waiting, decision, held = one.waiting, one.decision, decided.held
    outcome, rule = decision.outcome, one.rule
    assigned, offered = outcome is Outcome.ASSIGNED, outcome is Outcome.OFFERED
    rule_name = rule.name if rule else ""
    group = decided.world.groups.get(decision.group or 0)
    found = terms.terms_of(rule, group, decision.respond_within) if assigned else None
    rep = decided.world.reps.get(decision.rep or 0)
    duty = duty_of(rep) if found and rep else []
    again = waiting.reason == decision.reason.code and waiting.group == decision.group
    quiet = outcome is Outcome.HELD and again
    alarms = found.alarms(duty, held.now) if found else ()
    if not assigned and not offered and not quiet and outcome is not Outcome.REJECTED and not waiting.test:
        alarms = (_alarm(decided, decision.group),)
    how = Assignment.How.HANDOFF if waiting.facts.id in decided.former else Assignment.How.RULE
    return Move(
        lead=waiting.facts.id,
        hop=waiting.hop,
        before=State.READY,
        state=State(outcome.value),
        reason=decision.reason.code.value,
        event=_EVENTS[outcome.value],
        group=decision.group,
        rep=decision.rep if assigned else None,
        offered=decision.rep if offered else None,
        until=decision.until,
        due_at=found.due_at(duty, held.now) if found else None,
        how=how.value if assigned else "",
        record=record(decision),
        rule=decision.rule or "",
        rule_name=rule_name,
        version=one.version.pk if one.version else None,
        facts=waiting.facts_id,
        engine=ENGINE,
        prints=prints_of(held.division, decided.roster, decision, territories=decided.asks_territory),
        territory=_territory(waiting, decided.roster),
        entry=None if waiting.test else decision.entry,
        transfers=() if waiting.test else decision.transfers,
        timers=alarms,
        band=decision.priority,
        quiet=quiet,
        tell="assigned" if assigned else "offered" if offered else "",
        why=wording.told(decision, rule_name) if assigned else "",
        words=(*_to_all(one), *handoff.words(waiting, decision, decided.former.get(waiting.facts.id))),
    )


def _territory(waiting: queue.Waiting, roster: Roster) -> int | None:
    found = closest_territory(roster.territories, waiting.facts.folded)
    return found.id if found else None


def _alarm(decided: Decided, group: int | None) -> Alarm:
    """When managers are told of it, if it still waits by then."""
    roster = decided.roster
    hours = hours_of(roster, group) if group is not None and group in roster.groups else None
    return terms.waiting_alarm(hours, minutes=roster.wait_alerts.get(group or 0), now=decided.held.now)


def _to_all(one: One) -> Iterator[dispatch.Word]:
    """Word of a lead that waits for whoever is first, to everybody who may take it now."""
    decision, waiting = one.decision, one.waiting
    if decision.mode == "broadcast":
        for row in decision.considered:
            if row.rep is not None and row.code is Code.STANDING and row.group == decision.group:
                yield dispatch.Word(waiting.facts.id, waiting.hop, row.rep, "broadcast", ref=str(decision.at))


def _asks_territory(rules: Rules, roster: Roster) -> bool:
    """Whether a decision may have looked at territories: by destination, or by the steps of a rule or a group."""
    steps = [step for rule in rules.rules for step in rule.steps or ()]
    steps += [step for group in roster.groups.values() for step in group.steps]
    return any(rule.destination.to is To.TERRITORY for rule in rules.rules) or any(
        step.strategy == "territory" for step in steps
    )


def hand_off(division_id: int) -> int:
    """Route where a stage was reached and nobody rang; returns how many were found."""
    return route_ready(division_id).count if handoff.waiting(division_id) else 0


def wake_held(division_id: int, *, everybody: bool = False) -> int:
    """Make held leads ready whose instant has come; all of them where the roster changed. Returns how many."""
    with turn(division_id) as held:
        return queue.wake(held, everybody=everybody) if held else 0
