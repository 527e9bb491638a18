"""Buttons in Slack: signed by Slack, pressed by a linked member, about their own message; else nothing happens."""

import json
import time
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from config.lib import sealed, signing
from leads import dispatch
from leads.dispatch import Word
from leads.models import Delivery, Lead, Touch
from reps.models import Listener, Switchboard
from routing import live
from routing.web import slack
from tests import factories as make
from tests.telling.reached import endpoint

pytestmark = pytest.mark.django_db
SECRET = "made-up-signing-secret"


@pytest.fixture(autouse=True)
def said(monkeypatch):
    """What members were answered."""
    Switchboard.objects.update_or_create(pk=1, defaults={"slack_secret": sealed.seal({"signing_secret": SECRET})})
    found = []
    monkeypatch.setattr(slack, "_say", lambda _url, text: found.append(text))
    return found


def post(form, *, secret=SECRET, at=None, signature=None):
    body, stamp = urlencode(form), str(int(at or time.time()))
    fits = f"v0={signing.hex_of(secret.encode(), f'v0:{stamp}:{body}'.encode())}"
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": fits if signature is None else signature}
    return Client(enforce_csrf_checks=True).post(
        "/slack/actions/", body, content_type="application/x-www-form-urlencoded", headers=headers
    )


def press(act, value, *, member="U1", team="T1", **how):
    payload = {
        "type": "block_actions", "user": {"id": member}, "team": {"id": team},
        "response_url": "https://hooks.slack.com/actions/x", "actions": [{"action_id": act, "value": value}],
    }  # fmt: skip
    return post({"payload": json.dumps(payload)}, **how)


def link(rep, member="U1", team="T1"):
    Listener.objects.create(user=rep.user, slack_team=team, slack_member=member)


@pytest.fixture
def offered(ana):
    """A lead offered to Ana, told in Slack; the number on its buttons."""
    endpoint(ana.user)
    make.publish(make.rule(make.group("DACH", [ana]), steps=[{"strategy": "offer"}]))
    lead = make.arrive()
    live.route_ready(1)
    assert Lead.objects.get(pk=lead.pk).state == "offered"
    return lead, str(Delivery.objects.get(channel="slack", event="offered").uid)


def test_an_offer_is_accepted_by_the_linked_member(ana, offered, said):
    lead, value = offered
    link(ana)

    assert press("accept", value).status_code == 200
    again = press("accept", value)

    assert Lead.objects.get(pk=lead.pk).owner == ana
    assert again.status_code == 200
    assert f"/leads/{lead.uid}/" in said[0]
    assert said[1] == "You have taken this lead already."


def test_who_is_not_linked_or_not_meant_or_gone_does_nothing(ana, offered, said):
    lead, value = offered
    ben = make.rep("Ben")
    link(ben, "U2")

    press("accept", value)
    press("accept", value, member="U2")
    press("accept", "nonsense", member="U2")
    link(ana)
    type(ana.user).objects.filter(pk=ana.user.pk).update(is_active=False)
    press("accept", value)

    assert Lead.objects.get(pk=lead.pk).state == "offered"
    unlinked, not_theirs = "Link yourself first", "This message is not for you."
    assert [text.split(":")[0] for text in said] == [unlinked, not_theirs, not_theirs, unlinked]


@pytest.mark.parametrize(
    "how",
    [
        {"secret": "another"},
        {"signature": ""},
        {"signature": "v0=00"},
        {"at": time.time() - 400},
        {"at": time.time() + 900},
    ],
)
def test_what_slack_did_not_sign_just_now_is_refused(ana, offered, how):
    lead, value = offered
    link(ana)

    answer = press("accept", value, **how)

    assert answer.status_code == 401
    assert Lead.objects.get(pk=lead.pk).state == "offered"


def test_without_a_secret_nothing_is_taken(ana, offered):
    Switchboard.objects.update(slack_secret="")
    link(ana)

    assert press("accept", offered[1], secret="").status_code == 401


def test_a_link_claims_nothing(ana, offered):
    assert Client().get("/slack/actions/").status_code == 405


def test_a_call_is_logged_and_the_next_of_the_pool_is_pulled(ana, said):
    link(ana)
    team = make.group("Pool", [ana], pool="blind")
    lead = make.arrive()
    Lead.objects.filter(pk=lead.pk).update(state="pooled", group=team)
    dispatch.plan([Word(lead.pk, 0, ana.pk, "broadcast")], now=timezone.now())
    press("claim", str(Delivery.objects.get(channel="email").uid))
    lead = Lead.objects.get(pk=lead.pk)
    assert lead.owner == ana, said

    dispatch.plan([Word(lead.pk, lead.hop, ana.pk, "reminder")], now=timezone.now())
    press("no_answer", str(Delivery.objects.get(channel="email", event="reminder").uid))

    touch = Touch.objects.get(lead=lead)
    assert (touch.kind, touch.outcome) == ("call", "no_answer")
    assert said[-1].startswith("The call is logged")


def test_a_code_links_once_and_only_in_its_time(ana):
    client = Client()
    client.force_login(ana.user)
    client.post("/telling/slack/code/")
    page = client.get("/telling/").content.decode()
    code = page.split("/fairlead ")[1].split("<")[0]

    def write(member, text):
        return post({"command": "/fairlead", "text": text, "team_id": "T1", "user_id": member}).json()["text"]

    assert "not valid" in write("U8", "0000-0000-0000")
    assert write("U7", code) == "Linked: you act for Ana now."
    assert "not valid" in write("U9", code)
    assert Listener.objects.get(user=ana.user).slack_member == "U7"
    assert code not in client.get("/telling/").content.decode()
    client.post("/telling/slack/code/")
    Listener.objects.update(slack_code_until=timezone.now())
    assert "not valid" in write("U6", client.get("/telling/").content.decode().split("/fairlead ")[1].split("<")[0])


ODD = ["", "[]", '{"type": "block_actions"}', '{"type": "block_actions", "actions": [1]}', "[" * 5000]


@pytest.mark.parametrize("body", ["", *(urlencode({"payload": text}) for text in ODD)])
def test_odd_bodies_are_taken_and_do_nothing(body):
    stamp = str(int(time.time()))
    signature = f"v0={signing.hex_of(SECRET.encode(), f'v0:{stamp}:{body}'.encode())}"
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}

    answer = Client().post("/slack/actions/", body, content_type="application/x-www-form-urlencoded", headers=headers)

    assert answer.status_code == 200
