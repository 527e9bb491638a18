"""Routes ready leads: rung by the doorbell, swept every second, in batches under the turn."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from leads import dispatch
from leads.life import EventKind, State
from reps import availability
from routing import wording
from routing.assign import Move, NotYoursError, Turn, queue, turn, write
from routing.engine.decide import ENGINE, Decision, decide, record
from routing.engine.replay import Fold
from routing.engine.ruleset import RuleSet as Rules
from routing.engine.world import World
from routing.models import Assignment, RuleSetVersion
from routing.rulesets import published, rules_of
from routing.snapshot import duty_of, snapshot

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
        log.warning("A batch waits for the next look: %s", error)
        return Routed(busy=True)
    except Exception:
        log.exception("A batch could not be routed; its leads are tried one by one")
    count = 0
    for _lead in range(most):
        routed = _route_one(division_id)
        count += routed.count
        if routed.busy or not routed.count:
            return Routed(count, routed.busy)
    return Routed(count)


def _route(division_id: int, most: int) -> Routed:
    with turn(division_id, wait=False) as held:
        if held is None:
            return Routed(busy=True)
        version = published(division_id)
        rules = rules_of(version) if version else None
        queue.give_bands(division_id, rules)
        batch = queue.lock_batch(division_id, most)
        if batch:
            _decide_and_write(held, batch, rules, version)
            transaction.on_commit(dispatch.ring)
    return Routed(len(batch))


def _route_one(division_id: int) -> Routed:
    """The next lead alone; where it fails again it counts a try, and after the last it is set aside with the error."""
    failed: tuple[int, str] | None = None
    try:
        with turn(division_id, wait=False) as held:
            if held is None:
                return Routed(busy=True)
            version = published(division_id)
            batch = queue.lock_batch(division_id, 1)
            if not batch:
                return Routed()
            failed = (batch[0].facts.id, "")
            _decide_and_write(held, batch, rules_of(version) if version else None, version)
            transaction.on_commit(dispatch.ring)
    except TRANSIENT as error:
        log.warning("A lead waits for the next look: %s", error)
        return Routed(busy=True)
    except Exception as error:
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
        )
        write(held, [aside])
        queue.note_error(lead_id, error, tries)


def _decide_and_write(
    held: Turn, batch: list[queue.Waiting], rules: Rules | None, version: RuleSetVersion | None
) -> None:
    world = snapshot(held, rules, [w.facts for w in batch])
    fold = Fold(world, rules)
    names = {rule.key: rule.name for rule in rules.rules} if rules else {}
    moves = [_move(held, waiting, _decide(fold, waiting, rules, held.now), names, version, world) for waiting in batch]
    write(held, moves, fold.shares())


def _decide(fold: Fold, waiting: queue.Waiting, rules: Rules | None, now: datetime) -> Decision:
    """By the rules, as the next of the batch; a test lead goes the same way but counts in nobody's fair share."""
    if not waiting.test:
        return fold.decide(waiting.facts, now)
    return replace(decide(waiting.facts, fold.world(), rules, at=now), entry=None)


def _move(  # noqa: PLR0917 - one row from six sources
    held: Turn,
    waiting: queue.Waiting,
    decision: Decision,
    names: dict[str, str],
    version: RuleSetVersion | None,
    world: World,
) -> Move:
    rule_name = names.get(decision.rule or "", "")
    assigned = decision.rep is not None
    return Move(
        lead=waiting.facts.id,
        hop=waiting.hop,
        before=State.READY,
        state=State(decision.outcome.value),
        reason=decision.reason.code.value,
        event=_EVENTS[decision.outcome.value],
        group=decision.group,
        rep=decision.rep,
        until=decision.until,
        due_at=due_at(world, decision, held.now) if assigned else None,
        how=Assignment.How.RULE.value if assigned else "",
        record=record(decision),
        rule=decision.rule or "",
        rule_name=rule_name,
        version=version.pk if version else None,
        facts=waiting.facts_id,
        engine=ENGINE,
        entry=decision.entry,
        tell="assigned" if assigned else "",
        why=wording.told(decision, rule_name) if assigned else "",
    )


def due_at(world: World, decision: Decision, now: datetime) -> datetime | None:
    """When the new owner's first contact is due, in their working time."""
    rep = world.reps.get(decision.rep or 0)
    if rep is None or decision.respond_within is None:
        return None
    return availability.due_at(duty_of(rep), start=now, seconds=decision.respond_within)


def wake_held(division_id: int, *, everybody: bool = False) -> int:
    """Make held leads ready whose instant has come; all of them where the roster changed. Returns how many."""
    with turn(division_id) as held:
        return queue.wake(held, everybody=everybody) if held else 0
