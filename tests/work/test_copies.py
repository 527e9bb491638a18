"""Mails a rep copies to their own address: a contact on a lead of theirs, never a lead, each once."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from django.test import Client
from django.utils import timezone

from leads import copies, inbound
from leads.models import CopiedMail, FollowUpStep, Inbound, Intake, Lead, LeadEvent, Task, Touch, WorkPlan
from reps.models import Division
from routing import follow, live
from tests import factories as make
from tests.mail.test_providers import LOGIN, basic

pytestmark = pytest.mark.django_db
MIRIAM = "miriam@brandl.example"


@pytest.fixture
def door(db):
    return make.connection("mailbox", settings={"own_address": "leads@in.example", "copies": "plus"})


@pytest.fixture
def ana(door):
    ana = make.rep("Ana")
    make.publish(make.rule(make.group("DACH", [ana])))
    copies.renew(rep=ana, now=timezone.now())
    return ana


@pytest.fixture
def lead(ana):
    made = make.arrive(name="Miriam Vogt", email=MIRIAM)
    live.route_ready(1)
    Lead.objects.filter(pk=made.pk).update(assigned_at=timezone.now() - timedelta(days=2))
    made.refresh_from_db()
    return made


def post(door, *, sender, to=MIRIAM, text="As discussed.", key="<1@ana.example>", at=None, **headers):
    lines = {"From": sender, "To": to, "Subject": "Our offer", "Message-ID": key}
    lines["Date"] = format_datetime(at or timezone.now() - timedelta(hours=1))
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    written = "".join(f"{name}: {value}\n" for name, value in lines.items()) + f"\n{text}\n"
    answer = Client().post(make.address(door), written.encode(), content_type="message/rfc822")
    assert answer.status_code == 200
    while inbound.handle_due(now=timezone.now() + timedelta(seconds=1)):
        pass


def copy(door, ana, **fields):
    post(door, **{"sender": ana.user.email, "Delivered_To": copies.address_of(ana), **fields})


def test_what_the_rep_wrote_is_a_contact_at_the_mails_date(door, ana, lead):
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
    copy(door, ana, at=at)

    touch = Touch.objects.get()
    assert (touch.lead, touch.rep, touch.kind, touch.at, touch.two_way) == (lead, ana, "email", at, False)
    lead.refresh_from_db()
    assert lead.responded_at == at
    assert LeadEvent.objects.get(kind="touched").private.payload["text"] == "Our offer\n\nAs discussed."
    assert Lead.objects.count() == 1
    kept = CopiedMail.objects.get()
    assert (kept.state, kept.people, kept.text) == ("logged", [], "")
    assert Intake.objects.get(inbound=Inbound.objects.get()).outcome == "touched"


@pytest.mark.parametrize("days", [-30, 30])
def test_no_clock_of_a_mail_program_is_trusted_beyond_the_spell(door, ana, lead, days):
    copy(door, ana, at=timezone.now() + timedelta(days=days))

    assert lead.assigned_at <= Touch.objects.get().at <= timezone.now() + timedelta(seconds=2)


@pytest.mark.parametrize("name", ["Bcc", "X_Original_To", "To", "Cc", "X_Forwarded_To"])
def test_the_address_may_stand_anywhere(door, ana, lead, name):
    address = copies.address_of(ana)
    fields = {name: f"{address.upper()}, {MIRIAM}" if name == "To" else f"<{address}>"}
    if name == "To":
        fields = {"to": fields["To"]}
    post(door, sender=f"Ana <{ana.user.email}>", **fields)

    assert Touch.objects.filter(lead=lead).count() == 1
    assert Lead.objects.count() == 1


def test_a_provider_says_whom_it_took_it_for(ana, lead):
    posted = make.connection("inbound_mail", settings={"provider": "postmark"}, secrets={"login": LOGIN})
    raw = f"From: {ana.user.email}\nTo: {MIRIAM}\nSubject: x\nMessage-ID: <9@a.example>\n\nHi\n"
    body = json.dumps({"RawEmail": raw, "OriginalRecipient": copies.address_of(ana), "Headers": []})
    Client().post(make.address(posted), body, content_type="application/json", headers=basic())
    inbound.handle_due(now=timezone.now() + timedelta(seconds=1))

    assert Touch.objects.filter(lead=lead).count() == 1


def test_replayed_and_through_two_doors_it_is_logged_once(door, ana, lead):
    other = make.connection("mailbox", settings={"own_address": "b@in.example"})
    copy(door, ana)
    copy(door, ana)
    copy(other, ana)
    inbound.replay(pks=list(Inbound.objects.values_list("pk", flat=True)), now=timezone.now(), by_hand=True)
    while inbound.handle_due(now=timezone.now() + timedelta(seconds=2)):
        pass

    assert Touch.objects.count() == 1


def test_a_copy_is_no_repeat_of_the_same_mail_to_the_door_itself(door, ana, lead):
    post(door, sender=ana.user.email, to=f"{MIRIAM}, leads@in.example", In_Reply_To="<0@x.example>")
    copy(door, ana, to=f"{MIRIAM}, leads@in.example", In_Reply_To="<0@x.example>")

    assert Touch.objects.filter(lead=lead).count() == 1


def test_what_the_lead_wrote_ends_the_steps_and_stops_no_clock(door, ana, lead):
    FollowUpStep.objects.create(plan=WorkPlan.objects.create(group=lead.group), day=1, kind="call")
    follow.follow(1, now=timezone.now())
    copy(door, ana, sender=f"Miriam <{MIRIAM}>", to=ana.user.email, text="Yes, please call")

    assert not Touch.objects.exists()
    assert not Task.objects.filter(stopped_at=None).exists()
    lead.refresh_from_db()
    assert lead.responded_at is None
    assert "Yes, please call" in LeadEvent.objects.get(kind="enquiry").private.payload["message"]
    assert Lead.objects.count() == 1


def test_what_the_rep_forwards_is_what_the_lead_wrote(door, ana, lead):
    text = (
        f"---------- Forwarded message ---------\nFrom: Miriam Vogt <{MIRIAM}>\nDate: Fri, 20 Nov 2026\n"
        f"Subject: Re: Our offer\nTo: {ana.user.email}\n\nWe take it.\n"
    )
    copy(door, ana, to=copies.address_of(ana), text=text, Subject="Fwd: Our offer")

    assert "We take it." in LeadEvent.objects.get(kind="enquiry").private.payload["message"]
    assert not Touch.objects.exists()


def test_only_the_reps_own_leads_are_reached_whoever_signs(door, ana, lead):
    ben = make.rep("Ben")
    copies.renew(rep=ben, now=timezone.now())
    copy(door, ben)
    copy(door, ben, sender=ana.user.email, key="<2@x.example>")
    copy(door, ben, sender=MIRIAM, to=ben.user.email, key="<3@x.example>")

    assert not Touch.objects.exists()
    assert not LeadEvent.objects.filter(kind="enquiry").exists()
    assert list(CopiedMail.objects.values_list("rep", "state")) == [(ben.pk, "unmatched")] * 3


def test_of_several_leads_of_one_person_the_newest_open_one(door, ana, lead):
    Division.objects.update(enquiries=False)
    newer = make.arrive(email=MIRIAM)
    newest = make.arrive(email=MIRIAM)
    live.route_ready(1)
    Lead.objects.filter(pk=newest.pk).update(state="closed", closed_at=timezone.now())
    assert set(Lead.objects.values_list("owner", flat=True)) == {ana.pk}
    copy(door, ana, at=timezone.now())

    assert Touch.objects.get().lead == newer


def test_two_people_in_one_mail_are_two_contacts(door, ana, lead):
    other = make.arrive(email="ben@other.example")
    live.route_ready(1)
    copy(door, ana, to=f"{MIRIAM}, stranger@x.example", Cc="Ben <ben@other.example>")

    assert set(Touch.objects.values_list("lead", flat=True)) == {lead.pk, other.pk}


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"Return_Path": "<>"},
        {"key": "<b1946ac9@fairlead>"},
        {"X_Loop": "leads@in.example"},
    ],
)
def test_what_machines_write_is_passed_over_with_a_reason(door, ana, lead, headers):
    copy(door, ana, **headers)

    assert not Touch.objects.exists()
    assert not CopiedMail.objects.exists()
    assert Intake.objects.get(inbound__isnull=False).error
    assert Lead.objects.count() == 1


@pytest.mark.parametrize("how", ["renewed", "left", "switched off"])
def test_an_address_that_is_over_logs_nothing_and_makes_no_lead(door, ana, lead, how):
    old = copies.address_of(ana)
    if how == "renewed":
        copies.renew(rep=ana, now=timezone.now())
    elif how == "left":
        type(ana).objects.filter(pk=ana.pk).update(active=False)
    else:
        type(ana.user).objects.filter(pk=ana.user.pk).update(is_active=False)
    post(door, sender="stranger@x.example", to=old)

    assert not Touch.objects.exists()
    assert not CopiedMail.objects.exists()
    assert Lead.objects.count() == 1
    assert Intake.objects.get(inbound__isnull=False).outcome == "ignored"
    assert bytes(Inbound.objects.get().body)


def test_a_mail_like_any_other_is_still_a_lead(door, ana):
    post(door, sender="new@person.example", to="leads@in.example, blog-abcdefghijklmnopqrst@x.example")

    assert Lead.objects.count() == 1
