"""Keys, people, wrong keys and connections: so many and no more, 429 with what to do, and nothing written meanwhile."""

import json

import pytest
from django.conf import settings as conf
from django.test import Client
from django.urls import get_resolver
from rest_framework.views import APIView

from config.lib import rates
from leads.models import Inbound, Lead, LeadEvent
from leads.web.rated import ByCaller
from leads.web.view import RatedView
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.contract]
LEADS = "/api/v1/leads/"
BULK = "/api/v1/leads/bulk/"


@pytest.fixture
def key():
    return make.key_and_secret()[1]


def post(path, body, key, **headers):
    return Client().post(
        path,
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}", **headers},
    )


def get(path, key, **more):
    return Client(**more).get(path, headers={"Authorization": f"Bearer {key}"})


def is_refused(answer, *, again_in):
    body = answer.json()
    assert (answer.status_code, body["status"], body["code"]) == (429, 429, "too_many")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Retry-After"] == str(again_in)
    assert f"in {again_in} s" in body["detail"]
    return True


def views():
    patterns = [p for p in get_resolver().url_patterns if str(p.pattern) == "api/v1/"]
    found = [p.callback.view_class for part in patterns[0].url_patterns for p in part.url_patterns]
    assert len(found) > 25
    return found


def test_no_view_of_the_api_is_without_limits():
    for view in views():
        assert issubclass(view, RatedView), view
        assert issubclass(view, APIView)
        assert ByCaller in view.throttle_classes, view


def test_a_burst_is_refused_and_nothing_of_it_is_written(limit, clock, key):
    limit(api_writes="3/s 100/min")
    sent = [{"name": f"Burst {n}", "email": f"burst{n}@example.net"} for n in range(8)]

    answers = [post(LEADS, body, key, **{"Idempotency-Key": f"b-{n}"}) for n, body in enumerate(sent)]

    assert [a.status_code for a in answers] == [201] * 3 + [429] * 5
    assert all(is_refused(answer, again_in=1) for answer in answers[3:])
    assert Lead.objects.count() == 3


def test_each_refused_one_is_taken_once_when_sent_again_in_time(limit, clock, key):
    limit(api_writes="3/s")
    waiting = list(range(8))
    for _second in range(3):
        refused = []
        for n in waiting:
            body = {"name": f"Burst {n}", "email": f"burst{n}@example.net"}
            answer = post(LEADS, body, key, **{"Idempotency-Key": f"b-{n}"})
            assert answer.status_code in {201, 429}
            if answer.status_code == 429:
                refused.append(n)
        waiting = refused
        clock.now += 1

    assert waiting == []
    assert Lead.objects.count() == 8
    assert LeadEvent.objects.exclude(kind="received").count() == 0


def test_headers_tell_how_much_is_left(limit, key):
    limit(api_reads="3/min")

    left = [(a["RateLimit-Limit"], a["RateLimit-Remaining"], a["RateLimit-Reset"]) for a in
            (get(LEADS, key) for _n in range(3))]  # fmt: skip
    refused = get(LEADS, key)

    assert left == [("3", "2", "60"), ("3", "1", "60"), ("3", "0", "60")]
    assert is_refused(refused, again_in=60)
    assert (refused["RateLimit-Remaining"], refused["RateLimit-Reset"]) == ("0", "60")


@pytest.mark.parametrize("path", [LEADS, f"{LEADS}?q=a", f"{LEADS}?page_size=1", "/api/v1/leads/" + "0" * 8 +
                                  "-0000-4000-8000-000000000000/", f"{LEADS}?nonsense=1"])  # fmt: skip
def test_reading_is_counted_whatever_is_asked(limit, key, path):
    limit(api_reads="2/min")

    answers = [get(path, key).status_code for _n in range(4)]

    assert answers[2:] == [429, 429]
    assert 429 not in answers[:2]


def test_bulk_counts_by_rows_and_takes_none_of_those_too_many(limit, clock, key):
    limit(api_leads="10/min")
    rows = [{"name": f"Row {n}", "email": f"row{n}@example.net"} for n in range(6)]

    first = post(BULK, {"leads": rows}, key)
    second = post(BULK, {"leads": [{"name": f"More {n}"} for n in range(6)]}, key)
    small = post(BULK, {"leads": [{"name": f"Last {n}"} for n in range(4)]}, key)

    assert (first.status_code, small.status_code) == (200, 200)
    assert is_refused(second, again_in=60)
    assert not Lead.objects.filter(private__name__startswith="More").exists()
    assert Lead.objects.count() == 10
    clock.now += 60
    assert post(BULK, {"leads": [{"name": f"More {n}"} for n in range(6)]}, key).status_code == 200
    assert Lead.objects.count() == 16


def test_one_key_uses_up_nothing_of_another_and_reading_nothing_of_writing(limit, key):
    limit(api_writes="1/min", api_reads="1/min")
    other = make.key_and_secret()[1]

    assert post(LEADS, {"name": "Ann"}, key).status_code == 201
    assert post(LEADS, {"name": "Ben"}, key).status_code == 429

    assert post(LEADS, {"name": "Ben"}, other).status_code == 201
    assert get(LEADS, key).status_code == 200


def test_people_are_counted_one_by_one(limit):
    limit(api_people="2/min")
    boss, other = make.user("boss", is_ops=True), make.user("other", is_ops=True)
    client = Client()
    client.force_login(boss)

    assert [client.get(LEADS).status_code for _n in range(3)] == [200, 200, 429]
    client.force_login(other)
    assert client.get(LEADS).status_code == 200


WRONG = ["nonsense", "fl_abc_def", "fl_" + "0" * 12 + "_x", "fl_\xfc_\xfc", "fl__", "fl_" + "a" * 5000]


@pytest.mark.parametrize("wrong", WRONG)
def test_guessing_is_slow(limit, clock, key, wrong):
    limit(wrong_keys="3/min")

    def guess():
        return Client().get(LEADS, headers={"Authorization": f"Bearer {wrong}"})

    answers = [guess() for _n in range(5)]

    assert [a.status_code for a in answers] == [401, 401, 401, 429, 429]
    assert is_refused(answers[4], again_in=60)
    # Not even the right one, were it guessed now.
    assert get(LEADS, key).status_code == 429
    assert get(LEADS, key, REMOTE_ADDR="203.0.113.9").status_code == 200
    clock.now += 60
    assert guess().status_code == 401
    assert get(LEADS, key).status_code == 200


def test_a_stranger_at_the_same_address_stops_no_key_that_was_right(limit, key):
    limit(wrong_keys="2/min")
    assert get(LEADS, key).status_code == 200

    for n in range(4):
        get(LEADS, f"fl_stranger{n}_x")

    assert get(LEADS, "fl_stranger9_x").status_code == 429
    assert get(LEADS, key).status_code == 200


@pytest.mark.parametrize(
    "header", ["198.51.100.{n}", "198.51.100.{n}, 10.0.0.1", "127.0.0.{n}", "::{n}", "nonsense {n}"]
)
def test_a_header_of_ones_own_makes_nobody_another(limit, header):
    limit(wrong_keys="2/min")

    answers = [
        Client().get(LEADS, headers={"Authorization": "Bearer fl_a_b", "X-Forwarded-For": header.format(n=n)})
        for n in range(4)
    ]

    assert [a.status_code for a in answers] == [401, 401, 429, 429]


def test_without_the_cache_nothing_is_limited(limit, key, settings, monkeypatch):
    limit(api_writes="1/min", wrong_keys="1/min")
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "unix:///nowhere/valkey.sock"}}
    monkeypatch.setattr(rates, "_silent_until", 0.0)

    assert [post(LEADS, {"name": f"N {n}"}, key).status_code for n in range(3)] == [201] * 3
    assert get(LEADS, "fl_a_b").status_code == get(LEADS, "fl_a_b").status_code == 401


# Connections.


def deliver(door, n=0, **more):
    body = {"name": f"Del {n}", "email": f"del{n}@example.net"}
    return Client(**more).post(make.address(door), json.dumps(body), content_type="application/json")


def test_a_connection_takes_so_many_and_keeps_none_of_those_too_many(limit, clock):
    limit(inbound="3/min")
    door, other = make.connection("webhook"), make.connection("webhook")

    answers = [deliver(door, n) for n in range(5)]

    assert [a.status_code for a in answers[:3]] == [200] * 3
    assert all(is_refused(answer, again_in=60) for answer in answers[3:])
    assert Inbound.objects.count() == 3
    assert deliver(other).status_code == 200
    clock.now += 60
    assert deliver(door, 4).status_code == 200
    assert Inbound.objects.filter(connection=door).count() == 4


def test_who_cannot_sign_is_refused_sooner_and_uses_up_nothing_of_who_can(limit):
    limit(inbound="3/min", inbound_refused="2/min")
    door = make.connection("google_ads", secrets={"key": "right"})

    def send(google_key, n=0):
        body = {"google_key": google_key, "lead_id": f"l-{n}", "user_column_data": [], "form_id": 1}
        return Client().post(make.address(door), json.dumps(body), content_type="application/json")

    refused = [send("wrong").status_code for _n in range(6)]

    assert refused == [401, 401, 429, 429, 429, 429]
    assert Inbound.objects.filter(state="refused").count() == 2
    assert [send("right", n).status_code for n in range(3)] == [200] * 3
    assert send("right", 9).status_code == 429


def test_addresses_are_not_to_be_guessed(limit):
    limit(inbound_refused="5/min")

    answers = [Client().post(f"/in/webhook/{n:032d}/", "{}", content_type="application/json") for n in range(8)]

    assert [a.status_code for a in answers] == [404] * 5 + [429] * 3
    assert all(is_refused(answer, again_in=60) for answer in answers[5:])


def test_the_usual_limits_are_generous_enough_for_a_busy_day():
    from config import env

    told = env.rates()
    assert rates.read(told["inbound"])[0].most >= 1000
    assert rates.read(told["api_leads"])[0].most >= 1000  # one whole bulk
    assert set(told) == set(conf.RATES)
