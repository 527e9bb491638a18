"""Figures by territory: where a lead belonged when it was decided, whatever the territories are today."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from leads.models import Lead
from reporting import tables
from reporting.scope import Scope
from reps.models import Territory, TerritoryCover
from routing import hand, live, placed
from routing.models import Decision, Rule
from routing.snapshot import forget
from tests import factories as make
from tests.factories import qualify

pytestmark = pytest.mark.django_db


def land(name, group, *codes):
    return Territory.objects.create(name=name, group=group, market=[{"kind": "country", "countries": list(codes)}])


@pytest.fixture
def places():
    """Three leads of the north (one still waits for somebody), two of the south, one of neither."""
    ana = make.rep("Ana")
    group = make.group("DACH", [ana])
    group.managers.add(make.user("Mia", time_zone="Europe/Berlin"))
    make.publish(make.rule(to="desk", condition=qualify.condition("source", "is", "Partner")), make.rule(group))
    north, south = land("North", group, "DE", "DK"), land("South", group, "IT")
    for country, source in (("DE", ""), ("DK", ""), ("IT", ""), ("IT", ""), ("BR", ""), ("DE", "Partner")):
        make.arrive(country=country, source=source or "Web form")
    forget(group.division_id)  # a test before may have had as many changes of the roster, taken back since
    live.route_ready(group.division_id)
    return group, ana, north, south


def by_territory(name="leads", **only):
    now = timezone.now()
    span = {"scope": Scope(only=only), "since": now - timedelta(days=1), "until": now + timedelta(days=1), "now": now}
    return {part.label: part.figures.answers[name].count for part in tables.parts("territory", **span)}


def test_leads_count_where_they_belonged_and_those_who_wait_do_too(places):
    assert by_territory() == {"North": 2, "South": 2, "No territory": 1}
    assert by_territory("arrived") == {"North": 3, "South": 2, "No territory": 1}


def test_what_is_decided_stays_when_a_territory_moves(places):
    group, _ana, _north, south = places
    south.market, south.name = [{"kind": "country", "countries": ["DE"]}], "Lowlands"
    south.save()
    make.arrive(country="IT")
    live.route_ready(group.division_id)

    assert by_territory() == {"North": 2, "Lowlands": 2, "No territory": 2}


def test_given_by_hand_it_belongs_where_it_was_last_decided(places):
    group, ana, _north, _south = places
    waiting = Lead.objects.get(owner=None)
    hand.give(lead=waiting, rep=ana, group=group, by=ana.user)

    assert by_territory()["North"] == 3


def test_page_file_and_api_narrow_to_one_and_to_none(client, places):
    group, _ana, north, _south = places
    client.force_login(group.managers.get())

    for asked, leads in (({"territory": str(north.uid)}, 2), ({"territory": ""}, 1), ({}, 5)):
        said = client.get("/api/v1/reports/figures/", {"period": "7", **asked}).json()["all"]
        assert said["leads"]["value"] == leads
    page = client.get(reverse("figures"), {"territory": str(north.uid)})
    assert "Territory: North" in page.content.decode()
    assert "Territory: No territory" in client.get(reverse("figures"), {"territory": ""}).content.decode()
    parts = client.get(reverse("figure", args=["leads"]), {"cut": "territory"}).content.decode()
    assert f"territory={north.uid}" in parts
    file = client.get(reverse("figures-csv"), {"cut": "territory"}).content.decode()
    assert "\nSouth,leads,count,2" in file.replace("\r", "")
    assert client.get("/api/v1/reports/figures/", {"territory": "x"}).status_code in {400, 422}


def test_decisions_of_the_past_learn_it_from_the_territories_of_their_day(places):
    group, ana, _north, south = places
    TerritoryCover.objects.create(territory=south, rep=ana, starts_at=timezone.now() - timedelta(days=9))
    Rule.objects.filter(to="group").update(to="territory", group=None)
    make.publish()
    make.arrive(country="IT")
    live.route_ready(group.division_id)
    Decision.objects.update(territory=None)
    land("Sicily", group, "IT")
    assert by_territory() == {"No territory": 6}

    # Only where the rules asked for territories were those of the day kept.
    assert placed.place_past() == 1
    assert by_territory() == {"South": 1, "No territory": 5}
    assert placed.place_past() == 0
