"""A lead by direct message, by call and by hand is owned, and stands with its channel in the report of sources."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leads import inbound
from leads.connectors import sources
from leads.models import Lead
from routing import live
from tests import factories as make
from tests.shelves.signers import SIGNERS

pytestmark = [pytest.mark.contract, pytest.mark.django_db]


def send(kind, name):
    """The recorded payload of the shelf, as its vendor posts it."""
    source = sources()[kind]
    example = next(one for one in source.examples if one.name == name)
    door = make.connection(kind, settings=dict(example.settings), secrets=dict(example.secrets))
    path, body = make.address(door), example.body.encode()
    sign = SIGNERS.get(kind, lambda *_: {})
    headers = {**example.headers, **sign(body, example.secrets, f"http://testserver{path}")}
    answer = Client().post(path, body, content_type=example.content_type, headers=headers)
    assert answer.status_code < 300
    inbound.handle_due(now=timezone.now())


def test_each_is_owned_and_reported_with_its_channel(settings):
    settings.PUBLIC_URL = "http://testserver"
    ana, boss = make.rep("Ana"), make.user("Boss")
    team = make.group("DACH", [ana])
    team.managers.add(boss)
    make.publish(make.rule(team))

    send("chat", "a LinkedIn message, by Zapier")
    send("phone", "a missed call of a stranger")
    client = Client()
    client.force_login(ana.user)
    by_hand = {"name": "Walt Kin", "phone": "+49 30 5550 1111", "channel": "Walk-in"}
    client.post("/add-lead/", {"form": uuid.uuid4().hex, "go": "keep", **by_hand})
    live.route_ready(1)

    assert [lead.owner for lead in Lead.objects.all()] == [ana] * 3
    channels = dict(Lead.objects.values_list("channel", "source"))
    assert {"LinkedIn message", "Walk-in"} < set(channels)
    client.force_login(boss)
    reports = client.get(reverse("reports"), {"period": "today"})
    of_ana = client.get(reverse("rep-report", args=[ana.uid]), {"period": "today"})
    for answer in (reports, of_ana):
        rows = {(row["label"], row["channel"]): row["leads"] for row in answer.context["sources"]}
        said = {
            (source, "" if channel.casefold() == source.casefold() else channel) for channel, source in channels.items()
        }
        assert rows == dict.fromkeys(said, 1)
        assert ">Walk-in</span>" in answer.content.decode()


def test_a_leads_page_tells_its_channel_where_it_came_from_and_answers_in_words():
    lead = make.arrive(
        channel="WhatsApp", answers={"how_big_is_your_fleet": "6 to 50"}, tracking={"utm_source": "news"}
    )
    client = Client()
    client.force_login(make.user("Odile", is_ops=True))

    facts = client.get(reverse("lead-show", args=[lead.uid])).context["facts"]

    told = {fact["label"]: fact["value"] for fact in facts}
    asked = {"Channel": "WhatsApp", "How big is your fleet": "6 to 50", "Utm source": "news"}
    assert asked.items() <= told.items()
