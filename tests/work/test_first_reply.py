"""The first reply to a lead: once, to who wrote to us, in the rep's name, and never a contact."""

from datetime import time, timedelta
from email.utils import getaddresses

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone

from leads import capture, dispatch, respond, seeds
from leads.life import Kind, TouchKind
from leads.models import Delivery, FirstReply, FollowUpStep, Lead, LeadEvent, SentReply, Task, Touch, WorkPlan
from reps.models import Division
from routing import follow, hand, live
from tests import factories as make
from tests.factories.lead import door

pytestmark = pytest.mark.django_db
WORDS = (
    "Hello [[first name|there]],\n\nI am [[rep]] of [[division]].\nBook a time: [[booking link]]\n"
    "{{7*7}} {% now %} %s {0}"
)


@pytest.fixture
def ana(db):
    return make.rep("Ana", booking_url="https://book.example/ana")


@pytest.fixture
def team(ana):
    made = make.group("DACH", [ana])
    make.publish(make.rule(made, name="All"))
    return made


def reply(group=None, form=None, when="always", subject="Thank you, [[first name]]", text=WORDS):
    made = FirstReply(group=group, form=form, when=when, subject=subject, text=text)
    made.full_clean()
    made.save()
    return made


def assign(**fields):
    lead = make.arrive(**fields)
    live.route_ready(1)
    follow.follow(1, now=timezone.now())
    lead.refresh_from_db()
    return lead


def sent_to(address, now=None):
    dispatch.drain(now=now or timezone.now())
    return [one for one in mail.outbox if one.to == [address]]


def test_it_goes_out_in_the_reps_name_and_says_that_a_machine_wrote_it(team, ana):
    reply(team)
    assign(name="Miriam Vogt", email="miriam@brandl.example")

    (one,) = sent_to("miriam@brandl.example")
    assert one.subject == "Thank you, Miriam"
    assert one.body.startswith("Hello Miriam,\n\nI am Ana of ")
    assert "Book a time: https://book.example/ana" in one.body
    assert one.body.endswith("{{7*7}} {% now %} %s {0}")
    written = one.message()
    assert written["From"].startswith("Ana <")
    assert ana.user.email in written["Reply-To"]
    assert written["Auto-Submitted"] == "auto-replied"
    assert written["Precedence"] is None
    assert written["Message-ID"] == f"<{Delivery.objects.get(event='first_reply').uid}@fairlead>"
    assert not one.bcc
    assert not one.cc


def test_it_is_no_contact_and_stands_on_the_timeline(team):
    reply(team)
    lead = assign(email="miriam@brandl.example")
    stands = Lead.objects.filter(pk=lead.pk).values("responded_at", "reached_at", "due_at", "stage", "state")
    before = stands.get()

    sent_to("miriam@brandl.example")

    assert stands.get() == before
    assert not Touch.objects.exists()
    line = LeadEvent.objects.get(lead=lead, kind="first_reply")
    assert "I am Ana" in line.private.payload["text"]
    assert "Ana" not in str(line.payload)


def test_it_is_sent_once_whatever_becomes_of_the_lead(team, ana):
    reply(team)
    ben = make.rep("Ben")
    make.join(team, ben)
    lead = assign(email="miriam@brandl.example")
    sent_to("miriam@brandl.example")
    other = ben if lead.owner == ana else ana
    hand.give(lead=lead, rep=other, group=team, by=make.user("Boss", is_ops=True), why="holiday")
    follow.follow(1, now=timezone.now())
    follow.follow(1, now=timezone.now())

    assert len(sent_to("miriam@brandl.example", timezone.now() + timedelta(days=2))) == 1
    assert SentReply.objects.count() == 1


def test_only_the_first_assignment_counts(team, ana):
    words = reply(team, when="nobody")
    ben = make.rep("Ben")
    make.join(team, ben)
    lead = assign(email="miriam@brandl.example")
    words.when = "always"
    words.save()
    boss = make.user("Boss", is_ops=True)
    hand.give(lead=lead, rep=ben if lead.owner == ana else ana, group=team, by=boss, why="holiday")
    follow.follow(1, now=timezone.now())

    assert not SentReply.objects.exists()


def test_off_by_default_and_the_forms_own_words_win(team):
    assert FirstReply(group=team).when == "off"
    form = make.web_form()
    reply(team, subject="Of the group")
    own = reply(form=form, subject="Of the form")
    capture.capture(connection=form.connection, arrivals=[make.arrival(email="a@one.example")], now=timezone.now())
    FirstReply.objects.filter(pk=own.pk).update(when="as_group")
    live.route_ready(1)
    follow.follow(1, now=timezone.now())
    capture.capture(connection=form.connection, arrivals=[make.arrival(email="b@one.example")], now=timezone.now())
    FirstReply.objects.filter(pk=own.pk).update(when="always")
    live.route_ready(1)
    follow.follow(1, now=timezone.now())
    capture.capture(connection=form.connection, arrivals=[make.arrival(email="c@one.example")], now=timezone.now())
    FirstReply.objects.filter(pk=own.pk).update(when="off")
    live.route_ready(1)
    follow.follow(1, now=timezone.now())

    assert dict(SentReply.objects.values_list("to", "subject")) == {
        "a@one.example": "Of the group",
        "b@one.example": "Of the form",
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "", "phone": "+49 30 901820"},
        {"email": "no-reply@shop.example"},
        {"email": "noreply+17@shop.example"},
        {"email": "MAILER-DAEMON@shop.example"},
        {"email": "bounce-12@shop.example"},
    ],
)
def test_nobody_is_written_to_who_would_not_read_it(team, fields):
    reply(team)
    assign(**fields)

    assert not SentReply.objects.exists()


def test_a_person_somebody_typed_in_and_one_of_ours_are_not_written_to(team, ana):
    reply(team)
    for kind in (seeds.BY_HAND, seeds.FILES):
        capture.capture(connection=door(kind), arrivals=[make.arrival(email=f"{kind}@x.example")], now=timezone.now())
    live.route_ready(1)
    follow.follow(1, now=timezone.now())
    assign(email=ana.user.email)

    assert not SentReply.objects.exists()


def test_two_machines_do_not_write_to_each_other_all_day(team):
    reply(team)
    Division.objects.update(enquiries=False)
    assign(email="sales@shop.example")
    assign(email="Sales@shop.example")

    assert Lead.objects.count() == 2
    assert SentReply.objects.get().to == "sales@shop.example"


def test_a_test_goes_to_the_inbox_for_tests_or_nowhere(team):
    reply(team)
    assign(email="miriam@brandl.example", test=True)
    assert not SentReply.objects.exists()
    Division.objects.update(test_inbox="tests@house.example")
    lead = assign(email="other@brandl.example", test=True)

    assert lead.kind == Kind.TEST
    (one,) = [one for one in sent_to("tests@house.example") if "I am Ana" in one.body]
    assert one.body.startswith("This is a test.")
    assert not [one for one in mail.outbox if one.to == ["other@brandl.example"]]


def test_only_outside_the_reps_hours_or_when_nobody_is_there(team, ana):
    words = reply(team, when="rep_off")
    assign(email="a@one.example")
    words.when = "nobody"
    words.save()
    assign(email="b@one.example")
    assert not SentReply.objects.exists()

    ana.shifts.all().delete()
    make.shifts(ana, time(3), time(3, 1), weekdays=[(timezone.now() + timedelta(days=3)).weekday()])
    lead = make.arrive(email="c@one.example")
    hand.give(lead=lead, rep=ana, group=team, by=make.user("Boss", is_ops=True), why="late")
    follow.follow(1, now=timezone.now())
    assert set(SentReply.objects.values_list("to", flat=True)) == {"c@one.example"}


def test_who_was_contacted_meanwhile_gets_none(team, ana):
    reply(team)
    lead = assign(email="miriam@brandl.example")
    respond.touch(lead=lead, rep=ana, by=ana.user, kind=TouchKind.EMAIL, now=timezone.now())

    assert not sent_to("miriam@brandl.example")
    assert Delivery.objects.get(event="first_reply").error == "contacted meanwhile"


@pytest.mark.parametrize("name", ["Ana\r\nBcc: x@evil.example", 'Ana "the" <x@evil.example>, y@evil.example'])
def test_no_name_adds_a_header_or_an_address(team, ana, name):
    type(ana.user).objects.filter(pk=ana.user.pk).update(name=name)
    reply(team, subject="[[rep]] of [[company|yours]]\r\nX-Evil: 1")
    assign(email="miriam@brandl.example", name="Eve\r\nBcc: z@evil.example", company="A\r\nBcc: w@evil.example")

    (one,) = sent_to("miriam@brandl.example")
    written = one.message()
    assert written["Bcc"] is None
    assert written["X-Evil"] is None
    assert len(written.get_all("From")) == 1
    assert "\n" not in written["Subject"]
    assert one.recipients() == ["miriam@brandl.example"]
    assert len(getaddresses([written["From"]])) == 1


def test_no_link_of_a_stranger_goes_out_in_our_name(team):
    reply(team, subject="Hello", text="Hello [[first name]], of [[company]]!")
    assign(email="v@brandl.example", name="http://evil.example/win now", company="Win at evil.example")

    assert SentReply.objects.get().text == "Hello, of!"


def test_what_stands_for_nothing_is_refused_with_field_and_reason(team):
    with pytest.raises(ValidationError) as refused:
        reply(team, subject="Hi [[fist name]]", text="")
    assert set(refused.value.message_dict) == {"subject", "text"}
    assert "[[fist name]]" in refused.value.message_dict["subject"][0]


def test_a_refused_mail_is_tried_again_with_the_same_id_then_given_up_aloud(team, settings):
    settings.EMAIL_BACKEND = "tests.leads.test_dispatch.Refusing"
    reply(team)
    lead = assign(email="miriam@brandl.example")
    now = timezone.now()
    for _ in range(9):
        dispatch.drain(now=now)
        row = Delivery.objects.get(event="first_reply")
        now = row.due_at + timedelta(seconds=1)

    assert row.tries == 8
    assert row.failed_at
    assert LeadEvent.objects.get(lead=lead, kind="first_reply").payload == {"failed": True}


def test_a_reply_to_it_ends_the_steps_and_is_their_writing_again(team, ana):
    reply(team)
    FollowUpStep.objects.create(plan=WorkPlan.objects.create(group=team), day=1, kind="call")
    lead = assign(email="miriam@brandl.example")
    sent_to("miriam@brandl.example")
    assert Task.objects.filter(lead=lead, stopped_at=None).count() == 1

    make.arrive(email="miriam@brandl.example", message="Yes please")

    assert not Task.objects.filter(lead=lead, stopped_at=None).exists()
    assert LeadEvent.objects.filter(lead=lead, kind="enquiry").exists()
