"""Who is at work on a page: noted by what people do, not by what open pages ask, and once a minute at most."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisDown

from leads.models import Lead
from reps.models import Presence
from routing import live
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(db):
    made = make.rep("Ana", around_the_clock=False)
    cache.delete(f"seen:{made.user.pk}")
    return made


@pytest.fixture
def client(ana):
    made = Client()
    made.force_login(ana.user)
    return made


def test_opening_a_page_is_being_there(client, ana):
    before = timezone.now()

    client.get("/my-leads/")

    assert before <= Presence.objects.get(rep=ana).seen_at <= timezone.now()


def test_it_is_written_once_a_minute_at_most(client, ana):
    client.get("/my-leads/")
    first = Presence.objects.get(rep=ana).seen_at

    client.get("/my-leads/")
    second = Presence.objects.get(rep=ana).seen_at
    cache.delete(f"seen:{ana.user.pk}")  # the minute is over
    client.get("/my-leads/")

    assert second == first
    assert Presence.objects.get(rep=ana).seen_at > first


@pytest.mark.parametrize(
    ("headers", "counts"),
    [({"HX-Request": "true"}, False), ({"HX-Request": "true", "HX-Boosted": "true"}, True), ({}, True)],
)
def test_an_open_tab_that_asks_what_is_new_is_nobody(client, ana, headers, counts):
    client.get("/my-leads/", headers=headers)

    assert Presence.objects.filter(rep=ana).exists() is counts


def test_acting_in_a_page_counts(client, ana):
    client.post("/my-leads/", headers={"HX-Request": "true"})

    assert Presence.objects.filter(rep=ana).exists()


@pytest.mark.parametrize("path", ["/api/v1/leads/", "/login/"])
def test_strangers_and_programs_are_nowhere(path):
    Client().get(path)

    assert not Presence.objects.exists()


def test_who_is_no_rep_leaves_no_trace(db):
    client = Client()
    client.force_login(make.user("Olga", is_ops=True))

    client.get("/board/")

    assert not Presence.objects.exists()


def test_without_its_cache_the_page_opens_all_the_same(client, ana, monkeypatch):
    def down(*_args, **_kwargs):
        raise RedisDown

    monkeypatch.setattr("reps.web.presence.cache.add", down)

    assert client.get("/my-leads/").status_code == 200
    assert not Presence.objects.exists()


def test_leads_go_to_who_is_at_work_on_a_page_where_the_group_says_so(client, ana):
    ben = make.rep("Ben")
    steps = [{"strategy": "availability", "options": {"there": "active"}}, {"strategy": "round_robin"}]
    make.publish(make.rule(make.group("DACH", [ana, ben], steps=steps)))
    client.get("/my-leads/")
    Presence.objects.create(rep=ben, seen_at=timezone.now() - timedelta(minutes=11))
    leads = make.arrive(2)

    live.route_ready(1)

    assert set(Lead.objects.filter(pk__in=[lead.pk for lead in leads]).values_list("owner", flat=True)) == {ana.pk}
