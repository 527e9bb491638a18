"""Priority by hand: it counts over rules and score, stays with the lead, and is taken off again."""

import pytest
from django.utils import timezone

from leads.models import Lead, LeadEvent
from routing import hand, live
from routing.models import Act
from tests import factories as make

pytestmark = pytest.mark.django_db


def put(leads, band, by=None):
    return hand.set_priority(leads=list(leads), band=band, by=by, why="", now=timezone.now())


def bands(leads):
    return dict(Lead.objects.filter(pk__in=[lead.pk for lead in leads]).values_list("pk", "band"))


@pytest.fixture
def pool(db):
    steps = [{"strategy": "pool", "options": {"mode": "open"}}]
    make.publish(make.rule(make.group("DACH", [make.rep("Ana")], pool="open", steps=steps)))
    leads = make.arrive(3)
    live.route_ready(1)
    return leads


def test_it_orders_what_waits_and_leaves_the_rest_at_the_usual_place(pool):
    first, second, third = pool
    clara = make.user("Clara")

    assert bands(pool) == dict.fromkeys((lead.pk for lead in pool), None)
    done = put([third], 2, clara)
    assert bands([first, second]) == {first.pk: None, second.pk: None}  # who was behind it is, and is not written
    put([first], 9)

    assert done.leads == [third.pk]
    waiting = Lead.objects.filter(state="pooled").order_by("band", "arrived_at", "pk")
    assert list(waiting) == [third, second, first]
    told = LeadEvent.objects.get(lead=third, kind="priority")
    assert (told.user, told.payload) == (clara, {"priority": 2})
    act = Act.objects.get(kind="priority", by=clara)
    assert (act.asked, act.result) == ({"leads": 1, "priority": 2}, {"moved": 1, "stayed": {}})


def test_it_holds_against_the_rules_and_score_and_is_taken_off(pool):
    lead = pool[0]
    put([lead], 1)
    hand.route_again(leads=[lead], by=None)
    live.route_ready(1)
    assert Lead.objects.get(pk=lead.pk).band == 1

    again = put([lead], 1)
    assert (again.leads, dict(again.stayed)) == ([], {"so_already": 1})
    put([lead], None)
    assert Lead.objects.filter(pk=lead.pk).values_list("set_band", "band").get() == (None, None)


def test_taken_off_it_waits_where_the_others_do(pool):
    first, second, third = pool
    put([third], 9)
    put([first], 1)
    put([first], None)
    assert bands(pool) == {first.pk: 5, second.pk: 5, third.pk: 9}
    put([third], None)
    put([second], 0)
    put([second], None)
    assert bands(pool) == dict.fromkeys((lead.pk for lead in pool), 5)


def test_who_comes_after_one_put_first_stands_behind_who_came_before(pool):
    put([pool[2]], 0)
    fresh = make.arrive()
    live.route_ready(1)
    waiting = Lead.objects.filter(state="pooled").order_by("band", "arrived_at", "pk")
    assert list(waiting) == [pool[2], pool[0], pool[1], fresh]


def test_who_comes_afterwards_stands_before_what_was_put_last(pool):
    late = make.arrive()
    put([late], 9)
    fresh = make.arrive()
    live.route_ready(1)
    assert Lead.objects.filter(pk__in=[late.pk, fresh.pk]).order_by("band").first() == fresh


def test_what_waits_in_no_line_stays_and_is_said(pool):
    hand.give(lead=pool[0], rep=make.rep("Ben"), group=None, by=None)
    done = put(pool[:2], 3)
    assert (done.leads, dict(done.stayed)) == ([pool[1].pk], {"assigned": 1})
    assert Lead.objects.get(pk=pool[0].pk).set_band is None
