"""How I am told, and what I was told: everybody their own, errors named, nothing of others."""

import json
import uuid
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from leads import dispatch, morning
from leads.dispatch import Word
from leads.models import Delivery, Lead
from reps.models import Endpoint, Listener, Preference
from tests import factories as make
from tests.telling.reached import browser, endpoint

pytestmark = pytest.mark.django_db
HOOK = "https://hooks.slack.com/services/T000/B000/not-the-example"


@pytest.fixture
def client(ana):
    made = Client()
    made.force_login(ana.user)
    return made


def grid(**changes):
    kinds = ("new_lead", "offer", "pool", "reminder", "again", "moved", "unfair", "draft", "morning")
    sent = {f"{kind}.sent": "1" for kind in kinds}
    for kind in kinds:
        urgent = kind in {"new_lead", "offer", "reminder", "again"}
        sent[f"{kind}.channels"] = ["email", *(("push", "slack", "teams", "apprise") if urgent else ())]
    return sent | changes


def test_what_is_as_usual_needs_no_row_and_what_is_not_is_kept(client, ana):
    assert client.post("/telling/news/", grid()).status_code == 302
    assert not Preference.objects.exists()

    night = {"new_lead.from": "22:00", "new_lead.until": "07:00", "new_lead.days": ["0", "6"], "pool.channels": []}
    client.post("/telling/news/", grid(**night))

    row = Preference.objects.get(user=ana.user, kind="new_lead")
    assert (row.quiet_from, row.quiet_until, row.quiet_days, row.on_shift) == (time(22), time(7), [0, 6], False)
    assert Preference.objects.get(user=ana.user, kind="pool").channels == []
    assert "Quiet 22:00 to 07:00" in client.get("/telling/").content.decode()
    client.post("/telling/news/", grid())
    assert not Preference.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"again.from": "22:00"}, "need a beginning and an end"),
        ({"again.from": "25:99", "again.until": "07:00", "again.days": "1"}, "enter times like"),
        ({"again.from": "late", "again.until": "07:00"}, "enter times like"),
        ({"again.from": "22:00", "again.until": "07:00"}, "tick at least one day"),
        ({"again.from": "8:00", "again.until": "8:00", "again.days": list("0123456")}, "would never end"),
    ],
)
def test_wrong_quiet_hours_are_named_and_nothing_is_kept(client, wrong, says):
    answer = client.post("/telling/news/", grid(**wrong))

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert "Customer wrote again" in answer.content.decode()
    assert not Preference.objects.exists()


def test_an_address_is_added_sealed_tried_and_removed(client, ana, monkeypatch):
    sent = []
    from reps.channels import slack

    monkeypatch.setattr(slack.channel, "send_one", sent.append)
    client.post("/telling/add/", {"channel": "slack", "address": HOOK, "label": "My room"})
    client.post("/telling/add/", {"channel": "slack", "address": HOOK, "label": "Again"})
    one = Endpoint.objects.get(user=ana.user)
    page = client.get("/telling/").content.decode()

    client.post(f"/telling/{one.uid}/test/")

    assert (one.label, one.active) == ("My room", True)
    assert HOOK not in one.sealed
    assert "My room" in page
    assert HOOK not in page
    assert sent[0].subject == "Fairlead reaches you here"
    assert sent[0].address == {"url": HOOK}
    client.post(f"/telling/{one.uid}/remove/")
    one.refresh_from_db()
    assert (one.active, one.sealed) == (False, "")
    client.get("/telling/")  # says that it was removed
    assert "My room" not in client.get("/telling/").content.decode()


def test_a_refused_address_is_named_at_its_field_and_kept_as_typed(client):
    answer = client.post("/telling/add/", {"channel": "slack", "address": "https://evil.example/x"})

    assert answer.status_code == 422
    assert "https://hooks.slack.com/services/" in answer.content.decode()
    assert "https://evil.example/x" in answer.content.decode()
    assert not Endpoint.objects.exists()


def test_what_is_no_channel_or_takes_no_address_is_404(client):
    for channel in ("", "nope", "email", "in_app", "push"):
        assert client.post("/telling/add/", {"channel": channel, "address": HOOK}).status_code == 404


def test_other_peoples_endpoints_do_not_exist(client):
    theirs = endpoint(make.user())
    team = endpoint(group=make.group("Other"), url=HOOK)

    for one in (theirs.uid, team.uid, uuid.uuid4()):
        assert client.post(f"/telling/{one}/test/").status_code == 404
        assert client.post(f"/telling/{one}/remove/").status_code == 404
    group = make.group("Not mine")
    assert (
        client.post("/telling/add/", {"channel": "slack", "address": HOOK, "group": str(group.uid)}).status_code == 404
    )
    assert client.post("/telling/add/", {"channel": "slack", "address": HOOK, "group": "x"}).status_code == 404
    assert client.post("/telling/channels/", {"channel": "slack", "on": "0"}).status_code == 403
    assert client.post("/telling/slack/secret/", {"secret": "x"}).status_code == 403


def test_a_manager_adds_a_channel_for_their_group(client, ana):
    team = make.group("DACH")
    team.managers.add(ana.user)

    client.post("/telling/add/", {"channel": "teams", "address": "https://p.logic.azure.com/1", "group": str(team.uid)})

    assert Endpoint.objects.get(group=team).user is None


def test_a_browser_subscribes_and_nonsense_is_refused(client, ana):
    _private, _auth, keys = browser()
    text = json.dumps({"endpoint": "https://push.example.net/1", "keys": keys})

    added = client.post(
        "/telling/browser/",
        text,
        content_type="application/json",
        headers={"User-Agent": "Mozilla Firefox/140 (Android)"},
    )
    wrong = client.post("/telling/browser/", b"\xff{", content_type="application/json")

    assert added.json() == {"uid": str(Endpoint.objects.get(user=ana.user, channel="push").uid)}
    assert Endpoint.objects.get(channel="push").label == "Firefox on Android"
    assert wrong.status_code == 422
    assert wrong.json()["error"]


def test_the_service_worker_is_never_kept_and_asks_for_nothing():
    answer = Client().get("/push-worker.js")

    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Type"].startswith("text/javascript")
    assert "fetch" not in answer.content.decode()
    assert "caches" not in answer.content.decode()


def test_sound_is_remembered_for_the_person(client, ana):
    assert client.post("/telling/sound/", {"on": "0"}).status_code == 204
    assert Listener.objects.get(user=ana.user).sound is False
    assert 'aria-pressed="false"' in client.get("/telling/").content.decode()


def test_ops_switch_a_channel_off_for_everybody(client):
    ops = Client()
    ops.force_login(make.user("Ops", is_ops=True))

    ops.post("/telling/channels/", {"channel": "apprise", "on": "0"})

    assert "SMS and others" not in client.get("/telling/").content.decode()
    assert ops.post("/telling/channels/", {"channel": "in_app", "on": "0"}).status_code == 404


def test_the_reader_sees_what_they_were_told_and_how_it_went(client, ana):
    ben = make.rep("Ben")
    endpoint(ana.user, url="http://127.0.0.1:1/")
    made = make.arrive(company="Brandl")
    Lead.objects.filter(pk=made.pk).update(state="assigned", owner=ana, hop=1)
    now = timezone.now()
    dispatch.plan([Word(made.pk, 1, ana.pk, "assigned"), Word(None, 0, ben.pk, "switched_off")], now=now)
    dispatch.drain(now=now)

    page = client.get("/telling/told/").content.decode()

    assert "A new lead is yours" in page
    assert "switched off" not in page
    assert f"/leads/{made.uid}/" in page
    assert "Given up" in page
    assert "Not shown yet" in page
    Lead.objects.filter(pk=made.pk).update(owner=ben)
    assert f"/leads/{made.uid}/" not in client.get("/telling/told/").content.decode()


def summaries():
    return [
        (row.person.name, row.payload["figures"]) for row in Delivery.objects.filter(event="morning", channel="email")
    ]


BERLIN = ZoneInfo("Europe/Berlin")


def shift(name, **fields):
    rep = make.rep(name, around_the_clock=False)
    type(rep.user).objects.filter(pk=rep.user.pk).update(time_zone="Europe/Berlin")
    type(rep).objects.filter(pk=rep.pk).update(time_zone="Europe/Berlin")
    make.shifts(rep, time(9), time(17), range(5))
    return rep


def test_the_morning_is_told_once_when_the_shift_begins_on_days_they_work_and_only_if_there_is_something():
    ida, idle = shift("Ida"), shift("Idle")
    wed = datetime(2026, 3, 4, 9, tzinfo=BERLIN)
    made = make.arrive(3)
    for lead, due in zip(made, (-60, 60, 2000), strict=True):
        Lead.objects.filter(pk=lead.pk).update(
            state="assigned",
            owner=ida,
            hop=1,
            assigned_at=wed - timedelta(hours=3),
            due_at=wed + timedelta(minutes=due),
        )

    assert morning.tell(now=wed - timedelta(minutes=1)) == 0
    assert morning.tell(now=wed) == 1
    assert morning.tell(now=wed + timedelta(minutes=1)) == 0
    assert summaries() == [("Ida", {"came": 3, "due": 1, "overdue": 1})]
    dispatch.drain(now=wed)
    assert (
        mail.outbox[0].subject == "Your day: 3 new since you left, 1 first contacts due today, 1 first contacts overdue"
    )
    assert morning.tell(now=wed + timedelta(days=3)) == 0, "Saturday"
    assert morning.tell(now=wed + timedelta(days=1)) == 1
    Listener.objects.filter(user=idle.user).update(morning_when_empty=True, morning_at=time(7, 30))
    assert morning.tell(now=datetime(2026, 3, 6, 7, 30, tzinfo=BERLIN)) == 1
    assert summaries()[-1] == ("Idle", {"came": 0, "due": 0, "overdue": 0})


def test_a_manager_hears_what_waits_in_their_groups_from_monday_to_friday():
    boss = make.user("Boss", time_zone="Europe/Berlin")
    team = make.group("DACH")
    team.managers.add(boss)
    lead = make.arrive()
    Lead.objects.filter(pk=lead.pk).update(state="desk", group=team)

    assert morning.tell(now=datetime(2026, 3, 7, 8, tzinfo=BERLIN)) == 0
    assert morning.tell(now=datetime(2026, 3, 9, 8, tzinfo=BERLIN)) == 1
    assert summaries() == [("Boss", {"unassigned": 1, "late": 0})]


def test_a_time_that_is_none_is_named(client):
    answer = client.post("/telling/morning/", {"morning_at": "soon"})

    assert answer.status_code == 422
    assert "Enter a time, like 08:00." in answer.content.decode()
