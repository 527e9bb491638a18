"""Providers are asked before routing, within a budget; what they say counts as it should."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads import capture, tasks
from leads.models import CompanyRecord, EnrichmentAnswer, Intake, Lead, LeadEvent, LeadPrivate, Lookup
from routing import explain
from routing.sweep import Sweep
from tests import factories as make
from tests.factories import qualify
from tests.factories.lead import door
from tests.qualify.asking import ask, facts, fresh, receive, route, says

pytestmark = pytest.mark.django_db


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
