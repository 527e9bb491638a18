"""Worker and sweeper are killed hard in the middle of a burst: every lead is owned, once, soon after they return."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.utils import timezone

from leads import capture
from leads.models import Delivery, Lead
from routing.models import Assignment
from routing.watch import audit
from tests import factories as make
from tests.factories.lead import arrival, door

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]
BURST = 1000
WITHIN = 60


class Processes:
    """A real worker and a real sweeper beside the test, at its database and broker."""

    def __init__(self) -> None:
        url = urlsplit(os.environ["DATABASE_URL"])
        database = urlunsplit(url._replace(path=f"/{settings.DATABASES['default']['NAME']}"))
        self.env = {**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
        self.running: list[subprocess.Popen] = []

    def start(self) -> None:
        worker = ["-m", "celery", "-A", "config.celery", "worker", "-Q", "route,deliver,slow", "-c", "2", "-l", "ERROR"]
        for command in (worker, ["manage.py", "sweep"]):
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=self.env,
                start_new_session=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            self.running.append(process)

    def kill(self) -> None:
        for process in self.running:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.running.clear()


@pytest.fixture
def processes():
    made = Processes()
    yield made
    made.kill()


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
