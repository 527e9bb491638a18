"""Providers are asked before routing, within a budget; whatever happens the lead goes on, and late answers count."""

import json
import threading
import time
from datetime import timedelta

import httpx2
import pytest
from django.utils import timezone

from config.lib import breaker
from leads import capture, lookup, tasks
from leads.models import CompanyRecord, EnrichmentAnswer, Intake, Lead, LeadEvent, LeadFacts, LeadPrivate, Lookup
from reps.models import Division
from routing import explain, hand, live, returns, rulesets
from routing.models import Decision, Return, RuleSet
from routing.sweep import Sweep
from tests import factories as make
from tests import outside
from tests.factories import qualify
from tests.factories.lead import door

pytestmark = pytest.mark.django_db

LARGE = qualify.condition("employees", "at_least", 200)
SIZE = {"employees": "size", "industry": "sector"}


def fresh(lead):
    return Lead.objects.get(pk=lead.pk)


def facts(lead):
    return LeadFacts.objects.filter(lead=lead).order_by("-n").first()


def ask():
    return lookup.drain(clock=timezone.now)


def route():
    live.route_ready(1)


def receive(**fields):
    (found,) = capture.capture(connection=door(), arrivals=[make.arrival(**fields)], now=timezone.now())
    return found.lead


@pytest.fixture
def provider(db):
    return qualify.enricher("http_enricher", "Data house", url="https://data.example.net/?d={domain}", mapping=SIZE)


@pytest.fixture
def hot(ana, rules):
    """Large companies go to Hot, all others to the other group."""
    group = make.group("Hot", [ana])
    row = RuleSet.objects.get()
    row.rules.update(position=2)
    row.rules.create(position=1, name="Large", to="group", group=group, condition=LARGE)
    rulesets.publish(rule_set=row, by=None, comment="", now=timezone.now())
    return group


def says(monkeypatch, **values):
    return outside.answers(monkeypatch, lambda r: httpx2.Response(200, json=values))


def test_a_lead_waits_for_the_answer_and_is_routed_by_it(hot, provider, monkeypatch):
    asked = says(monkeypatch, size="201-500", sector="Logistics")
    lead = receive(email="ada@example.net", website="https://example.net")
    assert (lead.state, fresh(lead).ready_at) == ("new", None)

    route()
    assert fresh(lead).state == "new"
    assert ask() == 1
    assert fresh(lead).state == "ready"
    route()

    assert fresh(lead).group == hot
    assert [str(request.url) for request in asked] == ["https://data.example.net/?d=example.net"]
    assert (fresh(lead).industry, fresh(lead).size_band) == ("Logistics", "201-1000")
    assert LeadPrivate.objects.get(lead=lead).employees == 201
    assert facts(lead).n == 1
    assert facts(lead).judged["sources"] == {"employees": "Data house", "industry": "Data house"}
    event = LeadEvent.objects.get(lead=lead, kind="qualified")
    assert event.payload == {"sources": ["Data house"]}
    assert explain.receipt_of(fresh(lead)).same is True


def test_what_the_person_wrote_is_not_overwritten_unless_the_provider_is_preferred(rules, provider, monkeypatch):
    says(monkeypatch, size="201-500", sector="Logistics")
    lead = receive(website="example.net", employees=7)
    ask()
    assert (LeadPrivate.objects.get(lead=lead).employees, fresh(lead).industry) == (7, "Logistics")
    assert facts(lead).judged["sources"] == {"industry": "Data house"}

    provider.settings = {**provider.settings, "prefer": True}
    provider.save()
    EnrichmentAnswer.objects.all().delete()
    other = receive(website="example.net", employees=7)
    ask()

    assert LeadPrivate.objects.get(lead=other).employees == 201
    assert facts(other).judged["typed"] == {"employees": 7}


def test_an_answer_is_kept_and_the_next_lead_of_the_company_does_not_wait(rules, provider, monkeypatch):
    asked = says(monkeypatch, size="201-500")
    receive(website="example.net")
    ask()

    lead = receive(website="example.net")

    assert (lead.state, len(asked)) == ("ready", 1)
    assert facts(lead).facts["employees"] == 201


@pytest.mark.parametrize("website", ["", "https://gmail.com", "https://localhost.example"])
def test_nobody_waits_where_nobody_can_be_asked(website, rules, provider):
    lead = receive(website=website)

    assert lead.state == "ready"
    assert not Lookup.objects.exists()


def test_the_sweeper_sends_it_on_when_nobody_asks(rules, provider):
    lead = receive(website="example.net")
    Lead.objects.update(ready_by=timezone.now())

    Sweep().once()

    assert fresh(lead).state == "assigned"
    assert "employees" not in facts(lead).facts


def test_the_sweeper_leaves_it_alone_before_its_time(rules, provider):
    lead = receive(website="example.net")

    Sweep().once()

    assert fresh(lead).state == "new"


def late(lead, monkeypatch, **values):
    """The budget passes, the lead is routed, and then the answer comes."""
    lookup.promote(now=timezone.now() + timedelta(seconds=3))
    route()
    before = fresh(lead)
    says(monkeypatch, **values)
    ask()
    return before


def test_a_late_answer_leaves_an_owned_lead_with_its_rep_and_shows_the_facts(hot, provider, monkeypatch):
    lead = receive(website="example.net")

    before = late(lead, monkeypatch, size="201-500")
    Sweep().once()

    after = fresh(lead)
    names = ("state", "owner_id", "group_id", "hop", "due_at", "assigned_at")
    assert before.state == "assigned"
    assert [getattr(after, name) for name in names] == [getattr(before, name) for name in names]
    assert (facts(lead).n, facts(lead).facts["employees"]) == (2, 201)
    assert LeadPrivate.objects.get(lead=lead).employees == 201
    assert LeadEvent.objects.get(lead=lead, kind="qualified").payload == {"sources": ["Data house"], "late": True}
    assert explain.receipt_of(after).same is True  # it was decided on the facts of then


def test_a_late_answer_routes_who_still_waits_once_more(ana, provider, monkeypatch):
    qualify.score(10, when=LARGE)
    qualify.score_band(10, 0)
    group = make.group("Hot", [ana])
    desk = {"to": "desk", "condition": None}
    make.publish(make.rule(group, condition=LARGE), desk)
    lead = receive(website="example.net")

    before = late(lead, monkeypatch, size="201-500")
    assert (before.state, before.band) == ("desk", 5)
    Sweep().once()

    assert (fresh(lead).state, fresh(lead).group, fresh(lead).band) == ("assigned", group, 0)
    assert Decision.objects.filter(lead=lead).count() == 2
    Sweep().once()
    assert Decision.objects.filter(lead=lead).count() == 2


def test_a_late_answer_takes_a_returned_lead_from_nobody_who_decides_on_it(hot, ana, provider, monkeypatch):
    lead = receive(website="example.net")
    lookup.promote(now=timezone.now() + timedelta(seconds=3))
    route()
    returns.give_back(lead=fresh(lead), rep=ana, reason=Return.Reason.OTHER, note="", by=ana.user)
    assert (fresh(lead).state, fresh(lead).hop) == ("desk", 1)

    says(monkeypatch, size="201-500")
    ask()
    Sweep().once()

    assert (fresh(lead).state, facts(lead).facts["employees"]) == ("desk", 201)


def test_a_late_answer_that_changes_nothing_routes_nobody(ana, provider, monkeypatch):
    make.publish({"to": "desk", "condition": None})
    lead = receive(website="example.net")

    late(lead, monkeypatch)
    Sweep().once()

    assert Decision.objects.filter(lead=lead).count() == 1
    assert facts(lead).n == 1


@pytest.mark.parametrize(("size", "state"), [("201-500", "assigned"), ("2", "rejected")])
def test_a_late_answer_lets_through_who_was_turned_away_for_lack_of_it(size, state, rules, provider, monkeypatch):
    qualify.qualification("qualified", LARGE)
    qualify.qualification("disqualified", None, name="Small or unknown")
    lead = receive(website="example.net")

    before = late(lead, monkeypatch, size=size)
    Sweep().once()

    assert before.state == "rejected"
    assert fresh(lead).state == state


def test_what_a_person_decided_outlasts_a_late_answer(rules, provider, monkeypatch):
    qualify.qualification("disqualified", None)
    lead = receive(website="example.net")
    lookup.promote(now=timezone.now() + timedelta(seconds=3))
    route()
    hand.revive(leads=[fresh(lead)], by=None, now=timezone.now())
    route()

    says(monkeypatch, size="201-500")
    ask()

    assert facts(lead).facts["verdict"] == "qualified"
    assert facts(lead).judged["verdict"]["by"] == "person"
    assert fresh(lead).state == "assigned"


def test_the_verdict_is_told_once_whether_the_answer_came_in_time_or_not(rules, provider, monkeypatch):
    qualify.qualification("disqualified", qualify.condition("country", "is", "AT"), name="Austria")
    in_time = receive(website="example.net", country="AT")
    says(monkeypatch, size="201-500")
    ask()
    route()
    slow = receive(website="example.org", country="AT")
    late(slow, monkeypatch)

    for lead in (in_time, slow):
        told = LeadEvent.objects.filter(lead=lead, kind="qualified").values_list("payload__rule", flat=True)
        assert (list(told), fresh(lead).state) == (["Austria"], "rejected")


def test_a_guess_gives_way_to_whoever_knows(rules, provider, monkeypatch):
    qualify.enricher("mail_domain", "Guess")
    provider.mapping = {"company": "name", "country": "land"}
    provider.save()
    lead = receive(website="https://example.at")
    assert (fresh(lead).state, fresh(lead).country, LeadPrivate.objects.get(lead=lead).company) == (
        "new",
        "AT",
        "Example",
    )

    says(monkeypatch, name="Example Holding")
    ask()

    assert LeadPrivate.objects.get(lead=lead).company == "Example Holding"
    assert (
        facts(lead).judged["sources"]
        == {"company": "Data house", "website": "Guess", "country": "Guess"}
        | {k: v for k, v in facts(lead).judged["sources"].items() if k == "website"}
        or facts(lead).judged["sources"]["country"] == "Guess"
    )


def test_own_table_needs_no_network(rules):
    qualify.enricher("company_table", "Our table")
    CompanyRecord.objects.create(domain="example.net", name="Brandl", employees=900, country="AT")
    CompanyRecord.objects.create(domain="example.org", employees=1)

    lead = receive(website="https://www.example.net")

    assert lead.state == "ready"
    assert facts(lead).facts["employees"] == 900
    assert facts(lead).judged["sources"] == {"company": "Our table", "employees": "Our table", "country": "Our table"}


def test_an_account_that_enrichment_names_is_known(rules, provider, monkeypatch):
    account = make.account("Brandl & Co", owner=None, tier="A")
    provider.mapping = {"company": "name"}
    provider.save()
    says(monkeypatch, name="Brandl & Co")
    lead = receive(website="example.net")
    ask()

    assert fresh(lead).account == account
    assert facts(lead).facts["account_tier"] == "A"


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


def test_answers_are_forgotten_in_time(rules, provider, monkeypatch):
    says(monkeypatch, size=300)
    receive(website="example.net")
    ask()
    assert EnrichmentAnswer.objects.get().about == "example.net"
    EnrichmentAnswer.objects.update(at=timezone.now() - timedelta(days=31))
    Lookup.objects.update(done_at=timezone.now() - timedelta(days=31))

    tasks.forget_expired()

    assert not EnrichmentAnswer.objects.exists()
    assert not Lookup.objects.exists()


def test_an_enquiry_on_a_lead_that_is_still_asked_about_is_one(rules, provider):
    lead = receive(email="m.vogt@example.net")
    (found,) = capture.capture(
        connection=door(), arrivals=[make.arrival(email="m.vogt@example.net")], now=timezone.now()
    )

    assert (found.outcome, found.lead.pk) == (Intake.Outcome.ENQUIRY, lead.pk)
    assert fresh(lead).state == "new"


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
