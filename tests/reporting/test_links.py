"""Every figure of the board opens the leads it counts."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from leads.life import TouchKind
from leads.models import Lead
from leads.respond import touch
from routing import live
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_a_figure_opens_as_many_leads_as_it_says():
    ana = make.rep("Ana", cap_open=3)
    boss = make.user("Boss", is_superuser=True)
    team = make.group("DACH", [ana])
    make.publish(make.rule(team, name="All"))
    old = make.arrive(source="Fair")
    Lead.objects.filter(pk=old.pk).update(arrived_at=timezone.now() - timedelta(days=3))
    for source in ("Web", "Web", "Fair", "Fair", "Web"):
        make.arrive(source=source)
    live.route_ready(1)
    touched = Lead.objects.filter(owner=ana).latest("pk")
    touch(lead=touched, rep=ana, by=ana.user, kind=TouchKind.EMAIL, now=timezone.now())
    client = Client()
    client.force_login(boss)
    board = client.get("/board/").context

    flow = board["flow"]
    parts = [(p["label"], p["count"], p["url"]) for side in ("went", "answered") for p in flow[side] if p["count"]]
    parts += [(s["label"], s["qualified"] + s["dropped"], s["url"]) for s in flow["sources"]]
    parts += [(g["name"], g["leads"], g["url"]) for g in board["by_group"]]
    found = {label: (count, client.get(url).context["page"].paginator.count) for label, count, url in parts}

    assert len(found) >= 6
    assert {label: pair for label, pair in found.items() if pair[0] != pair[1]} == {}


def test_the_page_says_what_a_link_narrowed_it_by():
    client = Client()
    client.force_login(make.user("Boss", is_superuser=True))
    page = client.get("/leads/?arrived_after=2026-01-01T00:00:00Z").content.decode()

    assert "arrived since" in unescape(re.sub(r"<[^>]+>", "", page))
