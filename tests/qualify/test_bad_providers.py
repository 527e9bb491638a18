"""Whatever providers do, slow, broken or nonsense, the lead goes on."""

import json
import threading
import time
from datetime import timedelta

import httpx2
import pytest
from django.utils import timezone

from config.lib import breaker
from leads import lookup
from leads.models import LeadPrivate, Lookup
from reps.models import Division
from tests import outside
from tests.factories import qualify
from tests.qualify.asking import SIZE, ask, facts, fresh, receive, says

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("answer", [500, 429, 404, "hang", "garbage", "crash"])
def test_whatever_a_provider_does_the_lead_goes_on_within_its_budget(answer, rules, provider, monkeypatch):
    Division.objects.update(enrich_seconds="0.3")
    stop = threading.Event()

    def answers(request):
        if answer == "hang":
            stop.wait(3)
        if answer == "crash":
            raise RuntimeError
        return httpx2.Response(
            answer if isinstance(answer, int) else 200, content=b"<html>" if answer == "garbage" else b"{}"
        )

    outside.answers(monkeypatch, answers)
    lead = receive(website="example.net")
    seen = landings(monkeypatch, lead, stop)
    started = time.monotonic()
    ask()

    assert seen[0] == ("ready", {})
    assert fresh(lead).ready_at - lead.arrived_at < timedelta(seconds=0.6)
    assert time.monotonic() - started < 2


def landings(monkeypatch, lead, stop):
    """How the lead stood after each landing; whoever hangs is let go after the first."""
    seen = []
    land = lookup.land

    def landed(flight, **kw):
        land(flight, **kw)
        seen.append((fresh(lead).state, dict(facts(lead).judged.get("sources", {}))))
        stop.set()

    monkeypatch.setattr(lookup, "land", landed)
    return seen


def test_a_provider_that_keeps_failing_is_left_alone_and_costs_nothing(rules, provider, monkeypatch):
    asked = outside.answers(monkeypatch, lambda r: httpx2.Response(500))
    for _ in range(breaker.FAILURES):
        receive(website="example.net")
        ask()

    lead = receive(website="example.net")

    assert lead.state == "ready"
    assert len(asked) == breaker.FAILURES


def test_a_second_provider_is_asked_where_the_first_fails_and_its_answer_counts(rules, provider, monkeypatch):
    qualify.enricher("http_enricher", "Second", url="https://second.example.net/{domain}", mapping=SIZE)

    def answers(request):
        if request.url.host == "data.example.net":
            return httpx2.Response(500)
        return httpx2.Response(200, json={"size": 300})

    outside.answers(monkeypatch, answers)
    lead = receive(website="example.net")
    ask()

    assert facts(lead).judged["sources"] == {"employees": "Second"}


def test_what_the_first_said_is_used_while_the_second_is_still_asked(rules, provider, monkeypatch):
    Division.objects.update(enrich_seconds="0.3")
    qualify.enricher("http_enricher", "Slow", url="https://slow.example.net/{domain}", mapping={"industry": "sector"})
    stop = threading.Event()

    def answers(request):
        if request.url.host == "data.example.net":
            return httpx2.Response(200, json={"size": 300})
        stop.wait(3)
        return httpx2.Response(200, json={"sector": "Steel"})

    outside.answers(monkeypatch, answers)
    lead = receive(website="example.net")
    seen = landings(monkeypatch, lead, stop)
    ask()

    assert seen == [
        ("ready", {"employees": "Data house"}),
        ("ready", {"employees": "Data house", "industry": "Slow"}),
    ]


def test_an_asker_that_died_is_followed_by_another(rules, provider, monkeypatch):
    lead = receive(website="example.net")
    now = timezone.now()
    assert [flight.lead for flight, _todo in lookup._take(5, now)] == [lead.pk]  # and then it dies
    assert lookup._take(5, now) == []
    lookup.promote(now=now + timedelta(seconds=3))
    assert lookup.unheard(now=now + timedelta(seconds=3)) is False
    assert lookup.unheard(now=now + timedelta(seconds=61)) is True

    Lookup.objects.update(leased_until=now - timedelta(seconds=1))
    says(monkeypatch, size=300)
    ask()

    assert facts(lead).facts["employees"] == 300
    assert not Lookup.objects.filter(done_at=None).exists()


def test_a_lead_nobody_got_round_to_is_not_asked_about_any_more(rules, provider, monkeypatch):
    asked = says(monkeypatch, size=300)
    receive(website="example.net")
    Lookup.objects.update(until=timezone.now() - timedelta(hours=2))

    ask()

    assert asked == []
    assert not Lookup.objects.filter(done_at=None).exists()


def test_garbage_values_are_left_out(rules, provider, monkeypatch):
    provider.mapping = {
        "employees": "a", "country": "b", "website": "c", "industry": "d", "time_zone": "e", "email": "f", "city": "g",
    }  # fmt: skip
    provider.save()
    says(
        monkeypatch,
        a="many",
        b="Atlantis",
        c="javascript:alert(1)",
        d={"x": 1},
        e="Mars/Base",
        f="x@y.example",
        g="x" * 500,
    )
    lead = receive(website="example.net")
    ask()

    assert facts(lead).judged["sources"] == {"city": "Data house"}
    assert len(LeadPrivate.objects.get(lead=lead).city) == 100
    assert LeadPrivate.objects.get(lead=lead).website == "https://example.net"


def test_a_secret_that_cannot_be_read_leaves_its_provider_out(rules, provider):
    provider.secret = json.dumps("sealed with another key")
    provider.save()

    assert receive(website="example.net").state == "ready"


def test_a_lead_whose_answers_cannot_be_added_is_asked_about_once(provider, rules, monkeypatch):
    asked = says(monkeypatch, size="201-500")
    receive(email="ada@example.net", website="https://example.net")
    monkeypatch.setattr(lookup, "write_parts", lambda *_rows: 1 / 0)

    for minutes in (0, 2, 4):
        lookup.drain(clock=lambda later=timedelta(minutes=minutes): timezone.now() + later)

    assert len(asked) == 1
    assert Lookup.objects.get().done_at
