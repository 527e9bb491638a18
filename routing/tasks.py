"""Tasks of routing: route what is ready, the signs of life, simulations, and imports of files."""

import time

from celery import shared_task
from django.utils import timezone

from config.lib import doorbell, heartbeat
from routing import audits, hand, hand_rules, live
from routing.imports import acts, work
from routing.simulate import rows, shadow

_LOOKS_WHEN_BUSY = 5
_LOOK_AGAIN_AFTER = 0.02


@shared_task
def route(division_id: int, **_: object) -> int:
    """Route until nothing is ready; who finds the turn taken looks a few times more, then leaves it to the holder."""
    heartbeat.beat("worker")
    doorbell.answered("routing.tasks.route", division_id)
    total, busy = hand.give_booked(division_id), 0
    while busy < _LOOKS_WHEN_BUSY:
        routed = live.route_ready(division_id)
        total += routed.count
        if routed.busy:
            busy += 1
            time.sleep(_LOOK_AGAIN_AFTER)
        elif not routed.count:
            break
    return total


@shared_task
def beat_alive(**_: object) -> None:
    """Sent by beat every few seconds and run by a worker: both live."""
    heartbeat.beat("beat")
    heartbeat.beat("worker")


@shared_task
def simulate(pk: int, **_: object) -> bool:
    """Work one simulation off."""
    doorbell.answered(rows.TASK, pk)
    return rows.work(pk)


@shared_task
def watch_simulations(**_: object) -> int:
    """Trials beside live look at what is new; runs that lost their message or their worker are found."""
    now = timezone.now()
    rows.give_up_silent(now=now)
    rows.ring_waiting(now=now)
    return shadow.look(now=now)


@shared_task
def forget_simulations(**_: object) -> int:
    """Drop simulations past their time."""
    return rows.forget(now=timezone.now())


@shared_task
def work_import(pk: int, **_: object) -> bool:
    """Work a slice of an import off; it rings itself again while there is more."""
    doorbell.answered(work.TASK, pk)
    return work.work(pk)


@shared_task
def watch_imports(**_: object) -> int:
    """Imports that lost their message or their worker are gone on with."""
    return work.ring_waiting(now=timezone.now())


@shared_task
def find_hand_rules(**_: object) -> int:
    """Look for rules in what people give by hand, so that the Board has one to offer."""
    return sum(hand_rules.find(division=pk, now=timezone.now()) for pk in hand_rules.divisions(now=timezone.now()))


@shared_task
def forget_imports(**_: object) -> int:
    """Throw away files past their time."""
    return acts.forget(now=timezone.now())


@shared_task(name=audits.TASK)
def audit(**_: object) -> None:
    """Look whether all adds up, where that was asked for."""
    doorbell.answered(audits.TASK)
    audits.work(now=timezone.now())


@shared_task
def ask_audit(**_: object) -> bool:
    """Once a day."""
    return audits.ask_daily(now=timezone.now())
