"""Tasks of routing: route what is ready, and the signs of life."""

import time

from celery import shared_task

from config.lib import doorbell, heartbeat
from routing import live

_LOOKS_WHEN_BUSY = 5
_LOOK_AGAIN_AFTER = 0.02


@shared_task
def route(division_id: int, **_: object) -> int:
    """Route until nothing is ready; who finds the turn taken looks a few times more, then leaves it to the holder."""
    heartbeat.beat("worker")
    doorbell.answered("routing.tasks.route", division_id)
    total = busy = 0
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
