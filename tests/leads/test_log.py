"""The log form, steps on My leads and the lead's page, acts on several, search: the rep's day by its pages."""

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from leads import respond, steps
from leads.life import EventKind
from leads.models import Lead, LeadEvent, LeadPrivate, StepKind, Task
from routing import live
from tests import factories as make

pytestmark = pytest.mark.django_db

LIST = {"HX-Request": "true", "HX-Target": "my-leads"}


@pytest.fixture
def ana(db):
    made = make.rep("Ana", cap_open=50)
    make.publish(make.rule(make.group("DACH", [made])))
    return made


@pytest.fixture
def client(ana):
    made = Client()
    made.force_login(ana.user)
    return made


def arrive(**fields):
    made = make.arrive(**fields)
    live.route_ready(1)
    return Lead.objects.get(pk=made.pk)


def due_in(lead, ana, *, hours, kind=StepKind.CALL, text=""):
    now = timezone.now()
    due_at = now + timedelta(hours=hours)
    return steps.set_next(lead=lead, rep=ana, by=ana.user, kind=kind, due_at=max(due_at, now), now=now, text=text)


def contacted(lead, ana):
    from leads.life import TouchKind

    respond.touch(lead=lead, rep=ana, by=ana.user, kind=TouchKind.EMAIL, now=timezone.now())
    return lead


def test_a_call_a_note_and_the_next_step_are_one_form(client):
    lead = arrive()
    sent = {"kind": "call", "outcome": "no_answer", "minutes": "1", "text": "Out until Friday", "due": "tomorrow"}

    answer = client.post(f"/leads/{lead.uid}/log/", {**sent, "step": "email", "about": "Send the offer"}, follow=True)

    assert "Next step" in answer.content.decode()
    assert lead.touches.get().duration_seconds == 60
    task = Task.objects.get()
    assert (task.kind, task.text, task.source) == ("email", "Send the offer", "own")
    assert LeadEvent.objects.filter(kind__in=[EventKind.NOTED, EventKind.STEP_SET]).count() == 2


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"kind": "pigeon"}, "Select a valid choice"),
        ({"kind": "call"}, "Say how the call went"),
        ({"kind": "call", "outcome": "maybe"}, "Select a valid choice"),
        ({"kind": "call", "outcome": "busy", "minutes": "long"}, "as a number"),
        ({"kind": "note"}, "Write something first"),
        ({"kind": "email", "due": "pick"}, "Say which day and time"),
        ({"kind": "email", "due": "pick", "due_at": "soon"}, "Enter a valid date/time"),
        ({"kind": "email", "due": "pick", "due_at": "2001-01-01T10:00"}, "This lies in the past"),
        ({"kind": "email", "due": "pick", "due_at": "9999-12-31T23:59"}, "within a year"),
        ({"kind": "email", "due": "someday"}, "Select a valid choice"),
        ({"kind": "email", "due": "tomorrow", "step": "fax"}, "Select a valid choice"),
        ({"kind": "email", "due": "tomorrow", "about": "x" * 201}, "at most 200"),
    ],
)
def test_bad_input_is_told_beside_the_field_and_nothing_is_written(client, data, says):
    lead = arrive()

    answer = client.post(f"/leads/{lead.uid}/log/", data)

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not lead.touches.exists()
    assert not Task.objects.exists()


def test_in_a_list_the_form_is_a_part_and_a_mistake_comes_back_to_its_place(client):
    lead = arrive()

    part = client.get(f"/leads/{lead.uid}/log/?list=1&kind=email", headers=LIST)
    wrong = client.post(f"/leads/{lead.uid}/log/?list=1", {"kind": "call"}, headers=LIST)
    right = client.post(f"/leads/{lead.uid}/log/?list=1", {"kind": "email"}, headers=LIST)

    assert "<html" not in part.content.decode()
    assert re.search(r'value="email" checked', part.content.decode())
    assert wrong["HX-Retarget"] == f"#log-{lead.uid}"
    assert 'id="my-leads"' in right.content.decode()


def test_due_steps_stand_above_those_of_later_and_below_the_clocks(client, ana):
    now = timezone.now()
    late, today, later, silent = (arrive(company=name) for name in ("Late", "Today", "Later", "Silent"))
    for lead, hours in ((late, 0), (today, 0), (later, 50)):
        due_in(contacted(lead, ana), ana, hours=hours)
    evening = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    Task.objects.filter(lead=today).update(due_at=evening - timedelta(milliseconds=1))

    page = client.get("/my-leads/").content.decode()

    places = [page.index(f"{name}</a>") for name in ("Silent", "Late", "Today", "Later")]
    assert places == sorted(places)
    assert [page.index(title) for title in ("Due now", "Later today", "In work")]
    assert silent.touches.count() == 0


def test_a_step_is_ticked_off_once_and_anothers_is_not_there(client, ana):
    task = due_in(arrive(), ana, hours=2)
    stranger = Client()
    stranger.force_login(make.rep("Ben").user)

    assert stranger.post(f"/steps/{task.uid}/done/").status_code == 404
    client.post(f"/steps/{task.uid}/done/")
    again = client.post(f"/steps/{task.uid}/done/", follow=True)

    task.refresh_from_db()
    assert task.done_at is not None
    assert "done or stopped already" in again.content.decode()


def test_what_was_logged_by_mistake_is_taken_back_and_offered_again(client):
    lead = arrive()
    client.post(f"/leads/{lead.uid}/log/", {"kind": "call", "outcome": "busy", "minutes": "2"})
    event = LeadEvent.objects.get(kind=EventKind.TOUCHED)
    assert f"/take-back/{event.pk}/" in client.get(f"/leads/{lead.uid}/").content.decode()

    form = client.post(f"/leads/{lead.uid}/take-back/{event.pk}/", follow=True).content.decode()
    page = client.get(f"/leads/{lead.uid}/").content.decode()

    assert re.search(r'value="busy" checked', form)
    assert 'value="2"' in form
    assert "Taken back: Call" in page
    assert f"/take-back/{event.pk}/" not in page
    assert not lead.touches.exists()


@pytest.mark.parametrize("path", ["log/", "take-back/1/", "touch/", "note/", "stage/"])
def test_other_peoples_leads_are_not_there(client, path):
    lead = arrive()
    Lead.objects.update(owner=make.rep("Ben"))

    assert client.post(f"/leads/{lead.uid}/{path}", {"kind": "email"}).status_code == 404
    assert not lead.touches.exists()


@pytest.mark.parametrize("act", ["email", "message", "step", "stage"])
def test_one_act_on_several_leads(client, act):
    leads = [arrive() for _ in range(3)]
    chosen = [str(lead.uid) for lead in leads[:2]]

    answer = client.post(
        "/my-leads/bulk/",
        {"leads": chosen, "act": act, "due": "hour", "step": "call", "stage": "meeting-booked"},
        headers=LIST,
    )

    assert "Done for 2 leads" in answer.content.decode()
    done = {
        "email": Lead.objects.filter(touches__kind="email"),
        "message": Lead.objects.filter(touches__kind="message"),
        "step": Lead.objects.filter(tasks__kind="call"),
        "stage": Lead.objects.filter(stage__key="meeting-booked"),
    }[act]
    assert {str(lead.uid) for lead in done} == set(chosen)


@pytest.mark.parametrize("foreign", ["anothers", "unknown", "no number"])
def test_one_foreign_lead_refuses_the_whole_batch(client, foreign):
    mine, other = arrive(), arrive()
    Lead.objects.filter(pk=other.pk).update(owner=make.rep("Ben"))
    bad = {"anothers": str(other.uid), "unknown": str(uuid.uuid4()), "no number": "x"}[foreign]

    answer = client.post("/my-leads/bulk/", {"leads": [str(mine.uid), bad], "act": "email"})

    assert answer.status_code == 404
    assert not mine.touches.exists()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"act": "stage", "stage": "lost"}, "Nothing was changed"),
        ({"act": "stage", "stage": "moon"}, "Choose a stage"),
        ({"act": "step"}, "choose when"),
        ({"act": "step", "due": "pick", "due_at": "x"}, "Day and time"),
        ({"act": "dance"}, "Choose what to do"),
    ],
)
def test_a_batch_that_cannot_be_done_changes_nothing(client, data, says):
    leads = [arrive(), arrive()]

    answer = client.post("/my-leads/bulk/", {"leads": [str(x.uid) for x in leads], **data}, follow=True)

    assert says in answer.content.decode()
    assert not Lead.objects.exclude(stage__key="new").exists()
    assert not Task.objects.exists()


@pytest.mark.parametrize("query", ["vogt", "Brandl", "miriam@", "0941 555", "+49 941555010", "trade fair"])
def test_own_leads_are_found_by_what_a_rep_knows_of_them(client, ana, query):
    lead = arrive(name="Miriam Vogt", company="Brandl", phone="+49 941 555 010", email="miriam@brandl.example")
    arrive(company="Somebody else", phone="+49 30 777 020")
    respond.note(lead=lead, by=ana.user, text="Call after the trade fair", now=timezone.now())

    page = client.get("/my-leads/", {"q": query}).content.decode()

    assert "Brandl</a>" in page
    assert "Somebody else" not in page


def test_notes_of_others_do_not_find_a_lead(client):
    lead = arrive(company="Brandl")
    respond.note(lead=lead, by=make.user(), text="Secret handshake", now=timezone.now())
    LeadPrivate.objects.all().update(name="")

    assert "Brandl</a>" not in client.get("/my-leads/", {"q": "handshake"}).content.decode()
