"""R26: whoever hangs, fails, drips, resets or redirects keeps nobody else waiting, and is tried by the table."""

import os
import socket
import struct
import threading
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from leads import dispatch
from leads.dispatch import Word
from leads.models import Delivery
from reps.models import Endpoint
from tests import factories as make
from tests.outside import server
from tests.telling.reached import endpoint

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def inside(settings, monkeypatch):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]
    monkeypatch.setattr("reps.channel.SECONDS", 0.9)


def hang(handler):
    time.sleep(0.95)


def quietly(handle):
    """What a server says of a client that went away is no news."""

    def handled(handler):
        try:
            handle(handler)
        except OSError:
            handler.close_connection = True

    return handled


def drip(handler):
    handler.send_response(200)
    handler.send_header("content-length", "1000")
    handler.end_headers()
    for _n in range(20):
        handler.wfile.write(b".")
        handler.wfile.flush()
        time.sleep(0.05)


def reset(handler):
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(handler.connection.detach())
    handler.close_connection = True


def flood(handler):
    handler.send_response(200)
    handler.end_headers()
    for _n in range(100):
        handler.wfile.write(b"x" * 65536)


BAD = {
    "hang": (hang, "did not answer in time"),
    "500": (lambda h: h.say(500, {}), "answered 500"),
    "redirect": (lambda h: h.say(302, {}, location="http://127.0.0.1:1/"), "redirect"),
    "reset": (reset, "could not be reached"),
    "drip": (drip, "did not answer in time"),
    "flood": (flood, "more than anybody can read"),
}


def test_the_others_are_told_at_once_whatever_one_does():
    told, lock = {}, threading.Lock()
    began = time.monotonic()

    def good(handler):
        with lock:
            told.setdefault(handler.path, time.monotonic() - began)
        handler.say(200, {})

    with server(good) as right:
        makers = [server(quietly(handle)) for handle, _says in BAD.values()]
        places = [one.__enter__() for one in makers]
        try:
            bad = [endpoint(make.user(), url=f"{place}/bad") for place in places]
            fine = [endpoint(make.user(), url=f"{right}/{n}") for n in range(8)]
            users = [one.user_id for one in (*bad, *fine)]
            now = timezone.now()
            # A process that has sent before: templates and certificates are read.
            dispatch.plan([Word(None, 0, user=fine[0].user_id, event="late", ref="first")], now=now)
            dispatch.drain(now=now)
            told.clear()
            # Three for each who is bad, and these come first.
            words = [Word(None, 0, user=user, event="late", ref=str(n)) for n in range(3) for user in users[: len(bad)]]
            words += [Word(None, 0, user=user, event="late") for user in users[len(bad) :]]
            dispatch.plan(words, now=now)
            began = time.monotonic()
            dispatch.drain(now=now)
        finally:
            for one in makers:
                one.__exit__(None, None, None)

    assert len(told) == 8
    assert max(told.values()) < 1, "one that hangs for as long keeps them waiting"
    assert len(mail.outbox) == len(words) + 1
    assert not Delivery.objects.filter(endpoint__in=fine, sent_at=None).exists()
    for one, (_handle, says) in zip(bad, BAD.values(), strict=True):
        rows = Delivery.objects.filter(endpoint=one)
        assert {(row.sent_at, row.failed_at, row.tries) for row in rows} == {(None, None, 1)}
        assert all(says in row.error for row in rows), (says, rows[0].error)
        assert all(row.due_at == now + timedelta(seconds=5) for row in rows)
        assert all([one["says"] for one in row.tried] == [row.error] for row in rows)
        assert says in Endpoint.objects.get(pk=one.pk).error


@pytest.mark.parametrize("status", [404, 410])
def test_who_is_gone_is_closed_and_never_asked_again(status):
    asked = []

    def gone(handler):
        asked.append(handler.path)
        handler.say(status, {})

    user = make.user()
    with server(gone) as place:
        one = endpoint(user, url=place)
        now = timezone.now()
        dispatch.plan([Word(None, 0, user=user.pk, event="late")], now=now)
        dispatch.drain(now=now)
        dispatch.plan([Word(None, 0, user=user.pk, event="late", ref="2")], now=now)
        dispatch.drain(now=now + timedelta(days=1))

    one.refresh_from_db()
    assert len(asked) == 1
    assert (one.active, one.sealed) == (False, "")
    assert Delivery.objects.get(endpoint=one).failed_at == now
    assert len(mail.outbox) == 2


def test_the_table_of_tries_is_followed_to_its_end():
    user = make.user()
    asked = []
    with server(lambda h: (asked.append(1), h.say(400, {}))) as place:
        one = endpoint(user, url=place)
        now = timezone.now()
        dispatch.plan([Word(None, 0, user=user.pk, event="late")], now=now)
        waits = []
        for _n in range(20):
            dispatch.drain(now=now)
            row = Delivery.objects.get(endpoint=one)
            if row.failed_at:
                break
            waits.append((row.due_at - now).total_seconds())
            now = row.due_at

    assert waits == [5, 30, 120, 600, 3600, 14400, 43200]
    assert (len(asked), row.tries, len(row.tried)) == (8, 8, 8)


def test_who_may_not_sign_in_any_more_is_never_sent_to_and_their_addresses_are_forgotten():
    user = make.user()
    asked = []
    with server(lambda h: (asked.append(1), h.say(200, {}))) as place:
        one = endpoint(user, url=place)
        now = timezone.now()
        dispatch.plan([Word(None, 0, user=user.pk, event="late")], now=now)
        type(user).objects.filter(pk=user.pk).update(is_active=False)
        dispatch.drain(now=now)

    one.refresh_from_db()
    assert asked == mail.outbox == []
    assert (one.active, one.sealed) == (False, "")
