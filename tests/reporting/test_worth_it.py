"""Worth it?: hours saved as reckoned by hand, both sides followed as long, and nothing claimed of too few."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from leads.models import Lead, Stage
from reporting import worth
from reporting.cohort import Scope
from reps.models import Division, User
from routing.models import Assignment, Baseline, DeskTime
from tests import factories as make

pytestmark = pytest.mark.django_db
LIVE = datetime(2026, 3, 2, tzinfo=UTC)
NOW = LIVE + timedelta(days=50)
ALL = Scope()


@pytest.fixture
def team():
    group = make.group("Sales", [make.rep("Ana")])
    group.managers.add(make.user("Clara"))
    make.publish(make.rule(group))
    return group


@pytest.fixture
def clara(team):
    client = Client()
    client.force_login(team.managers.get())
    return client


def signed_in(name):
    client = Client()
    client.force_login(User.objects.get(name=name))
    return client


@pytest.fixture(autouse=True)
def fresh():
    """What is kept for ten minutes is of another test."""
    cache.clear()


def came(count, days, *, answered=None, won=None, lost=None, kind="new"):
    """Leads that arrived so many days from going live; answered after minutes, won or lost after days."""
    at = LIVE + timedelta(days=days)
    leads = make.arrive(count) if count > 1 else [make.arrive()]
    fields = {"arrived_at": at, "kind": kind}
    if answered is not None:
        fields["responded_at"] = at + timedelta(minutes=answered)
    for ending, after in (("won", won), ("lost", lost)):
        if after is not None:
            stage = Stage.objects.get(metric=ending)
            fields |= {"state": "closed", "stage": stage, "closed_at": at + timedelta(days=after)}
    Lead.objects.filter(pk__in=[lead.pk for lead in leads]).update(**fields)


def compared(follow=30, now=NOW):
    return worth.compare(Lead.objects.all(), live=LIVE, follow=follow, now=now)


def test_both_sides_are_as_long_and_followed_as_long(team):
    came(1, -21)  # before a span of twenty days
    came(3, -10, answered=60, won=5)
    came(2, -10, answered=90, won=40)  # won too late to count on either side
    came(4, 3, answered=6, lost=5, kind="new")
    came(2, 25)  # not followed for 30 days yet

    found = compared()

    assert (found.before.leads, found.after.leads) == (5, 4)
    assert (found.before.speed.value, found.after.speed.value) == (3600, 360)
    assert (found.before.close.count, found.before.close.n) == (3, 3)
    assert (found.after.close.count, found.after.close.n) == (0, 4)
    assert found.before.cycle.value == 5 * 86400


def test_before_its_days_are_over_there_is_no_after(team):
    came(3, 1)

    assert compared(now=LIVE + timedelta(days=29)).after is None


def test_imported_ones_are_counted_apart(team):
    came(2, -3, kind="history", won=2)
    came(1, -3, answered=10)

    side = compared().before

    assert (side.leads, side.imported, side.speed.n, side.speed.open) == (3, 2, 1, 2)


def by_rules(team, count):
    for lead in make.arrive(count):
        Assignment.objects.create(
            lead=lead, hop=1, rep=team.memberships.get().rep, group=team, how="rule", starts_at=LIVE
        )


def test_hours_are_leads_times_the_median_by_hand(team):
    by_rules(team, 30)
    usual = worth.saved(scope=ALL, division=1, since=LIVE, now=NOW)
    assert (usual.assumed, usual.hours(usual.each.value)) == (True, 1.0)  # 30 x 120 s
    clara, lead = team.managers.get(), Lead.objects.first()
    for seconds in (20, 30, 40, 50, 60, 70):
        DeskTime.objects.create(
            lead=lead, user=clara, opened_at=LIVE, at=LIVE, seconds=seconds, decided_at=LIVE, what="assigned"
        )
    DeskTime.objects.create(
        lead=lead, user=clara, opened_at=LIVE, at=LIVE, seconds=900, decided_at=LIVE, what="taken_back"
    )

    found = worth.saved(scope=ALL, division=1, since=LIVE, now=NOW)

    assert (found.assumed, found.leads, found.each.value) == (False, 30, 45)
    assert (found.hours(found.each.low), found.hours(found.each.high)) == (30 * 20 / 3600, 30 * 70 / 3600)


def test_the_page_claims_nothing_of_few_and_a_manager_sets_the_day(team, clara):
    page = clara.get("/reports/worth-it/").content.decode()
    assert "since they were first published on" in page
    assert page.count("too few to compare") == 3

    assert clara.post("/reports/worth-it/", {"assumed_seconds": "4", "week_hours": "40"}).status_code == 422
    answer = clara.post(
        "/reports/worth-it/", {"assumed_seconds": "90", "week_hours": "35", "live_on": "2026-01-15"}, follow=True
    )
    assert "went live on 15 January 2026" in answer.content.decode()
    assert Baseline.objects.get().week_hours == 35
    make.user("Odile", is_ops=True)
    changes = signed_in("Odile").get("/changes/").content.decode()
    assert "Worth it?" in changes
    assert "Clara" in changes
    far = {"assumed_seconds": "90", "week_hours": "35", "live_on": "9999-01-15"}
    assert "Choose a day that has been." in clara.post("/reports/worth-it/", far).content.decode()


def test_the_day_it_went_live_is_the_companys_wherever_it_is_read(team, clara):
    Division.objects.filter(pk=1).update(time_zone="Europe/Berlin")
    Baseline.objects.create(division_id=1, live_on=LIVE.date())
    pages = []
    for zone in ("America/New_York", "Asia/Tokyo"):
        User.objects.filter(name="Clara").update(time_zone=zone)
        pages.append(clara.get("/reports/worth-it/").content.decode().replace("\n", " "))

    assert worth.live_at(1) == LIVE - timedelta(hours=1)
    assert all("went live on 2 March 2026" in page for page in pages)
    assert all("<b>2 Mar 2026" in page or "2 Mar 2026 \N{EN DASH}" in page for page in pages)


def test_a_difference_is_said_where_the_ranges_part(team, clara):
    Baseline.objects.create(division_id=1, live_on=LIVE.date())
    came(40, -10, answered=120, lost=5)
    came(40, 3, answered=5, won=5)
    page = clara.get("/reports/worth-it/?follow=30").content.decode()

    assert '<span class="good strong">shorter</span>' in page
    assert '<span class="good strong">higher</span>' in page
    assert page.count("too few to compare") == 1  # nobody was won before, so no cycle can be compared


def test_reps_are_refused_and_managers_of_one_group_set_nothing(team, clara):
    rep = Client()
    rep.force_login(team.memberships.get().rep.user)
    assert rep.get("/reports/worth-it/").status_code == 403
    make.group("Others")

    assert clara.post("/reports/worth-it/", {"assumed_seconds": "90", "week_hours": "40"}).status_code == 403
    assert "What is assumed" not in clara.get("/reports/worth-it/").content.decode()
