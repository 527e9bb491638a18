"""The Board says when much is assigned by hand, in one sentence and one query, and offers the rule."""

from datetime import timedelta

import pytest
from django.utils import timezone

from reporting.cohort import overseen
from reporting.web import by_hand
from routing import hand, hand_rules, live
from routing.models import DeskTime, Rule
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    group = make.group("Sales", [make.rep(name) for name in ("Ana", "Ben", "Kim")])
    group.managers.add(make.user("Clara"))
    make.publish({"to": Rule.To.DESK, "name": "By people", "condition": None})
    return group


def given(team, name, count, **facts):
    for lead in make.arrive(count, **facts) if count > 1 else [make.arrive(**facts)]:
        live.route_ready(1)
        lead.refresh_from_db()
        rep = team.memberships.get(rep__user__name=name).rep
        hand.give(lead=lead, rep=rep, group=team, by=team.managers.get())


def line(user, now=None):
    now = now or timezone.now()
    return by_hand.line(user, overseen(user, now=now), now=now)


def test_little_by_hand_is_nothing_to_speak_of(team):
    given(team, "Ana", 2)
    given(team, "Ben", 1)

    assert line(team.managers.get()) is None


def test_a_third_rep_is(team):
    for name in ("Ana", "Ben", "Kim"):
        given(team, name, 1)

    found = line(team.managers.get())
    assert found["says"] == "3 leads were assigned by hand in the last 7 days, to 3 reps."
    assert found["offer"] == ""
    assert line(team.managers.get(), timezone.now() + timedelta(days=8)) is None


def test_it_is_said_until_the_reader_has_heard_it(team, client):
    for name in ("Ana", "Ben", "Kim"):
        given(team, name, 1)
    client.force_login(team.managers.get())
    assert client.get("/board/").context["by_hand"] is not None

    assert client.post("/to-assign/by-hand/quiet/").url == "/board/"

    assert client.get("/board/").context["by_hand"] is None
    session = client.session
    session["by-hand-quiet"] = timezone.now().isoformat()
    session.save()
    assert client.get("/board/").context["by_hand"] is not None
    client.force_login(team.memberships.first().rep.user)
    assert client.post("/to-assign/by-hand/quiet/").status_code == 403


def test_a_day_of_twenty_is_and_the_rule_is_offered(team):
    given(team, "Ana", 11, country="ES")
    given(team, "Ben", 9, country="FR")
    hand_rules.find(division=1, now=timezone.now())

    found = line(team.managers.get())

    assert found["says"] == "20 leads were assigned by hand on one of the last 7 days."
    assert found["offer"] == "11 of 11 leads from Spain went to Ana by hand"


def test_a_seventh_of_the_week_is(team):
    given(team, "Ana", 1)
    clara, lead = team.managers.get(), team.memberships.first().rep.leads.get()
    at = timezone.now()
    row = DeskTime.objects.create(lead=lead, user=clara, opened_at=at, at=at, seconds=6 * 3600 - 60)
    assert line(clara) is None
    DeskTime.objects.filter(pk=row.pk).update(seconds=6 * 3600)

    assert (
        line(clara)["says"].replace("\xa0", " ")
        == "Clara has spent 6 h of the last 7 days assigning by hand, 15 % of a week."
    )
    other = make.user("Dora")
    make.group("Others").managers.add(other)
    assert line(other) is None  # of other people's time and groups nothing is told


def test_it_costs_one_query(team, django_assert_num_queries):
    given(team, "Ana", 1)
    user, now = make.user("Odile", is_ops=True), timezone.now()
    scope = overseen(user, now=now)

    with django_assert_num_queries(1):
        by_hand.line(user, scope, now=now)
