"""Answers that come after the lead was routed: shown, and acted on where nobody has it yet."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads import lookup
from leads.models import LeadEvent, LeadPrivate
from routing import explain, hand, returns
from routing.models import Decision, Return
from routing.sweep import Sweep
from tests import factories as make
from tests.factories import qualify
from tests.qualify.asking import LARGE, ask, facts, fresh, receive, route, says

pytestmark = pytest.mark.django_db


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
