"""Two senders at once: one of them sends, each message goes out once, and nobody waits for who is slow."""

import threading
import time

import pytest
from django.db import connection
from django.utils import timezone

from leads import tasks
from leads.hooks import sending
from leads.hooks.alone import Go
from tests import factories as make
from tests.hooks.receiving import hook, receiver, rows, say
from tests.outside import server


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_senders_share_the_work_and_send_nothing_twice():
    lead = make.arrive()
    begin = threading.Barrier(2)
    failed = []

    def work():
        try:
            begin.wait(10)
            for _n in range(5):
                sending.send_due(clock=timezone.now)
        except Exception as error:  # noqa: BLE001 - told below
            failed.append(error)
        finally:
            connection.close()

    with receiver() as one, receiver() as other:
        hook(one.url, name="one")
        hook(other.url, name="other")
        for _n in range(15):
            say(lead)
        senders = [threading.Thread(target=work) for _n in range(2)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join(20)

    assert failed == []
    for got in (one, other):
        ids = [headers["webhook-id"] for headers, _body in got.came]
        assert (len(ids), len(set(ids))) == (15, 15)
    assert {(row.tries, row.sent_at is None) for row in rows()} == {(1, False)}


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_while_one_waits_for_a_slow_receiver_another_returns_at_once(monkeypatch):
    """So one worker at most is held by receivers; and what comes meanwhile is sent by the one who is at it."""
    lead = make.arrive()
    asked, may_answer, told = threading.Event(), threading.Event(), threading.Event()
    took = []

    def slow(handler):
        asked.set()
        may_answer.wait(10)
        handler.say(200, {})

    def quick(handler):
        told.set()
        handler.say(200, {})

    def work():
        try:
            took.append(sending.send_due(clock=timezone.now))
        finally:
            connection.close()

    rung = []
    monkeypatch.setattr("leads.hook_plan.ring", lambda: rung.append(1))
    with server(slow) as one, server(quick) as other:
        hook(one, name="slow")
        say(lead)
        sender = threading.Thread(target=work)
        sender.start()
        assert asked.wait(10)
        hook(other, name="quick")
        say(lead)
        rung.clear()
        began = time.monotonic()
        assert sending.send_due(clock=timezone.now) is None
        assert tasks.send_hooks() == 0
        assert time.monotonic() - began < 1
        assert rung == [], "two that wake each other would never rest"
        heard = told.wait(5)
        may_answer.set()
        sender.join(10)

    assert heard, "the quick one waits for the slow one"
    assert took == [3]
    assert not rows(sent_at=None).exists()
    assert sending.send_due(clock=timezone.now) == 0, "the next may begin"


def test_who_is_slow_is_left_to_itself_when_the_time_is_over():
    go = Go(until=120.0, more=15.0)
    assert go.goes_on([], now=119.0)
    assert (go.left_out([1]), go.ends) == ({1}, 120.0)

    assert go.goes_on([1], now=121.0)
    assert go.left_out([2]) == {1, 2}
    assert go.ends == 135.0
    assert not go.goes_on([2], now=122.0), "those who were slow are done"
    assert not go.goes_on([1], now=136.0)
