"""Word to anybody: planned once, sent while it holds, and saying nothing to anybody that they may not read."""

from datetime import timedelta
from itertools import product

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads import dispatch
from leads.dispatch import Word
from leads.models import Delivery, Lead, LeadEvent
from reps.models import User
from routing import hand, live
from tests import factories as make

pytestmark = pytest.mark.django_db

SECRET = {
    "name": "Miriam Vogt",
    "company": "Brandl & Co",
    "email": "m.vogt@brandl.example",
    "phone": "+49 30 901820",
    "message": "Please call",
    "city": "Heilbronn",
    "campaign": "Spring",
    "product": "Forklifts",
    "job_title": "Head",
    "employees": 120,
    "deal_size": 12000,
}
PUBLIC = {"source": "Website", "country": "DE", "industry": "Logistics"}
HIDDEN = ("vogt", "brandl", "901820", "please call", "heilbronn", "spring", "forklift", "12000", "12,000")


@pytest.fixture
def ana(db):
    return make.rep("Ana")


@pytest.fixture
def lead(ana):
    """Ana's; she was told."""
    make.publish(make.rule(make.group("DACH", [ana])))
    made = make.arrive(**SECRET, **PUBLIC)
    live.route_ready(1)
    Delivery.objects.all().delete()
    return Lead.objects.get(pk=made.pk)


def say(*words):
    """Plan, send, and give what went out."""
    now = timezone.now()
    dispatch.plan(words, now=now)
    mail.outbox.clear()
    dispatch.drain(now=now)
    return list(mail.outbox)


def whole(message):
    return "\n".join([message.subject, message.body, message.alternatives[0][0]])


def test_the_same_word_is_planned_once_and_another_ref_is_another_word(lead, ana):
    boss = make.user("Boss")
    words = [Word(lead.pk, 1, ana.pk, "enquiry", ref="1"), Word(lead.pk, 1, user=boss.pk, event="late")]
    now = timezone.now()

    new = [dispatch.plan(words, now=now), dispatch.plan([*words, *words], now=now)]
    more = dispatch.plan([Word(lead.pk, 1, ana.pk, "enquiry", ref="2"), Word(None, 0, ana.pk, "switched_off")], now=now)
    again = dispatch.plan([Word(None, 0, ana.pk, "switched_off")], now=now)

    assert (new, more, again) == ([4, 0], 4, 0)
    assert Delivery.objects.count() == 8


def test_a_word_has_exactly_one_recipient(lead, ana):
    for rep, user in ((None, None), (ana.pk, ana.user.pk)):
        with pytest.raises(IntegrityError), transaction.atomic():
            dispatch.plan([Word(lead.pk, 1, rep, "late", user=user)], now=timezone.now())


EVENTS = {
    "assigned": "New lead for you: Brandl & Co",
    "enquiry": "Brandl & Co wrote again",
    "reminder": "First contact due at 10:24: Brandl & Co",
    "due_soon": "First contact due at 10:24: Brandl & Co",
    "taken_back": "Timed out: Brandl & Co",
    "switched_off": "You get no new leads for now",
    "handed_over": "Ben has it now: Brandl & Co",
    "handoff": "Ben takes it from here: Brandl & Co",
}


@pytest.mark.parametrize("event", EVENTS)
def test_a_rep_who_has_or_had_the_lead_is_told_by_its_name(lead, ana, event):
    payload = {"due": "2026-03-04T10:24:00+00:00", "until": "2026-03-04T12:00:00Z", "rep": make.rep("Ben").pk}

    (sent,) = say(Word(lead.pk, lead.hop, ana.pk, event, payload=payload))

    assert sent.subject == EVENTS[event]
    assert sent.to == [ana.user.email]
    assert sent.body.startswith("Hello Ana,")
    assert "http" in sent.body
    assert "&amp;" not in sent.body
    assert "Brandl &amp; Co" in sent.alternatives[0][0]
    assert LeadEvent.objects.get(lead=lead, kind="told").payload == {"channel": "email", "event": event}


@pytest.mark.parametrize(
    ("event", "payload", "subject", "says"),
    [
        (
            "late",
            {"minutes": 30},
            "No first contact yet: Brandl & Co",
            "Ana has not contacted Brandl & Co for 30 working",
        ),
        ("waiting", {"state": "desk"}, "Waiting for somebody: Brandl & Co", "Where it waits: To assign."),
        ("waiting", {"again": True, "since": "2026-03-04T10:24:00Z"}, "Still waiting: Brandl & Co", "4 March, 10:24"),
    ],
)
def test_a_manager_is_told_and_led_to_the_lead(lead, ana, event, payload, subject, says):
    boss = make.user("Boss")
    lead.group.managers.add(boss)

    (sent,) = say(Word(lead.pk, 1, event=event, user=boss.pk, why="Because.", payload={"rep": ana.pk, **payload}))

    assert (sent.subject, sent.to) == (subject, [boss.email])
    assert says in sent.body
    assert "Because." in sent.body
    assert f"/leads/{lead.uid}/" in sent.body


def test_who_may_not_read_the_lead_is_told_in_public_words_and_led_elsewhere(lead, ana):
    stranger, ben = make.user("Stranger"), make.rep("Ben")
    events = ("late", "waiting", "taken_back", "handed_over", "handoff", "switched_off")
    recipients = ({"user": stranger.pk}, {"rep": ben.pk})

    sent = say(*(Word(lead.pk, 1, event=e, why="Rule 12000.", **who) for e, who in product(events, recipients)))

    assert len(sent) == 12
    for message in sent:
        text = whole(message)
        assert not [word for word in (*HIDDEN, str(lead.uid)) if word in text.lower()]
    assert "a lead (Website, Germany, Logistics, 51-200 employees)" in sent[0].body
    assert "Open the board: http" in sent[0].body


def test_a_manager_kept_blind_is_told_without_a_name(db):
    boss = make.rep("Boss")
    team = make.group("Blind", [boss], pool="blind", blind_for_managers=True)
    team.managers.add(boss.user)
    made = make.arrive(**SECRET, **PUBLIC)
    Lead.objects.filter(pk=made.pk).update(state="pooled", group=team)

    (sent,) = say(Word(made.pk, 0, event="waiting", user=boss.user.pk))

    assert not [word for word in HIDDEN if word in whole(sent).lower()]
    assert "/to-assign/" in sent.body


@pytest.mark.blind
@pytest.mark.parametrize("event", ["offered", "broadcast"])
def test_before_the_claim_twins_that_differ_in_private_are_mailed_alike_byte_for_byte(ana, event):
    team = make.group("Pool", [ana], pool="blind")
    other = {key: f"x{value}" if isinstance(value, str) else value + 80 for key, value in SECRET.items()}
    other |= {"email": "else@other.example", "phone": "+49 89 1234567"}
    state = {"offered": "offered", "broadcast": "pooled"}[event]
    told = []
    for private in (SECRET, other):
        made = make.arrive(**{**private, "employees": 120}, **PUBLIC)
        Lead.objects.filter(pk=made.pk).update(state=state, group=team)
        payload = {"until": "2026-03-04T12:00:00Z"}
        (sent,) = say(Word(made.pk, 0, ana.pk, event, why=f"The rule {private['company']} fits.", payload=payload))
        told.append(whole(sent))
        assert str(made.uid) not in told[-1]

    assert told[0] == told[1]
    assert all(word in told[0] for word in ("Website", "Germany", "Logistics", "51-200 employees"))
    assert not [word for word in HIDDEN if word in told[0].lower()]


@pytest.mark.blind
def test_what_the_group_keeps_back_is_kept_back_in_mails_too(ana):
    team = make.group("Pool", [ana], pool="blind", public_fields=["industry"])
    made = make.arrive(**SECRET, **PUBLIC)
    Lead.objects.filter(pk=made.pk).update(state="pooled", group=team)

    (sent,) = say(Word(made.pk, 0, ana.pk, "broadcast"))

    assert "Logistics" in sent.body
    assert not [word for word in ("Website", "Germany", "51-200") if word in whole(sent)]
    assert f"/pool/?group={team.uid}" in sent.body


STALE = {
    "offered": ("offered", "assigned"),
    "broadcast": ("pooled", "desk"),
    "reminder": ("assigned", None),
    "due_soon": ("assigned", None),
    "enquiry": ("assigned", None),
}


@pytest.mark.parametrize("event", STALE)
def test_what_no_longer_holds_is_not_sent(lead, ana, event):
    state, _after = STALE[event]
    now = timezone.now()
    owner = ana if state == "assigned" else None
    Lead.objects.filter(pk=lead.pk).update(state=state, owner=owner)
    dispatch.plan([Word(lead.pk, lead.hop, ana.pk, event)], now=now)
    mail.outbox.clear()
    if owner:
        hand.give(lead=Lead.objects.get(pk=lead.pk), rep=make.rep("Ben"), group=lead.group, by=ana.user)
        Delivery.objects.filter(event="assigned").delete()
    else:
        Lead.objects.filter(pk=lead.pk).update(state="desk")

    dispatch.drain(now=now)

    row = Delivery.objects.get(event=event, channel="email")
    assert mail.outbox == []
    assert (row.sent_at, row.error) == (None, "no longer theirs" if owner else "no longer so")


def test_nobody_is_reminded_of_what_is_done(lead, ana):
    client = Client()
    client.force_login(ana.user)
    client.post(f"/leads/{lead.uid}/touch/", {"kind": "email"})

    assert say(Word(lead.pk, lead.hop, ana.pk, "reminder")) == []
    assert Delivery.objects.get(channel="email").error == "contacted meanwhile"


@pytest.mark.parametrize("event", ["taken_back", "late", "waiting", "switched_off"])
def test_who_may_not_sign_in_any_more_is_told_nothing(lead, ana, event):
    ben, boss = make.rep("Ben"), make.user("Boss", is_active=False)
    ben.active = False
    ben.save()

    assert say(Word(lead.pk, 1, ben.pk, event), Word(lead.pk, 1, event=event, user=boss.pk)) == []


def test_word_about_no_lead_goes_out(ana):
    (sent,) = say(Word(None, 0, ana.pk, "switched_off", payload={"until": "2026-03-04T12:00:00Z"}))

    assert "switch yourself on duty" in sent.body
    assert "12:00" in sent.body
    assert not LeadEvent.objects.exists()


def test_a_mail_that_cannot_be_written_harms_no_other(lead, ana):
    sent = say(Word(lead.pk, 1, ana.pk, "no_such_event"), Word(lead.pk, lead.hop, ana.pk, "enquiry"))

    assert [m.subject for m in sent] == ["Brandl & Co wrote again"]
    failed = Delivery.objects.get(event="no_such_event", channel="email")
    assert failed.failed_at is not None
    assert "TemplateDoesNotExist" in failed.error


def people(event="waiting"):
    rows = Delivery.objects.filter(event=event, channel="email").order_by("lead", "user")
    return [(row.lead_id, row.user.name) for row in rows.select_related("user")]


def test_managers_of_the_group_else_of_the_division_else_ops_are_told_once_each(db):
    make.user("Ops", is_ops=True)
    north, south = make.group("North"), make.group("South")
    leads = [make.arrive().pk for _ in range(3)]
    Lead.objects.filter(pk=leads[0]).update(group=north, state="desk")
    Lead.objects.filter(pk=leads[1]).update(group=south, state="desk")
    now = timezone.now()

    dispatch.tell_managers(leads, "late", now)
    assert people("late") == [(lead, "Ops") for lead in leads]

    ida, kim, gone = make.user("Ida"), make.user("Kim"), make.user("Gone", is_active=False)
    north.managers.add(ida, kim, gone)
    make.group("East").managers.add(ida)
    made = dispatch.tell_managers(
        leads, "waiting", now, {"again": True}, each={leads[0]: {"state": "desk"}}, why={leads[1]: "South has nobody."}
    )

    assert made == 12
    assert people() == [(lead, name) for lead in leads for name in ("Ida", "Kim")]
    row = Delivery.objects.filter(event="waiting", lead=leads[0]).first()
    assert (row.payload, row.why) == ({"again": True, "state": "desk"}, "")
    assert Delivery.objects.filter(event="waiting", lead=leads[1]).first().why == "South has nobody."
    assert dispatch.tell_managers(leads, "waiting", now) == 0
    assert dispatch.tell_managers(leads, "waiting", now, ref="again") == 12


def test_managers_are_found_by_as_many_queries_for_thirty_leads_as_for_three(db):
    group = make.group("North")
    group.managers.add(make.user("Ida"))
    leads = [made.pk for made in make.arrive(30)]
    counts = []
    for some in (leads[:3], leads[3:]):
        with CaptureQueriesContext(connection) as asked:
            dispatch.tell_managers(some, "waiting", timezone.now())
        counts.append(len(asked))

    assert counts[0] == counts[1] <= 3


def test_sending_asks_as_often_for_many_owners_as_for_one(lead, ana):
    now = timezone.now()
    counts = []
    for n in (1, 10):
        made = [make.arrive() for _ in range(n)]
        owners = [make.rep() for _ in made]
        for one, owner in zip(made, owners, strict=True):
            Lead.objects.filter(pk=one.pk).update(state="assigned", owner=owner, hop=1)
        dispatch.plan([Word(m.pk, 1, o.pk, "assigned") for m, o in zip(made, owners, strict=True)], now=now)
        with CaptureQueriesContext(connection) as asked:
            dispatch.drain(now=now)
        counts.append(len([q for q in asked if str(q["sql"]).startswith("SELECT")]))

    assert counts[0] == counts[1]


def test_a_manager_without_leads_hears_it_in_the_app(lead):
    boss = make.user("Boss")
    lead.group.managers.add(boss)
    dispatch.plan([Word(lead.pk, 1, event="waiting", user=boss.pk)], now=timezone.now())
    client = Client()
    client.force_login(boss)

    first, second = client.get("/my-leads/counts/"), client.get("/my-leads/counts/")

    assert "A lead waits for somebody" in first["HX-Trigger"]
    assert "HX-Trigger" not in second
    assert Delivery.objects.get(channel="in_app").seen_at is not None


def test_the_app_does_not_say_what_no_longer_holds(lead, ana):
    now = timezone.now()
    dispatch.plan([Word(lead.pk, lead.hop, ana.pk, "offered")], now=now - timedelta(hours=1))
    client = Client()
    client.force_login(ana.user)

    assert "HX-Trigger" not in client.get("/my-leads/counts/")


def test_deleting_a_user_takes_only_word_to_them(lead, ana):
    boss = make.user("Boss")
    dispatch.plan(
        [Word(lead.pk, 1, event="late", user=boss.pk), Word(lead.pk, 1, ana.pk, "enquiry")], now=timezone.now()
    )

    User.objects.filter(pk=boss.pk).delete()

    assert set(Delivery.objects.values_list("event", flat=True)) == {"enquiry"}
