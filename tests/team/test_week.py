"""Everybody's week, and arrivals against duty: counted by the database, told by the reader's clock."""

from copy import copy
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from leads.models import Lead
from reps.models import Membership, Pause, TimeOff
from routing.coverage import arrivals as read
from routing.web.team import heat, week
from tests import factories as make

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)  # a Thursday
MONDAY = date(2026, 11, 16)


def shifted(name, begins=9, ends=17, weekdays=range(5), **fields):
    rep = make.rep(name, around_the_clock=False, **{"time_zone": "Europe/Berlin", **fields})
    make.shifts(rep, time(begins), time(ends % 24), weekdays)
    return rep


def came(at, group=None, **fields):
    lead = make.arrive()
    Lead.objects.filter(pk=lead.pk).update(arrived_at=at, group=group, **fields)
    return lead


def read_all(groups, zone=BERLIN, *, ungrouped=True, now=NOW):
    return read.arrivals(groups=groups, ungrouped=ungrouped, until=now, zone=zone)


def at(day, hour, minute=0):
    return datetime.combine(day, time(hour, minute), tzinfo=BERLIN)


def test_leads_are_counted_by_the_readers_weekday_and_hour():
    group = make.group("DACH", [shifted("Ana")])
    for minute in (0, 30, 59):
        came(at(MONDAY, 10, minute), group)
    came(at(MONDAY, 8, 59), group)
    came(at(MONDAY, 9), group)
    found = read_all([group])

    assert (found.week[0][10].leads, found.week[0][10].missed) == (3, 0)
    assert (found.week[0][8].leads, found.week[0][8].missed, found.week[0][8].empty) == (1, 1, 1)
    assert (found.week[0][9].leads, found.week[0][9].missed, found.week[0][9].empty) == (1, 0, 0)
    assert (found.leads, found.missed) == (5, 1)
    london = read_all([group], ZoneInfo("Europe/London"))
    assert (london.week[0][9].leads, london.week[0][7].leads) == (3, 1)


def test_who_was_away_or_not_yet_in_the_group_was_not_there():
    ana = shifted("Ana")
    group = make.group("DACH")
    Membership.objects.create(group=group, rep=ana, starts_at=at(MONDAY - timedelta(days=14), 0))
    TimeOff.objects.create(rep=ana, starts_at=at(MONDAY, 0), ends_at=at(MONDAY, 12))
    came(at(MONDAY, 11), group)
    came(at(MONDAY, 13), group)
    came(at(MONDAY - timedelta(days=7), 11), group)
    came(at(MONDAY - timedelta(days=21), 13), group)
    found = read_all([group])

    assert (found.week[0][11].leads, found.week[0][11].missed) == (2, 1)
    assert (found.week[0][13].leads, found.week[0][13].missed) == (2, 1)
    assert found.week[0][13].reps == pytest.approx(3 / 13)


def test_tests_history_the_merged_the_old_and_other_groups_leads_do_not_count():
    group, other = make.group("DACH", [shifted("Ana")]), make.group("Nordics")
    whole = came(at(MONDAY, 10), group)
    for fields in ({"kind": "test"}, {"kind": "history"}, {"merged_into": whole}):
        came(at(MONDAY, 10), group, **fields)
    came(at(MONDAY, 10), other)
    came(at(MONDAY, 10))
    came(NOW - read.SPAN - timedelta(hours=1), group)

    assert read_all([group]).leads == 2
    assert read_all([group], ungrouped=False).leads == 1
    assert read_all([group, other], ungrouped=False).leads == 2


def test_what_is_missed_is_said_with_days_of_the_same_hours_as_one():
    group = make.group("DACH", [shifted("Ana", 10, 0)])
    for day in (0, 1, 2):
        for _n in range(2):
            came(at(MONDAY + timedelta(days=day), 8, 15), group)
    came(at(MONDAY - timedelta(days=1), 15), group)
    shown = heat.drawn(read_all([group]))

    assert shown["gaps"][0] == "Monday to Wednesday 0-10: 6 leads came, nobody was on shift."
    assert shown["gaps"][1] == "Sunday all day: 1 lead came, nobody was on shift."
    assert shown["summary"] == "100 % of leads came while nobody was on duty: 7 of 7."
    assert shown["rows"][0]["hours"][8] == {"leads": 2, "tone": 4, "empty": True, "missed": 2}


def test_a_zone_with_three_quarters_of_an_hour_and_the_end_of_summer_time_lose_nothing():
    group = make.group("All", [make.rep("Ana")])
    came(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), group)
    came(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), group)
    assert read_all([group]).week[6][2].leads == 2
    assert read_all([group], ZoneInfo("Asia/Kathmandu")).week[6][6].leads == 1
    assert read_all([group], ZoneInfo("Asia/Kathmandu")).leads == 2


def test_the_count_uses_the_index_of_arrivals():
    group, lead = make.group("DACH"), make.arrive()
    rows = []
    for n in range(500):  # three years of them, as the planner of a table with nothing in it takes any index
        row = Lead.objects.get(pk=lead.pk) if not rows else copy(rows[0])
        row.pk, row.uid, row.external_id, row.contact, row.sole = None, uuid4(), "", None, False
        row.arrived_at, row.group = NOW - timedelta(days=2 * n), group
        rows.append(row)
    Lead.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE leads_lead")
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = read.counted([group], NOW - read.SPAN, ungrouped=True).explain()
    assert "lead_arrived" in plan, plan


def test_a_week_shows_hours_and_why_somebody_is_away():
    ana = shifted("Ana", country="DE")
    night = shifted("Ben", 22, 6, weekdays=[0])
    Pause.objects.create(rep=ana, starts_at=at(MONDAY + timedelta(days=2), 12))
    TimeOff.objects.create(
        rep=ana, starts_at=at(MONDAY + timedelta(days=1), 0), ends_at=at(MONDAY + timedelta(days=2), 0)
    )
    with timezone.override(BERLIN):
        rows = week.rows_of([ana, night], [MONDAY + timedelta(days=n) for n in range(7)])
        christmas = week.rows_of([ana], [date(2026, 12, 25)])

    days = rows[0]["days"]
    assert [day["says"] for day in days] == ["9-17", "", "9-12", "", "", "", ""]
    assert [day["why"] for day in days] == ["", "time off", "paused", "paused", "paused", "", ""]
    assert days[0]["bars"] == [{"x": 540, "width": 480}]
    assert [day["says"] for day in rows[1]["days"]][:3] == ["22-24", "0-6", ""]
    assert christmas[0]["days"][0]["why"] == "paused, public holiday"


def test_the_page_keeps_to_the_readers_groups(client):
    boss = make.user("Clara")
    make.group("DACH", [make.rep("Ana")]).managers.add(boss)
    make.group("Nordics", [make.rep("Kim")])
    client.force_login(boss)
    page = client.get(reverse("team-week"), {"from": "2026-11-18"})

    assert [row["rep"].name for row in page.context["rows"]] == ["Ana"]
    assert "16 Nov to 22 Nov 2026" in page.text
    for odd in ("x", "9999-12-31", "0001-01-01", "2026-02-30", "\x00"):
        assert client.get(reverse("team-week"), {"from": odd, "group": odd, "page": odd}).status_code == 200
    client.force_login(make.rep("Zoe").user)
    assert client.get(reverse("team-week")).status_code == 403


def test_three_reps_and_leads_cost_as_many_questions_as_one(client, django_assert_num_queries):
    boss = make.user("Clara")
    group = make.group("DACH", [make.rep("Ana")])
    group.managers.add(boss)
    client.force_login(boss)
    came(timezone.now() - timedelta(days=1), group)
    client.get(reverse("team-week"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("team-week"))
    for n in range(2):
        make.join(group, make.rep(f"Rep {n}"))
        came(timezone.now() - timedelta(days=1), group)
    with django_assert_num_queries(len(one)):
        client.get(reverse("team-week"))
