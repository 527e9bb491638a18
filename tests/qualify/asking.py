"""What the tests of providers share: a lead that comes, what they answer, and how it stands then."""

import httpx2
from django.utils import timezone

from leads import capture, lookup
from leads.models import Lead, LeadFacts
from routing import live
from tests import factories as make
from tests import outside
from tests.factories import qualify
from tests.factories.lead import door

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


def says(monkeypatch, **values):
    return outside.answers(monkeypatch, lambda r: httpx2.Response(200, json=values))
