"""The claim battery, R15 and R16: a little of it with every build, all of it by `make battery-blind`."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pytest
from django.conf import settings
from django.utils import timezone

from leads.models import Lead
from routing import claim, hand, handles, live
from routing.assign import NotYoursError
from routing.models import Assignment
from tests import factories as make
from tests.blind import twins
from tests.doors.figures import many, told
from tests.routing.test_races import sound, together

pytestmark = [pytest.mark.blind, pytest.mark.race, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]
CLAIMERS = 100
TOKEN = "a" * 32
FULL_SECOND = 1.0


@pytest.fixture
def served(transactional_db):
    """The pages as they are served: two processes of eight threads, with a database pool each."""
    url = urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit(url._replace(path=f"/{settings.DATABASES['default']['NAME']}"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "config.settings.test", "PORT": str(port)}
    command = [sys.executable, "-m", "gunicorn", "-c", "config/run/gunicorn.py", "config.wsgi"]
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 60
        while not answers(port):
            assert time.monotonic() < end, "the server did not come up"
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def answers(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


class Claimer:
    """One rep at a browser of their own, signed in, with a connection that stays open."""

    def __init__(self, rep, port):
        self.rep, self.port = rep, port
        cookies = {**twins.sessions_of(rep.user), "csrftoken": TOKEN}
        self.headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "X-CSRFToken": TOKEN,
            "HX-Request": "true",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.connection.request("GET", "/pool/", headers=self.headers)
        assert self.connection.getresponse().read()

    def claim(self, lead, start):
        """Status, seconds, body."""
        path = f"/pool/claim/{handles.seal(viewer=self.rep.pk, lead=lead.pk)}/"
        start.wait()
        began = time.monotonic()
        self.connection.request("POST", path, body=f"group={uuid4()}", headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        return answer.status, time.monotonic() - began, body


def test_r15_of_a_hundred_claimers_one_wins_and_the_others_learn_nothing_within_a_second(served):
    reps = [make.rep() for _ in range(CLAIMERS)]
    team = make.group("Pool", reps, pool="blind", steps=twins.BLIND, public_fields=twins.SHOWN)
    make.publish(make.rule(team, name="Pool"))
    claimers = [Claimer(rep, served) for rep in reps]
    rounds, waits = many(5, 100), []

    with ThreadPoolExecutor(CLAIMERS) as threads:
        for n in range(rounds):
            lead = make.arrive(**twins.lead_fields(n))
            live.route_ready(1)
            start = threading.Barrier(CLAIMERS)
            seen = list(threads.map(lambda one, lead=lead, start=start: one.claim(lead, start), claimers))

            losers = [(status, body) for status, _took, body in seen if status != 200]
            assert [status for status, _took, _body in seen].count(200) == 1
            assert {status for status, _body in losers} == {409}
            assert len(losers) == CLAIMERS - 1
            assert all(b"Someone was faster" in body for _status, body in losers)
            assert not [body for _status, body in losers if twins.CANARY.lower().encode() in body.lower()]
            waits += [took for status, took, _body in seen if status == 409]

    for one in claimers:
        one.connection.close()
    assert Assignment.objects.count() == rounds
    assert not Lead.objects.exclude(hop=1, state="assigned").exists()
    assert sound()
    waits.sort()
    told(
        "R15",
        rounds=rounds,
        claimers=CLAIMERS,
        winners_each=1,
        losers_median_ms=round(waits[len(waits) // 2] * 1000),
        losers_p99_ms=round(waits[int(len(waits) * 0.99)] * 1000),
        losers_max_ms=round(waits[-1] * 1000),
    )
    assert waits[int(len(waits) * 0.99)] <= FULL_SECOND


def rivals(lead, leaver, colleague, version):
    """A claim by who is leaving, a manager who gives the lead to another, one who routes all again, and the leaving."""
    now, handle = timezone.now(), handles.seal(viewer=leaver.pk, lead=lead.pk)
    return (
        lambda: claim.claim(rep=leaver, by=leaver.user, handle=handle),
        lambda: hand.hand_over(leads=[Lead.objects.get(pk=lead.pk)], rep=colleague, by=None, why="", now=now),
        lambda: hand.run_again(division_id=1, wanted=hand.Wanted(version=version), by=None, why="", now=now),
        lambda: hand.leave(plan=hand.Leave(rep=leaver), by=None),
    )


def late(act, seconds):
    """The act, a moment later: who comes first differs from round to round."""
    return lambda: (time.sleep(seconds), act())[1]


def test_r16_claim_and_reroute_and_reassign_and_leave_at_once_have_one_winner():
    rounds, lots = many(15, 500), Random(16)
    won = dict.fromkeys(("claim", "hand_over", "again", "leave"), 0)
    staying = [make.rep() for _ in range(2)]
    team = make.group("Pool", staying, pool="blind", steps=twins.BLIND)
    version = make.publish(make.rule(team, name="Pool"))
    for _round in range(rounds):
        leaver = make.rep()
        make.join(team, leaver)
        lead = make.arrive()
        live.route_ready(1)

        seen = together(*(late(act, lots.random() / 50) for act in rivals(lead, leaver, staying[0], version)))

        for name, answer in zip(won, seen, strict=True):
            refused = isinstance(answer, claim.NotClaimedError | NotYoursError)
            assert refused or not isinstance(answer, Exception), (name, answer)
            won[name] += not refused
        while live.route_ready(1).count:
            pass
        row = Lead.objects.get(pk=lead.pk)
        assert row.owner_id in {None, staying[0].pk} or row.owner_id == leaver.pk
        assert Assignment.objects.filter(lead=lead, ends_at=None).count() == (row.owner_id is not None)
    assert sound()
    told("R16", rounds=rounds, **won)
