"""What hooks are told is written in the transaction of its event: by whom it was chosen, once, and cheaply."""

from itertools import product

import pytest
from django.db import transaction
from django.utils import timezone

from leads import timeline
from leads.hook_kinds import LINES, HookEvent, told_by
from leads.hooks import hook as hooks
from leads.life import EventKind, Kind
from leads.models import Hook, HookDelivery, Lead
from tests import factories as make
from tests.hooks.receiving import hook, rows, say

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.net/catch/1/abcdef"


@pytest.fixture(autouse=True)
def unknown(monkeypatch):
    """Nobody asks the names of this test."""
    monkeypatch.setattr("config.lib.http.check_url", lambda url: None)


def test_each_line_of_the_timeline_tells_what_its_name_says():
    e = HookEvent

    def told(kind, hop=1, rep=1, **payload):
        return told_by(kind, hop=hop, rep=rep, payload=payload)

    assert {
        kind: told(kind) for kind in EventKind if told(kind)
    } == {
        EventKind.RECEIVED: (e.CREATED,),
        EventKind.ASSIGNED: (e.ASSIGNED,),
        EventKind.OFFERED: (e.OFFERED,),
        EventKind.CLAIMED: (e.CLAIMED, e.ASSIGNED),
        EventKind.ACCEPTED: (e.ACCEPTED, e.ASSIGNED),
        EventKind.DECLINED: (e.DECLINED,),
        EventKind.HANDED_OVER: (e.ASSIGNED,),
        EventKind.HANDED_OFF: (e.ASSIGNED,),
        EventKind.RELEASED: (e.UNASSIGNED,),
        EventKind.TIMED_OUT: (e.UNASSIGNED,),
        EventKind.GONE_QUIET: (e.UNASSIGNED,),
        EventKind.RETURNED: (e.RETURNED, e.UNASSIGNED),
        EventKind.DESK: (e.UNASSIGNED,),
        EventKind.SET_ASIDE: (e.UNASSIGNED,),
        EventKind.STAGE_CHANGED: (e.STAGE_CHANGED,),
        EventKind.CLOSED: (e.STAGE_CHANGED,),
        EventKind.SLA_WARNING: (e.SLA_WARNING,),
        EventKind.SLA_BREACHED: (e.SLA_BREACHED,),
        EventKind.ERASED: (e.ERASED,),
    }  # fmt: skip
    assert told(EventKind.HANDED_OVER, hop=2) == (e.REASSIGNED,)
    assert told(EventKind.DESK, rep=None) == ()
    assert told(EventKind.CLOSED, metric="won") == (e.STAGE_CHANGED, e.WON)
    assert told(EventKind.CLOSED, metric="unqualified") == (e.STAGE_CHANGED, e.LOST)
    assert told(EventKind.TOUCHED, first=True) == (e.FIRST_RESPONSE,)
    assert told(EventKind.QUALIFIED, verdict="qualified") == (e.QUALIFIED,)
    assert told(EventKind.QUALIFIED, verdict="look") == ()


def test_readers_look_for_an_event_among_the_very_lines_that_tell_it():
    payloads = ({}, {"metric": "won"}, {"metric": "lost"}, {"first": True}, {"verdict": "qualified"})
    found = {event: set() for event in HookEvent}
    for kind, hop, rep, payload in product(EventKind, (0, 1, 2), (None, 1), payloads):
        for event in told_by(kind, hop=hop, rep=rep, payload=payload):
            found[event].add(kind)

    assert found == {event: set(LINES[event]) for event in HookEvent}


def test_a_lead_on_its_way_tells_all_that_happens(django_capture_on_commit_callbacks):
    from leads import respond
    from leads.life import CallOutcome, TouchKind
    from leads.models import Stage
    from routing import live

    rep = make.rep("Ana")
    make.publish(make.rule(make.group("In", [rep])))
    hook(URL)
    lead = make.arrive()
    live.route_ready(lead.division_id)
    lead.refresh_from_db()
    call = {"rep": rep, "by": rep.user, "kind": TouchKind.CALL, "outcome": CallOutcome.CONNECTED}
    respond.touch(lead=lead, now=timezone.now(), **call)
    respond.touch(lead=lead, now=timezone.now(), **call)
    respond.move_stage(lead=lead, stage=Stage.objects.get(metric="won"), by=rep.user, now=timezone.now())

    assert [row.kind for row in rows()] == [
        "lead.created", "lead.assigned", "lead.stage_changed", "lead.first_response", "lead.stage_changed", "lead.won",
    ]  # fmt: skip


def test_without_hooks_a_line_costs_one_look(django_assert_num_queries):
    lead = make.arrive()
    with django_assert_num_queries(3):  # numbers, lines, the look
        say(lead)
    with django_assert_num_queries(2):  # what no hook may hear of is not even looked for
        say(lead, EventKind.OPENED)


def test_a_thousand_events_cost_no_more_statements_than_one(django_assert_num_queries):
    leads = make.arrive(count=30)
    hook(URL)
    with django_assert_num_queries(4):
        timeline.record([timeline.News(lead.pk, EventKind.RECEIVED, timezone.now()) for lead in leads])
    assert rows().count() == 30


def test_what_is_rolled_back_is_told_to_nobody():
    lead = make.arrive()
    hook(URL)

    def work():
        say(lead)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        work()

    assert not HookDelivery.objects.exists()


def test_only_who_chose_it_hears_of_it():
    ours, theirs = make.group("Ours"), make.group("Theirs")
    lead, other, test, past = make.arrive(count=4)
    Lead.objects.filter(pk=lead.pk).update(group=ours)
    Lead.objects.filter(pk=other.pk).update(group=theirs)
    Lead.objects.filter(pk=test.pk).update(kind=Kind.TEST.value)
    Lead.objects.filter(pk=past.pk).update(kind=Kind.HISTORY.value)
    hook(URL, HookEvent.CREATED, name="all")
    hook(URL, HookEvent.CREATED, name="of one group", group=ours)
    hook(URL, HookEvent.CREATED, name="tests, too", tests=True)
    hook(URL, HookEvent.WON, name="others")
    off, _secret = hook(URL, name="off")
    hooks.switch(hook=off, on=False)

    for one in (lead, other, test, past):
        say(one)

    told = {(row.hook.name, row.lead_id) for row in rows().select_related("hook")}
    assert told == {
        ("all", lead.pk), ("all", other.pk), ("of one group", lead.pk),
        ("tests, too", lead.pk), ("tests, too", other.pk), ("tests, too", test.pk),
    }  # fmt: skip


def test_the_address_and_the_secret_are_stored_nowhere_in_plain():
    made, secret = hook(URL)
    stored = str(Hook.objects.filter(pk=made.pk).values().get())

    assert "abcdef" not in stored
    assert secret not in stored
    assert made.shown == "https://hooks.example.net/…cdef"
