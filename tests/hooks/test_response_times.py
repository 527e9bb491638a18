"""Response times as events: a warning while there is time, a breach when it is over, once, and none after a contact."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads import respond
from leads.life import CallOutcome, TouchKind
from leads.models import Lead, LeadEvent
from routing import live, sla
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def given():
    """A lead that a rep has, with an hour to answer and a reminder after half of it."""
    rep = make.rep("Ana")
    terms = {"respond_within": 60, "escalation": [{"after": 1800, "do": "remind"}]}
    make.publish(make.rule(make.group("In", [rep], **terms)))
    lead = make.arrive()
    live.route_ready(lead.division_id)
    lead.refresh_from_db()
    return lead


def lines(lead, *kinds):
    rows = LeadEvent.objects.filter(lead=lead, kind__in=kinds).order_by("pk")
    return [(row.kind, row.rep_id, row.hop) for row in rows]


def past(lead, minutes):
    """As if the lead had been given so long ago."""
    back = timedelta(minutes=minutes)
    Lead.objects.filter(pk=lead.pk).update(due_at=lead.due_at - back, assigned_at=lead.assigned_at - back)
    for timer in lead.timers.all():
        lead.timers.filter(pk=timer.pk).update(due_at=timer.due_at - back)


def test_a_reminder_in_time_is_a_warning_and_one_after_it_is_none(given):
    past(given, 31)
    sla.fire(given.division_id)
    assert lines(given, "sla_warning") == [("sla_warning", given.owner_id, 1)]

    late = make.arrive()
    live.route_ready(late.division_id)
    late.refresh_from_db()
    past(late, 61)
    sla.fire(late.division_id)
    assert lines(late, "sla_warning") == []


def test_a_breach_is_noted_once_for_each_owner_at_the_instant_it_was(given):
    now = timezone.now()
    assert sla.note_breaches(given.division_id, now=now) == 0
    past(given, 61)
    assert [sla.note_breaches(given.division_id, now=now) for _n in range(2)] == [1, 0]

    (line,) = LeadEvent.objects.filter(lead=given, kind="sla_breached")
    assert (line.rep_id, line.hop) == (given.owner_id, 1)
    assert line.occurred_at == Lead.objects.get(pk=given.pk).due_at


def test_who_was_in_touch_breaches_nothing(given):
    call = {"kind": TouchKind.CALL, "outcome": CallOutcome.NO_ANSWER}
    respond.touch(lead=given, rep=given.owner, by=given.owner.user, now=timezone.now(), **call)
    past(given, 61)

    assert sla.note_breaches(given.division_id, now=timezone.now()) == 0
