"""Contacts, notes and stages: which clocks they stop, and which they do not."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from leads import respond
from leads.life import CallOutcome, TouchKind
from leads.models import Lead, Stage, Touch
from routing import hand, live
from tests import factories as make

pytestmark = pytest.mark.django_db

CALL, MAIL, MEETING, INBOUND = TouchKind.CALL, TouchKind.EMAIL, TouchKind.MEETING, TouchKind.INBOUND_CALL


@pytest.fixture
def ana(db):
    return make.rep("Ana")


@pytest.fixture
def lead(ana):
    make.publish(make.rule(make.group("DACH", [ana], respond_within=15)))
    made = make.arrive()
    live.route_ready(1)
    return Lead.objects.get(pk=made.pk)


def fresh(lead):
    return Lead.objects.select_related("stage", "division").get(pk=lead.pk)


def touch(lead, rep, kind=CALL, **more):
    if kind is CALL:
        more.setdefault("outcome", CallOutcome.NO_ANSWER)
    return respond.touch(lead=lead, rep=rep, by=rep.user, kind=kind, now=timezone.now(), **more)


def stage(key):
    return Stage.objects.get(key=key)


def test_a_call_attempt_is_a_response_and_reaches_nobody(lead, ana):
    touch(lead, ana)

    lead = fresh(lead)
    assert lead.responded_at is not None
    assert lead.reached_at is None
    assert lead.stage.key == "contacted"


@pytest.mark.parametrize(
    ("kind", "outcome", "two_way"),
    [
        (CALL, CallOutcome.CONNECTED, True),
        (CALL, CallOutcome.VOICEMAIL, False),
        (CALL, CallOutcome.BUSY, False),
        (CALL, CallOutcome.WRONG_NUMBER, False),
        (MAIL, None, False),
        (TouchKind.MESSAGE, None, False),
        (INBOUND, None, True),
        (MEETING, None, True),
    ],
)
def test_reached_means_a_conversation(lead, ana, kind, outcome, two_way):
    touch(lead, ana, kind, outcome=outcome)

    assert (fresh(lead).reached_at is not None) is two_way


def test_notes_stages_and_opened_pages_stop_no_clock(lead, ana):
    respond.note(lead=lead, by=ana.user, text="Call in March", now=timezone.now())
    respond.move_stage(lead=lead, stage=stage("meeting-booked"), by=ana.user, now=timezone.now())
    respond.open_page(lead=lead, rep=ana, by=ana.user, now=timezone.now())

    assert fresh(lead).responded_at is None
    assert not Touch.objects.exists()


def test_both_clocks_are_kept_apart():
    """The buyer waits by the wall clock, the rep by their working minutes."""
    ana = make.rep("Ana", around_the_clock=False)
    make.shifts(ana, time(9), time(17))
    make.publish(make.rule(make.group("DACH", [ana], steps=[{"strategy": "round_robin"}], respond_within=15)))
    lead = make.arrive()
    live.route_ready(1)
    day = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    Lead.objects.update(
        arrived_at=day - timedelta(hours=5), assigned_at=day - timedelta(hours=5)
    )  # 19:00 the day before

    made = respond.touch(
        lead=lead, rep=ana, by=None, kind=MAIL, at=day + timedelta(hours=9, minutes=12), now=day + timedelta(days=1)
    )

    assert made.response_seconds == 12 * 60
    assert fresh(lead).responded_at - fresh(lead).arrived_at == timedelta(hours=14, minutes=12)


def test_the_due_time_runs_in_working_time():
    ana = make.rep("Ana", around_the_clock=False)
    soon = (timezone.now() + timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)
    make.shifts(ana, soon.time(), (soon + timedelta(hours=2)).time())
    make.publish(make.rule(make.group("DACH", [ana], steps=[{"strategy": "round_robin"}], respond_within=15)))
    lead = make.arrive()
    live.route_ready(1)

    assert fresh(lead).due_at == soon + timedelta(minutes=15)


def test_only_the_first_contact_of_a_spell_stops_the_reps_clock(lead, ana):
    first, second = touch(lead, ana), touch(lead, ana)

    assert first.response_seconds is not None
    assert first.within_sla is True
    assert second.response_seconds is None


def test_a_new_owner_has_a_clock_of_their_own_and_the_buyers_stays_stopped(lead, ana):
    ben = make.rep("Ben")
    make.join(lead.group, ben)
    touch(lead, ana)
    responded = fresh(lead).responded_at
    hand.give(lead=lead, rep=ben, group=lead.group, by=ana.user)

    made = touch(fresh(lead), ben)

    assert (made.hop, made.response_seconds is not None) == (2, True)
    assert fresh(lead).responded_at == responded


def test_a_contact_by_who_no_longer_owns_it_is_refused(lead, ana):
    ben = make.rep("Ben")
    hand.give(lead=lead, rep=ben, group=lead.group, by=ana.user)

    with pytest.raises(respond.NotDoneError) as refused:
        touch(lead, ana)

    assert refused.value.field == "lead"


def test_won_closes_with_its_amount_and_going_back_opens_again(lead, ana):
    respond.move_stage(lead=lead, stage=stage("won"), by=ana.user, now=timezone.now(), amount=12500)
    won = fresh(lead)
    respond.move_stage(lead=lead, stage=stage("opportunity"), by=ana.user, now=timezone.now())

    assert (won.state, won.won_amount, won.won_currency, won.won_base) == ("closed", 12500, "EUR", 12500)
    assert (fresh(lead).state, fresh(lead).closed_at, fresh(lead).won_amount) == ("assigned", None, None)


def test_lost_asks_why(lead, ana):
    with pytest.raises(respond.NotDoneError) as refused:
        respond.move_stage(lead=lead, stage=stage("lost"), by=ana.user, now=timezone.now())

    assert refused.value.field == "reason"
    respond.move_stage(lead=lead, stage=stage("lost"), by=ana.user, now=timezone.now(), reason="Too dear")
    assert (fresh(lead).state, fresh(lead).lost_reason) == ("closed", "Too dear")


def test_reopening_is_refused_while_the_person_has_another_open_lead(lead, ana):
    respond.move_stage(lead=lead, stage=stage("lost"), by=ana.user, now=timezone.now(), reason="Too dear")
    make.arrive(email=lead.private.email)

    with pytest.raises(respond.NotDoneError) as refused:
        respond.move_stage(lead=lead, stage=stage("opportunity"), by=ana.user, now=timezone.now())

    assert refused.value.field == "stage"
