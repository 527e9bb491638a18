"""Worker and sweeper are killed hard in the middle of a burst: every lead is owned, once, soon after they return."""

import time

import pytest
from django.utils import timezone

from leads import capture
from leads.models import Delivery, Lead
from routing.models import Assignment
from routing.watch import audit
from tests import factories as make
from tests.factories.lead import arrival, door
from tests.processes import processes as processes  # noqa: PLC0414 - a fixture handed on

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True), pytest.mark.long]

BURST = 1000
WITHIN = 60


def burst(count):
    for _ in range(count // 20):
        capture.capture(connection=door(), arrivals=[arrival() for _ in range(20)], now=timezone.now())


def wait_for(condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def owned():
    return Lead.objects.filter(state="assigned").count()


def test_a_burst_survives_the_death_of_worker_and_sweeper(processes):
    reps = [make.rep() for _ in range(5)]
    make.publish(make.rule(make.group("DACH", reps)))
    processes.start()
    burst(BURST // 2)
    assert wait_for(lambda: owned() >= 20, 60), "the worker never began"

    processes.kill()
    at_death = owned()
    burst(BURST // 2)
    waiting = Lead.objects.filter(state="ready").count()
    processes.start()

    assert waiting >= BURST // 2, f"nothing was left to do ({at_death} were owned)"
    assert wait_for(lambda: owned() == BURST, WITHIN), f"{BURST - owned()} of {BURST} still wait"
    assert Assignment.objects.count() == BURST
    assert {Lead.objects.filter(owner=rep).count() for rep in reps} == {BURST // len(reps)}
    assert [line for f in audit() for line in f.broken] == []
    assert wait_for(lambda: not Delivery.objects.filter(channel="email", sent_at=None).exists(), WITHIN)
