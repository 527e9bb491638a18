"""The doors under repeats, races, poison and bad input; short here, in full by `make battery-doors`, with figures.

R12 to R33 are the lines of the reliability table in docs/operations.md.
"""

import json
import os
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from leads import inbound
from leads.models import IdempotencyKey, Inbound, Intake, Lead
from routing import live
from routing.models import Assignment
from tests import factories as make
from tests.doors import battery_import, battery_mail
from tests.doors.figures import FULL, many, told
from tests.processes import ROOT
from tests.processes import processes as processes  # noqa: PLC0414 - a fixture handed on

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def at_once(work, times, *, threads=8):
    """Do it so often from several connections; gives the answers."""

    def one(n):
        try:
            return work(n)
        finally:
            database.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, range(times)))


@pytest.fixture
def ana():
    rep = make.rep("Ana")
    make.publish(make.rule(make.group("Inbound", [rep])))
    return rep


def handle(later=timedelta(minutes=2)):
    at_once(lambda _n: _drain(timezone.now() + later), 4, threads=4)
    while live.route_ready(1).count:
        pass


def _drain(now):
    while inbound.handle_due(now=now):
        pass


def person(n):
    return {"name": f"Person {n}", "email": f"person{n}@example.net"}


def test_r12_the_same_delivery_many_times_is_one_lead_with_one_answer(ana):
    ids, parallel, later = many(3, 500), many(20, 50), 10
    door = make.connection("webhook", settings={"signature": "standard"}, secrets={"secret": SECRET})

    def post(n, body, at):
        from standardwebhooks import Webhook

        headers = {
            "webhook-id": f"msg_{n}",
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(SECRET).sign(f"msg_{n}", at, body),
        }
        return Client().post(make.address(door), body, content_type="application/json", headers=headers)

    answers = set()
    for n in range(ids):
        body = json.dumps(person(n))
        for answer in at_once(lambda _i, n=n, body=body: post(n, body, timezone.now()), parallel):
            answers.add((answer.status_code, answer.content))
        for _hour in range(later):  # signed anew each time, as senders do over a day
            answers.add(((answer := post(n, body, timezone.now())).status_code, answer.content))
    handle()

    assert answers == {(200, b'{"received": true}')}
    assert Lead.objects.count() == Inbound.objects.count() == ids
    assert set(Inbound.objects.values_list("times", flat=True)) == {parallel + later}
    told("R12 deliveries", ids=ids, times_each=parallel + later, leads=Lead.objects.count(), answers=len(answers))


def test_r12_the_same_key_many_times_is_one_lead_with_one_answer(ana):
    keys, parallel = many(3, 500), many(20, 50)
    _key, secret = make.key_and_secret()

    def post(n):
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": f"key-{n}"}
        body = json.dumps({**person(n), "source": "Shop"})
        return Client().post("/api/v1/leads/", body, content_type="application/json", headers=headers)

    for n in range(keys):
        answers = at_once(lambda _i, n=n: post(n), parallel)
        assert {a.status_code for a in answers} == {201}
        assert len({a.json()["id"] for a in answers}) == 1
        assert len({a.json()["outcome"] for a in answers}) == 1
    handle()

    assert Lead.objects.count() == keys
    assert Assignment.objects.count() == keys
    told("R12 keys", keys=keys, times_each=parallel, leads=Lead.objects.count())


def test_r13_the_same_key_with_another_body_is_refused(ana):
    times = many(10, 200)
    _key, secret = make.key_and_secret()
    headers = {"Authorization": f"Bearer {secret}"}
    url, kind = "/api/v1/leads/", "application/json"

    for n in range(times):
        own = {**headers, "Idempotency-Key": f"key-{n}"}
        first = Client().post(url, json.dumps(person(n)), content_type=kind, headers=own)
        other = Client().post(url, json.dumps(person(n + times)), content_type=kind, headers=own)
        again = Client().post(url, json.dumps(person(n)), content_type=kind, headers=own)
        assert (first.status_code, other.status_code, again.status_code) == (201, 422, 201)
        assert other.json()["code"] == "idempotency_key_reused"
        assert again.json()["id"] == first.json()["id"]

    assert Lead.objects.count() == IdempotencyKey.objects.count() == times
    told("R13", keys=times, refused=times, leads=Lead.objects.count())


def test_r14_retries_without_an_id_are_enquiries_on_one_lead(ana):
    people, parallel = many(4, 200), 20
    door = make.connection("webhook")
    url = make.address(door)

    for n in range(people):
        body = json.dumps(person(n))
        answers = at_once(lambda _i, body=body: Client().post(url, body, content_type="application/json"), parallel)
        assert {a.status_code for a in answers} == {200}
    handle()
    handle(timedelta(minutes=5))

    outcomes = list(Intake.objects.values_list("outcome", flat=True))
    assert (outcomes.count("new"), outcomes.count("enquiry")) == (people, people * (parallel - 1))
    assert Lead.objects.count() == Assignment.objects.count() == people
    told("R14", people=people, retries_each=parallel, leads=people, enquiries=outcomes.count("enquiry"))


def test_r25_poison_is_set_aside_and_harms_no_other(ana, processes):
    poisoned, good = many(3, 50), many(60, 950)
    processes.start("-I", "tests.doors.poison")
    processes.wait_ready()
    door = make.connection("poison")
    now, harms = timezone.now(), ("raises", "dies", "loops")
    bodies = [{**person(n), "harm": harms[n % 3]} for n in range(poisoned)] + [
        person(n) for n in range(100, 100 + good)
    ]
    bodies.sort(key=lambda _b: uuid.uuid4().int)
    Inbound.objects.bulk_create(
        Inbound(
            connection=door,
            method="POST",
            received_at=now,
            last_at=now,
            due_at=now,
            size=1,
            body=json.dumps(body).encode(),
        )
        for body in bodies
    )
    started = time.monotonic()
    inbound.ring()

    def wait(done, seconds):
        end = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < end, list(
                Inbound.objects.exclude(state="handled").values_list("state", "tries", "error")
            )
            time.sleep(0.2)
        return round(time.monotonic() - started, 1)

    owned = wait(lambda: Lead.objects.filter(state="assigned").count() == good, 60 if FULL else 90)
    aside = wait(lambda: Inbound.objects.filter(state="set_aside").count() == poisoned, 900)

    rows = Inbound.objects.filter(state="set_aside")
    assert all(rows.values_list("error", flat=True))
    assert set(rows.values_list("tries", flat=True)) <= {5, 6}
    assert Lead.objects.count() == good
    told("R25", poisoned=poisoned, good=good, good_owned_within_s=owned, set_aside_within_s=aside)


def test_r20_a_file_whose_worker_is_killed_is_taken_once():
    kills, rows = many(3, 20), many(1_500, 10_000)

    figures = battery_import.run(kills=kills, rows=rows)

    assert figures["kills"] == kills
    assert figures["new"] + figures["refused"] + figures["enquiry"] == rows
    told("R20", **figures)


def test_r20_a_large_file_takes_no_more_memory_than_a_small_one():
    """Each in a process, and a database, of its own."""
    small, large = (measured(rows) for rows in many((500, 2_000), (10_000, 100_000)))

    assert large["peak_rss_mb"] <= 1.2 * small["peak_rss_mb"]
    told("R20 memory", **{f"{name} {size['rows']}": size[name] for size in (small, large) for name in list(size)[1:]})


def measured(rows):
    itself = [sys.executable, "-m", "tests.doors.battery_import", "measure", str(rows)]
    command = [sys.executable, "-m", "config.run.beside", *itself]
    outside = {name: text for name, text in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL", "DATA_DIR"}}
    done = subprocess.run(command, cwd=ROOT, env=outside, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_r21_a_mailbox_that_is_killed_before_it_marks_a_mail_takes_each_once():
    times = many(6, 100)

    figures = battery_mail.run(times=times)

    assert (figures["kills"], figures["leads"]) == (times, times)
    told("R21", **figures)
