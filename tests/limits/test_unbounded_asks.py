"""Asking for too much: page sizes, pages, cursors, dates and periods have an end, whatever the address says."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from leads import timeline
from leads.life import EventKind
from leads.models import LeadEvent
from routing.models import Simulation
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.contract]
HUGE = "9" * 400
NUMBERS = ["0", "-1", "100000", HUGE, "1e9", "NaN", "all", "201", "0x10", "\u0663", "1;2", "", "%00", "[]", "1.5"]
TIMES = [
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00%2B12:00",
    "10000-01-01", "2026-02-30T00:00:00Z", "now", HUGE, "-1", "2026-01-01T00:00:00%2B99:99", "", "%00", "1e400",
    "2026-W01-1T00:00:00Z", "P400Y",
]  # fmt: skip
CURSORS = ["x", "cD0x", "bz0xMDAwMDAw", "bz05OTk5OTk5OTk5OTk5OQ==", "cj0xJnA9MjAyNi0xMy00NQ==", "%00", HUGE, "====",
           "cD05OTk5LTEyLTMxVDIzOjU5OjU5LTEyOjAw"]  # fmt: skip
HARD = [HUGE, "-1", "%00", "%ff%fe", "[]", "x" * 5000]


@pytest.fixture
def boss(db):
    client = Client(raise_request_exception=False)
    client.force_login(make.user("Boss", is_superuser=True))
    return client


@pytest.fixture
def key(db):
    return make.key_and_secret()[1]


def api(path, key):
    client = Client(raise_request_exception=False)
    return client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {key}"})


@pytest.mark.parametrize("size", NUMBERS)
def test_a_page_of_the_api_has_at_most_200(key, size):
    make.arrive(205)

    answer = api(f"leads/?page_size={size}", key)

    assert answer.status_code == 200
    assert 1 <= len(answer.json()["results"]) <= 200


@pytest.mark.parametrize("cursor", CURSORS)
def test_a_cursor_somebody_made_up_is_no_way_to_everything(key, cursor):
    make.arrive(3)

    answer = api(f"leads/?cursor={cursor}&page_size=2", key)

    assert answer.status_code in {200, 404}
    assert len(answer.json().get("results", ())) <= 2


@pytest.mark.parametrize("name", ["arrived_after", "arrived_before", "assigned_after"])
@pytest.mark.parametrize("at", TIMES)
def test_dates_without_end_are_answered_or_refused_by_name(key, boss, name, at):
    make.arrive(1)

    answer = api(f"leads/?{name}={at}", key)

    assert answer.status_code in {200, 400}
    if answer.status_code == 400:
        assert answer.json()["errors"][0]["field"] == name
    assert boss.get(f"/leads/?{name}={at}").status_code == 200
    assert boss.get(f"/leads/export.csv?{name}={at}").status_code == 200


@pytest.mark.parametrize("seconds", NUMBERS)
def test_nobody_waits_longer_than_some_seconds(key, seconds, monkeypatch):
    slept = []
    clock = SimpleNamespace(monotonic=lambda: sum(slept), sleep=slept.append)
    monkeypatch.setattr("leads.web.wait.time", clock)
    monkeypatch.setattr("leads.web.wait.signals", SimpleNamespace(rang=SimpleNamespace(get=lambda: True)))
    answer = Client().post(
        f"/api/v1/leads/?wait={seconds}",
        json.dumps({"name": "Ann"}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )

    assert answer.status_code in {201, 400}
    assert sum(slept) <= 5.03
    assert bool(slept) == (seconds in {"100000", HUGE, "1e9", "201", "\u0663", "1.5"})


SIMULATIONS = [
    {"days": 10_001}, {"days": 2**31 - 1}, {"days": 2**70}, {"days": 401}, {"days": -1}, {"days": 1e9},
    {"since": "1970-01-01T00:00:00Z"}, {"since": "0001-01-01T00:00:00Z"}, {"until": "9999-12-31T23:59:59Z"},
    {"since": "2026-01-01T00:00:00Z", "until": "2025-01-01T00:00:00Z"}, {"since": HUGE},
    {"kind": "shadow", "days": 32}, {"kind": "shadow", "until": "9000-01-01T00:00:00Z"},
    {"kind": "shadow", "days": 2**31 - 1},
]  # fmt: skip


@pytest.mark.parametrize("asked", SIMULATIONS, ids=str)
def test_a_simulation_has_a_first_and_a_last_day(asked):
    make.publish(make.rule(make.group("G", [make.rep("Ana")]), name="All"))
    _key, secret = make.key_and_secret("rules:read", "rules:write")

    answer = Client(raise_request_exception=False).post(
        "/api/v1/simulations/",
        json.dumps(asked),
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )

    assert answer.status_code == 400, answer.content[:300]
    assert answer.json()["errors"][0]["field"] in {"days", "since", "until"}
    assert not Simulation.objects.exists()


def test_a_timeline_without_end_comes_in_parts(key):
    lead = make.arrive()
    first = lead.events.count()
    now = timezone.now()
    timeline.record(
        timeline.News(lead=lead.pk, kind=EventKind.NOTED, at=now + timedelta(seconds=n), private={"text": f"n {n}"})
        for n in range(1200)
    )

    one = api(f"leads/{lead.uid}/timeline/", key).json()
    two = api(one["next"].partition("/api/v1/")[2], key).json()

    assert (len(one["events"]), two["next"]) == (1000, None)
    assert len(two["events"]) == first + 200
    texts = [e["payload"].get("text") for e in one["events"] + two["events"]]
    assert texts[first:] == [f"n {n}" for n in range(1200)]


@pytest.mark.parametrize("after", NUMBERS)
def test_where_a_timeline_goes_on_is_a_number(key, after):
    lead = make.arrive()

    answer = api(f"leads/{lead.uid}/timeline/?after={after}", key)

    assert answer.status_code in {200, 400}
    if answer.status_code == 400:
        assert answer.json()["errors"][0]["field"] == "after"


def test_the_page_of_a_lead_shows_the_beginning_and_the_latest_of_a_long_story(boss):
    lead = make.arrive()
    now = timezone.now()
    timeline.record(
        timeline.News(lead=lead.pk, kind=EventKind.NOTED, at=now + timedelta(seconds=n), private={"text": f"note-{n}!"})
        for n in range(1200)
    )
    assert LeadEvent.objects.filter(lead=lead).count() > 1200

    said = boss.get(f"/leads/{lead.uid}/").content.decode()

    assert "note-1199!" in said
    assert "note-0!" in said
    assert "note-600!" not in said
    assert said.count("note-") <= 500
    assert "lines are left out here" in said


PAGES = ["/leads/", "/my-leads/", "/pool/", "/to-assign/", "/board/", "/reports/", "/reports/{rep}/", "/connections/",
         "/connections/{door}/deliveries/", "/imports/", "/forms/", "/rules/", "/leads/export.csv",
         "/reports/export.csv", "/reports/{rep}/export.csv"]  # fmt: skip
ASKS = ["page", "page_size", "sort", "period", "q", "since", "tab", "group", "owner", "state", "seen", "stage", "kind"]
ALONE = ["page", "sort", "group", "tab"]  # where one that is not known ends it before the others are looked at


@pytest.mark.parametrize("page", PAGES)
def test_pages_answer_whatever_their_address_says(boss, page):
    rep = make.rep("Ana")
    make.group("G", [rep])
    door = make.connection("webhook")
    make.arrive(2)
    path = page.format(rep=rep.uid, door=door.uid)

    for query in ["&".join(f"{ask}={value}" for ask in ASKS) for value in HARD] + [f"{ask}={HUGE}" for ask in ALONE]:
        answer = boss.get(f"{path}?{query}")
        assert answer.status_code in {200, 302, 400, 403, 404}, (query[:60], answer.status_code)


@pytest.mark.parametrize("period", ["36500", "365", "all", "-1", "today;", HUGE, "1e9", "month2", "2020-01-01"])
def test_a_report_covers_three_months_at_most(boss, period):
    rep = make.rep("Ana")
    make.group("G", [rep])

    assert boss.get(f"/reports/?period={period}").status_code == 200
    assert boss.get(f"/reports/export.csv?period={period}").status_code == 400
    assert boss.get(f"/reports/{rep.uid}/export.csv?period={period}").status_code == 400
