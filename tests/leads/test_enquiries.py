"""The same person again: the owner is told each time, what waits may come sooner; no clock, owner or state moves."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from leads import capture, dispatch
from leads.models import Delivery, Intake, Lead, LeadEvent, LeadEventPrivate, Touch
from reps.models import Division
from routing import hand, live
from tests import factories as make
from tests.factories.lead import door

pytestmark = pytest.mark.django_db

EMAIL = "m.vogt@brandl.example"


@pytest.fixture
def ana(db):
    return make.rep("Ana")


@pytest.fixture
def lead(ana):
    """Ana's, told of and read."""
    make.publish(make.rule(make.group("DACH", [ana])))
    made = make.arrive(email=EMAIL, company="Brandl & Co", name="Miriam Vogt")
    live.route_ready(1)
    dispatch.drain(now=timezone.now())
    mail.outbox.clear()
    signed_in(ana).get(f"/leads/{made.uid}/")
    return fresh(made)


def signed_in(rep):
    client = Client()
    client.force_login(rep.user)
    return client


def again(message="Any news?", **fields):
    row = make.arrival(email=EMAIL, message=message, **fields)
    (found,) = capture.capture(connection=door(), arrivals=[row], now=timezone.now())
    assert found.outcome is Intake.Outcome.ENQUIRY
    return found.lead


def fresh(lead):
    return Lead.objects.get(pk=lead.pk)


def standing(lead):
    """Everything that must not move."""
    names = ("state", "owner_id", "hop", "due_at", "opened_at", "responded_at", "reached_at", "stage_id", "assigned_at")
    return [getattr(fresh(lead), name) for name in (*names, "ready_at", "arrived_at", "group_id", "reason")]


def test_the_owner_is_told_each_time_with_the_message_and_where_it_stands(lead, ana):
    again("Any news?")
    again("Hello? <b>It is urgent</b> & late")
    dispatch.drain(now=timezone.now())

    events = LeadEvent.objects.filter(lead=lead, kind="enquiry").order_by("id")
    assert [m.to for m in mail.outbox] == [[ana.user.email]] * 2
    assert {m.subject for m in mail.outbox} == {"Brandl & Co wrote again"}
    assert "Any news?" in mail.outbox[0].body
    assert "Hello? <b>It is urgent</b> & late" in mail.outbox[1].body
    assert "&lt;b&gt;It is urgent" in mail.outbox[1].alternatives[0][0]
    for sent, event in zip(mail.outbox, events, strict=True):
        assert f"/leads/{lead.uid}/#event-{event.pk}" in sent.body
    assert Delivery.objects.filter(event="enquiry", channel="in_app", rep=ana).count() == 2
    page = signed_in(ana).get(f"/leads/{lead.uid}/").content.decode()
    assert all(f'id="event-{event.pk}"' in page for event in events)
    assert "that they wrote again" in page


def test_no_clock_stops_and_nothing_moves(lead):
    before = standing(lead)

    again()

    assert standing(lead) == before
    assert not Touch.objects.exists()


def test_an_erased_message_is_not_mailed_any_more(lead):
    again("My number is 0170 555")
    LeadEventPrivate.objects.all().delete()

    dispatch.drain(now=timezone.now())

    assert "0170" not in str(mail.outbox[0].message())


def test_a_repeated_one_is_told_once(lead):
    for _ in range(2):
        row = make.arrival(email=EMAIL, external_id="E1")
        capture.capture(connection=door(), arrivals=[row], now=timezone.now())

    assert Delivery.objects.filter(event="enquiry", channel="email").count() == 1


def test_who_lost_the_lead_before_the_mail_went_out_is_not_told(lead, ana):
    ben = make.rep("Ben")
    again()
    hand.give(lead=lead, rep=ben, group=lead.group, by=ana.user)

    dispatch.drain(now=timezone.now())

    enquiry = Delivery.objects.get(event="enquiry", channel="email")
    assert (enquiry.sent_at, enquiry.error) == (None, "no longer theirs")
    assert {m.to[0] for m in mail.outbox if "wrote again" in m.subject} == set()
    assert fresh(lead).wrote_again_at is not None  # so the new owner sees it on the list


def test_my_leads_says_wrote_again_until_the_lead_is_opened(lead, ana):
    client = signed_in(ana)
    poll = client.get("/my-leads/").context["refresh_url"]
    again()

    told = client.get(poll, headers={"HX-Request": "true"})
    assert "Wrote again" in told.content.decode()
    assert "A lead of yours wrote again" in told["HX-Trigger"]
    client.get(f"/leads/{lead.uid}/")

    assert "Wrote again" not in client.get("/my-leads/").content.decode()
    again()
    assert "Wrote again" in client.get("/my-leads/").content.decode()


def test_a_manager_who_looks_does_not_read_it_for_the_owner(lead, ana):
    boss = make.user("Boss")
    lead.group.managers.add(boss)
    again()
    client = Client()
    client.force_login(boss)

    assert client.get(f"/leads/{lead.uid}/").status_code == 200
    assert fresh(lead).wrote_again_at is not None


WAITING = {
    "ready": {},
    "pooled": {"state": "pooled"},
    "held": {"state": "held", "waiting_until": timezone.now() + timedelta(days=1)},
    "desk": {"state": "desk"},
}


@pytest.mark.parametrize("state", WAITING)
@pytest.mark.parametrize(
    ("asked", "before", "after"), [(2, None, 2), (2, 5, 2), (2, 1, 1), (0, 1, 0), (None, 5, 5), (None, None, None)]
)
def test_what_waits_is_lifted_to_the_divisions_band_at_least(db, state, asked, before, after):
    Division.objects.update(enquiry_band=asked)
    made = make.arrive(email=EMAIL)
    Lead.objects.filter(pk=made.pk).update(band=before, group=make.group(), **WAITING[state])
    stood = standing(made)

    again()

    assert fresh(made).band == after
    assert standing(made) == stood
    assert not Delivery.objects.exists()


def test_what_has_an_owner_keeps_its_band(lead):
    Division.objects.update(enquiry_band=0)
    Lead.objects.filter(pk=lead.pk).update(band=5)

    again()

    assert fresh(lead).band == 5


def test_two_enquiries_and_a_new_lead_in_one_batch(lead, ana):
    rows = [make.arrival(email=EMAIL, message=f"{n}") for n in range(2)] + [make.arrival(email="new@other.example")]

    found = capture.capture(connection=door(), arrivals=rows, now=timezone.now())

    assert [c.outcome.value for c in found] == ["enquiry", "enquiry", "new"]
    assert Delivery.objects.filter(event="enquiry", channel="email", rep=ana).count() == 2
