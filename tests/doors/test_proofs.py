"""What proves a sender cannot be skipped, borrowed or made to fail, and what names a delivery tells it from others."""

import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.db.models import Q
from django.test import Client
from django.utils import timezone

from leads import inbound
from leads.inbound import again
from leads.models import Inbound, Lead, LeadPrivate
from tests import factories as make

pytestmark = pytest.mark.django_db
JSON = "application/json"


def post(door, body, *, headers=None, **more):
    body = body if isinstance(body, bytes | str) else json.dumps(body)
    more.setdefault("content_type", JSON)
    return Client().post(make.address(door), body, headers=headers, **more)


def handle():
    while inbound.handle_due(now=timezone.now() + timedelta(minutes=1)):
        pass


def test_the_riddle_of_linkedin_signs_nothing_that_could_be_a_delivery():
    door = make.connection("linkedin", secrets={"client_secret": "made-up", "token": "made-up"})
    body = '{"type": "LEAD_ACTION", "leadAction": "CREATED", "leadGenFormResponse": "r1"}'

    riddle = Client().get(make.address(door), {"challengeCode": f"hmacsha256={body}"})
    signature = riddle.json().get("challengeResponse", "none")
    forged = post(door, body, headers={"X-LI-Signature": signature})

    assert (riddle.status_code, forged.status_code) == (400, 401)
    right = Client().get(make.address(door), {"challengeCode": "890e4665-4dfe-4ab1-b689-ed553bceeed0"})
    assert right.status_code == 200


def test_a_message_without_metas_words_is_not_let_in_where_only_the_app_secret_proves_senders():
    door = make.connection("chat", secrets={"app_secret": "made-up"})

    assert post(door, {"name": "Ann", "message": "Hello"}).status_code == 401


@pytest.mark.parametrize("stamp", ["²", "9" * 400, "9" * 5000, "-1", "1e9", "٣"])
@pytest.mark.parametrize(
    ("kind", "secrets", "names"),
    [
        ("hubspot", {"client_secret": "s", "token": "t"}, ("X-HubSpot-Request-Timestamp", "X-HubSpot-Signature-v3")),
        ("slack", {"signing_secret": "s"}, ("X-Slack-Request-Timestamp", "X-Slack-Signature")),
        ("close", {"signature_key": "00ff", "api_key": "k"}, ("Close-Sig-Timestamp", "Close-Sig-Hash")),
    ],
)
def test_an_odd_timestamp_is_refused(kind, secrets, names, stamp):
    door = make.connection(kind, secrets=secrets)

    answer = post(door, "[]", headers={names[0]: stamp.encode().decode("latin-1"), names[1]: "x"})

    assert answer.status_code == 401


def test_a_latin_two_as_timestamp_is_refused():
    door = make.connection("hubspot", secrets={"client_secret": "s", "token": "t"})

    answer = post(door, "[]", headers={"X-HubSpot-Request-Timestamp": "\xb2", "X-HubSpot-Signature-v3": "x"})

    assert answer.status_code == 401


def test_a_large_batch_of_meta_is_not_taken_for_another_that_begins_like_it():
    door = make.connection("meta_lead_ads", secrets={"app_secret": "s", "page_token": "t", "verify_token": "v"})
    first = [str(10**16 + n) for n in range(15)]

    for numbers in (first, [*first, str(10**16 + 99)], first):
        entry = [{"changes": [{"field": "leadgen", "value": {"leadgen_id": n}} for n in numbers]}]
        body = json.dumps({"object": "page", "entry": entry}).encode()
        sign = hmac.new(b"s", body, hashlib.sha256).hexdigest()
        assert post(door, body, headers={"X-Hub-Signature-256": f"sha256={sign}"}).status_code == 200

    assert sorted(Inbound.objects.values_list("times", flat=True)) == [1, 2]


def test_notifications_without_ids_are_not_taken_for_one_another():
    door = make.connection("salesforce_outbound", settings={"organization": "00D000000000001"})
    for name in ("Bauer", "Holt"):
        body = (
            "<notifications><OrganizationId>00D000000000001</OrganizationId><Notification><sObject>"
            f"<LastName>{name}</LastName></sObject></Notification></notifications>"
        )
        assert post(door, body, content_type="text/xml").status_code == 200

    assert Inbound.objects.filter(state="kept").count() == 2


def test_a_sender_is_known_by_one_ipv6_address_that_ops_listed():
    door = make.connection("webhook", settings={"only_from": "2001:db8::5, 192.0.2.0/24"})

    inside = post(door, {"name": "Ann"}, REMOTE_ADDR="2001:db8::5")
    outside = post(door, {"name": "Ann"}, REMOTE_ADDR="2001:db8:1::5")

    assert (inside.status_code, outside.status_code) == (200, 403)


@pytest.mark.parametrize("inner", ['{"name": "Ann\\u0000 Bauer", "email": "ann@example.net"}'])
def test_what_unbounce_holds_as_text_is_read_as_strictly_as_the_rest(inner):
    door = make.connection("unbounce")

    assert post(door, {"data.json": inner}).status_code == 200
    handle()

    assert LeadPrivate.objects.get().name == "Ann Bauer"


@pytest.mark.parametrize("inner", ['{"name": NaN}', "[" * 900 + "]" * 900, '{"a":' * 300 + "1" + "}" * 300])
def test_what_cannot_be_read_in_the_text_of_unbounce_is_refused_at_the_door(inner):
    door = make.connection("unbounce")

    assert post(door, {"data.json": inner}).status_code == 400


def test_a_refused_delivery_runs_again_beside_the_same_one_that_came_later():
    door = make.connection("google_ads", secrets={"key": "k"})
    empty = {"google_key": "k", "lead_id": "L1", "user_column_data": []}
    for _n in range(2):  # refused for what it holds, so it may come again
        assert post(door, empty).status_code == 200
        handle()
    assert list(Inbound.objects.values_list("state", flat=True)) == ["refused", "refused"]
    full = empty | {"user_column_data": [{"column_id": "EMAIL", "string_value": "ann@example.net"}]}
    assert post(door, full).status_code == 200

    done = inbound.replay(pks=list(Inbound.objects.values_list("pk", flat=True)), now=timezone.now())

    handle()
    assert done == 1
    assert Lead.objects.count() == 1
    assert sorted(Inbound.objects.values_list("state", flat=True)) == ["handled", "refused", "refused"]


def test_one_whose_like_comes_in_while_it_is_told_to_run_again_stays_refused(monkeypatch):
    door = make.connection("google_ads", secrets={"key": "k"})
    post(door, {"google_key": "k", "lead_id": "L1", "user_column_data": []})
    handle()
    refused = Inbound.objects.get()
    post(door, {"google_key": "k", "lead_id": "L1", "user_column_data": []})
    real, asked = again._superseded, []

    def late(pks):
        asked.append(1)
        return real(pks) if len(asked) > 1 else Q(pk__in=[])  # the first look was before the second came

    monkeypatch.setattr(again, "_superseded", late)

    assert inbound.replay(pks=[refused.pk], now=timezone.now()) == 0
    assert (len(asked), Inbound.objects.get(pk=refused.pk).state) == (2, "refused")


def test_what_is_told_to_run_again_while_it_is_read_runs_again():
    door = make.connection("webhook")
    post(door, {"name": "Ann", "colour": "blue"})
    read_now = Inbound.objects.get()
    Inbound.objects.update(tries=1)
    read_now.tries = 1

    inbound.replay(pks=[read_now.pk], now=timezone.now())
    inbound.handle(inbound=read_now, now=timezone.now())

    assert Inbound.objects.get().state == "kept"
    handle()
    assert Inbound.objects.get().state == "handled"
    assert Lead.objects.count() == 1


def test_two_refused_ones_of_one_id_run_again_as_the_newest():
    door = make.connection("google_ads", secrets={"key": "k"})
    for _n in range(2):
        post(door, {"google_key": "k", "lead_id": "L1", "user_column_data": []})
        handle()
    newest = Inbound.objects.latest("pk")

    done = inbound.replay(pks=list(Inbound.objects.values_list("pk", flat=True)), now=timezone.now())

    assert done == 1
    assert Inbound.objects.get(state="kept") == newest


@pytest.mark.parametrize(
    ("kind", "given", "sent", "told"),
    [
        ("google_ads", {"secrets": {"key": "k"}}, {}, "It came without the key."),
        ("google_ads", {"secrets": {"key": "k"}}, {"google_key": ["k"]}, "It came without the key."),
        ("google_ads", {"secrets": {"key": "k"}}, {"google_key": "x"}, "The key is another one."),
        ("drift", {"secrets": {"verification_token": "t"}}, {"token": "x"}, "The verification token is another one."),
        ("zapier", {"secrets": {"key": "k"}}, {"name": "Ann"}, "It came without the key."),
    ],
)
def test_a_wrong_key_is_called_a_key(kind, given, sent, told):
    answer = post(make.connection(kind, **given), sent)

    assert (answer.status_code, answer.json()["detail"]) == (401, told)


@pytest.mark.parametrize("kind", ["chat", "meta_lead_ads"])
def test_metas_handshake_gives_the_challenge_back_to_who_knows_the_word(kind):
    door = make.connection(kind, secrets={"verify_token": "v", "app_secret": "s", "page_token": "t"})

    right = Client().get(make.address(door), {"hub.verify_token": "v", "hub.challenge": "123"})
    wrong = [
        Client().get(make.address(door), {"hub.challenge": "123", **word}) for word in ({}, {"hub.verify_token": "x"})
    ]

    assert (right.status_code, right.content) == (200, b"123")
    assert [(a.status_code, b"123" in a.content) for a in wrong] == [(403, False)] * 2
