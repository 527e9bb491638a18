"""What sources bring beside leads: handshakes, contacts made, meetings moved; and what they pass over."""

import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from leads import inbound
from leads.connectors import sources
from leads.models import Delivery, Inbound, Intake, Lead, LeadEventPrivate, LeadPrivate, Touch
from routing import hand, live
from tests import factories as make
from tests.shelves.signers import SIGNERS

pytestmark = [pytest.mark.contract, pytest.mark.django_db]
SECRETS = {
    "phone": {"key": "made-up"},
    "close": {"signature_key": "00ff10aa", "api_key": "made-up"},
    "calendly": {"signing_key": "made-up"},
    "savvycal": {"secret": "made-up"},
    "linkedin": {"client_secret": "made-up", "token": "made-up"},
    "hubspot": {"client_secret": "made-up", "token": "made-up"},
    "meta_lead_ads": {"app_secret": "made-up", "verify_token": "sesame", "page_token": "made-up"},
    "chat": {"app_secret": "made-up", "verify_token": "sesame"},
    "slack": {"signing_secret": "made-up"},
    "google_ads": {"key": "made-up-key"},
}


class Vendor:
    def __init__(self, answers=None):
        self.answers = answers or {}

    def get(self, url, *, headers=None, params=None):
        return next((answer for end, answer in self.answers.items() if url.endswith(end)), None)


@pytest.fixture(autouse=True)
def _public_url(settings):
    settings.PUBLIC_URL = "http://testserver"


@pytest.fixture
def ana():
    rep = make.rep("Ana")
    make.publish(make.rule(make.group("Inbound", [rep])))
    return rep


def door(kind, **fields):
    return make.connection(kind, secrets=SECRETS.get(kind, {}), **fields)


def send(connection, payload, *, form=False, answers=None):
    body = payload.encode() if isinstance(payload, str) else json.dumps(payload).encode()
    path = make.address(connection)
    headers = SIGNERS.get(connection.kind, lambda *_: {})(
        body, SECRETS.get(connection.kind, {}), f"http://testserver{path}"
    )
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    answer = Client().post(path, body, content_type=kind, headers=headers)
    handle(answers)
    return answer


def handle(answers=None, *, seconds=1):
    while inbound.handle_due(now=timezone.now() + timedelta(seconds=seconds), door=Vendor(answers)):
        pass
    live.route_ready(1)


def outcomes():
    return list(Intake.objects.order_by("pk").values_list("outcome", flat=True))


def example(name):
    return json.loads(sources()[name].examples[0].body)


# --- handshakes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["meta_lead_ads", "chat"])
def test_metas_handshake_gives_the_challenge_back_to_who_knows_the_word(kind):
    path = make.address(door(kind))
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}

    right = Client().get(path, {**asked, "hub.verify_token": "sesame"})
    wrong = Client().get(path, {**asked, "hub.verify_token": "open"})

    assert (right.status_code, right.content) == (200, b"1158201444")
    assert wrong.status_code == 403
    assert not Inbound.objects.exists()


def test_linkedins_riddle_is_answered_by_hmac():
    code = "890e4665-4dfe-4ab1-b689-ed553bceeed0"

    answer = Client().get(make.address(door("linkedin")), {"challengeCode": code})

    assert answer.json() == {
        "challengeCode": code,
        "challengeResponse": hmac.new(b"made-up", code.encode(), hashlib.sha256).hexdigest(),
    }


def test_salesforce_gets_its_acknowledgement_and_the_browser_its_way_back():
    soap = sources()["salesforce_outbound"].examples[0]
    connection = make.connection("salesforce_outbound", settings=dict(soap.settings))
    answer = Client().post(make.address(connection), soap.body, content_type="text/xml")
    assert b"<Ack>true</Ack>" in answer.content

    web = make.connection("salesforce_web", settings={"return_hosts": "www.example.net"})
    body = sources()["salesforce_web"].examples[0].body
    form = {"content_type": "application/x-www-form-urlencoded"}
    good = Client().post(make.address(web), body, **form)
    assert (good.status_code, good["Location"]) == (302, "https://www.example.net/thanks")
    for elsewhere in (
        "https://evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "https://www.example.net.evil.example/",
        "https://www.example.net/" + "x" * 20_000,
    ):
        answer = Client().post(make.address(web), f"retURL={elsewhere}&last_name=Bauer", **form)
        assert answer.status_code == 200, elsewhere
        assert b"Thank you" in answer.content


@pytest.mark.parametrize(
    "body",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><notifications>&b;</notifications>',
        '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><notifications>&f;</notifications>',
        "<notifications>",
        "<other/>",
        "",
        "<a>" * 20_000,
    ],
)
def test_xml_that_is_a_bomb_or_broken_is_refused(body):
    connection = make.connection("salesforce_outbound", settings={"organization": "00D000000000001"})

    answer = Client().post(make.address(connection), body, content_type="text/xml")

    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"


def test_slack_tells_the_writer_alone_what_was_understood():
    answer = send(door("slack"), "command=%2Flead&text=Ann+Bauer%2C+ann%40example.net&trigger_id=9", form=True)

    assert answer.json() == {
        "response_type": "ephemeral",
        "text": "Taken: Ann Bauer, ann@example.net. You will see it under Leads.",
    }
    assert "Write who it is" in send(door("slack"), "command=%2Flead&text=&trigger_id=10", form=True).json()["text"]


# --- what makes no lead -----------------------------------------------------------------------------------------------


def test_googles_test_lead_never_reaches_a_rep(ana):
    send(door("google_ads"), {**example("google_ads"), "is_test": True})

    assert not Lead.objects.exists()
    assert outcomes() == ["ignored"]
    assert "FULL_NAME" in Intake.objects.get().error


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("drift", {"type": "new_message", "orgId": 1, "token": "made-up", "data": {}}),
        ("calendly", {"event": "invitee.created.else", "payload": {}}),
        ("savvycal", {"type": "workflow.action", "id": "p1", "payload": {}}),
        ("hubspot", [{"subscriptionType": "contact.propertyChange", "propertyName": "city", "objectId": 3}]),
        ("close", {"event": {"id": "e", "object_type": "task", "action": "created", "data": {}}}),
        ("linkedin", {"type": "OTHER"}),
        ("meta_lead_ads", {"object": "page", "entry": [{"changes": [{"field": "feed", "value": {"x": 1}}]}]}),
        (
            "chat",
            {
                "object": "page",
                "entry": [{"messaging": [{"sender": {"id": "1"}, "message": {"mid": "m", "is_echo": True}}]}],
            },
        ),
        ("chili_piper", {"meetingIdChili": "m", "primaryGuestEmail": "nobody@example.net", "type": "NoShow"}),
        ("phone", {"event": "started", "call_id": "c", "from": "+4930901820", "direction": "inbound"}),
    ],
)
def test_other_news_are_kept_and_passed_over_with_a_reason(kind, payload):
    secrets = {"verification_token": "made-up", "token": "x"} if kind == "drift" else SECRETS.get(kind, {})
    answer = send(make.connection(kind, secrets=secrets), payload)

    assert answer.status_code == 200, answer.content
    assert (Inbound.objects.get().state, outcomes()) == ("handled", ["ignored"])
    assert Intake.objects.get().error
    assert not Lead.objects.exists()


def test_hubspot_takes_a_lifecycle_stage_passes_over_its_own_and_counts_version_1_only_where_it_is_on():
    connection = door("hubspot", settings={"stage": "marketingqualifiedlead", "app_id": "77"})
    change = {
        "eventId": 1, "portalId": 3, "objectId": 512, "occurredAt": 5, "subscriptionType": "contact.propertyChange",
        "propertyName": "lifecyclestage", "propertyValue": "marketingqualifiedlead", "sourceId": "userId:9",
    }  # fmt: skip
    contact = {"/contacts/512": {"properties": {"email": "ann@example.net", "firstname": "Ann"}}}

    send(connection, [{**change, "sourceId": "77", "eventId": 2}], answers=contact)
    assert not Lead.objects.exists()
    send(connection, [change], answers=contact)
    send(connection, [{**change, "attemptNumber": 1}], answers=contact)
    assert Lead.objects.get().external_id == "512"
    assert sorted(Inbound.objects.values_list("times", flat=True)) == [1, 2]

    body = json.dumps([{**change, "eventId": 3}])
    v1 = {
        "X-HubSpot-Signature": hashlib.sha256(b"made-up" + body.encode()).hexdigest(),
        "X-HubSpot-Signature-Version": "v1",
    }
    older = door("hubspot", settings={"v1": True})
    post = {"content_type": "application/json", "headers": v1}
    assert Client().post(make.address(connection), body, **post).status_code == 401
    assert Client().post(make.address(older), body, **post).status_code == 200


def test_a_vendor_that_does_not_answer_is_asked_again_and_nothing_is_lost(ana):
    connection = door("meta_lead_ads")
    send(connection, example("meta_lead_ads"))
    row = Inbound.objects.get()
    assert (row.state, row.tries, row.unanswered) == ("kept", 0, 1)
    assert "Meta" in row.error

    handle({"/444555": {"id": "444555", "field_data": [{"name": "email", "values": ["ann@example.net"]}]}}, seconds=60)

    assert Inbound.objects.get().state == "handled"
    assert Lead.objects.get().owner == ana


# --- meetings ---------------------------------------------------------------------------------------------------------


def test_a_cancelled_meeting_is_noted_and_its_owner_told(ana):
    connection, payload = door("calendly"), example("calendly")
    send(connection, payload)
    assert Lead.objects.get().owner == ana

    cancelled = {"event": "invitee.canceled", "payload": {**payload["payload"], "cancellation": {"reason": "ill"}}}
    send(connection, cancelled)
    send(connection, cancelled)

    assert Lead.objects.count() == 1
    assert outcomes() == ["new", "noted"]
    assert LeadEventPrivate.objects.latest("pk").payload == {"text": "The meeting was cancelled. ill"}
    assert set(Delivery.objects.filter(event="noted").values_list("rep__user__name", flat=True)) == {"Ana"}


def test_a_moved_meeting_makes_no_second_lead(ana):
    connection, payload = door("calendly"), example("calendly")
    send(connection, payload)
    first = payload["payload"]["uri"]
    moved = {**payload["payload"], "uri": f"{first}2", "old_invitee": first, "email": "other@example.net"}

    send(connection, {"event": "invitee.canceled", "payload": {**payload["payload"], "rescheduled": True}})
    send(connection, {"event": "invitee.created", "payload": moved})

    assert outcomes() == ["new", "ignored", "noted"]


def test_answers_deleted_at_linkedin_are_told_to_the_owner(ana):
    connection, payload = door("linkedin"), example("linkedin")
    send(connection, payload, answers=dict(sources()["linkedin"].examples[0].answers))

    send(connection, {**payload, "leadAction": "DELETED"})

    assert outcomes() == ["new", "noted"]
    assert "erase" in LeadEventPrivate.objects.latest("pk").payload["text"]


# --- calls and other contacts -----------------------------------------------------------------------------------------


def call(**fields):
    return {
        "event": "ended",
        "call_id": "c-7",
        "direction": "inbound",
        "from": "+4930901820",
        "to": "+4940123456",
        **fields,
    }


def test_a_call_by_the_owner_is_a_contact_once(ana):
    lead = make.arrive(phone="+4930901820", country="DE")
    live.route_ready(1)
    out = call(direction="outbound", agent=ana.user.email, duration=95, **{"from": "+4940123456", "to": "+4930901820"})

    send(door("phone"), out)
    for row in Inbound.objects.all():
        inbound.replay(pks=[row.pk], now=timezone.now())
    handle()

    touch = Touch.objects.get()
    assert (touch.lead, touch.rep, touch.kind, touch.outcome, touch.duration_seconds) == (
        lead,
        ana,
        "call",
        "connected",
        95,
    )
    lead.refresh_from_db()
    assert lead.responded_at is not None
    assert outcomes() == ["new", "touched", "repeated"]


def test_who_answers_a_stranger_keeps_the_lead_and_has_made_contact(ana):
    kim = make.rep("Kim")

    send(door("phone"), call(agent=kim.user.email, duration=20))
    assert not Touch.objects.exists()
    hand.give_booked(1)
    handle(seconds=5)

    lead = Lead.objects.get()
    assert (lead.owner, lead.channel, lead.responded_at is not None) == (kim, "call", True)
    assert Touch.objects.get().kind == "inbound_call"
    assert Inbound.objects.get().state == "handled"


def test_whose_meeting_was_booked_keeps_the_lead(ana):
    kim, payload = make.rep("Kim"), example("calendly")
    payload["payload"]["scheduled_event"]["event_memberships"] = [{"user_email": kim.user.email.upper()}]

    send(door("calendly"), payload)
    assert Lead.objects.get().state == "ready"
    hand.give_booked(1)

    assert Lead.objects.get().owner == kim


def test_where_the_host_has_left_the_rules_decide(ana):
    kim, payload = make.rep("Kim"), example("calendly")
    payload["payload"]["scheduled_event"]["event_memberships"] = [{"user_email": kim.user.email}]
    send(door("calendly"), payload)
    kim.active = False
    kim.save()

    hand.give_booked(1)
    live.route_ready(1)

    assert Lead.objects.get().owner == ana


def test_a_call_by_somebody_else_stops_no_clock(ana):
    lead = make.arrive(phone="+4930901820", country="DE")
    live.route_ready(1)
    kim = make.rep("Kim")

    send(door("phone"), call(agent=kim.user.email, duration=20))

    lead.refresh_from_db()
    assert not Touch.objects.exists()
    assert lead.responded_at is None
    assert LeadEventPrivate.objects.latest("pk").payload == {"text": "Kim was in touch: an answered call of 20 s."}


def test_a_missed_call_of_somebody_known_is_an_enquiry(ana):
    lead = make.arrive(phone="+4930901820", country="DE")
    live.route_ready(1)

    send(door("phone"), call(event="missed"))

    assert Lead.objects.get() == lead
    assert outcomes() == ["new", "enquiry"]


@pytest.mark.parametrize(
    "payload", ["CallStatus=no-answer&CallSid=CA1&Direction=inbound&From=%2B4930901820&CallDuration=0"]
)
def test_a_telephone_systems_own_names_are_understood(ana, payload):
    send(door("phone"), payload, form=True)

    lead = Lead.objects.get()
    assert (lead.external_id, lead.channel, lead.owner) == ("CA1", "call", ana)
    assert LeadPrivate.objects.get().phone_e164 == "+4930901820"


def activity(**data):
    data = {"id": "acti_1", "user_id": "user_1", "date_created": timezone.now().isoformat(), **data}
    return {
        "event": {"id": "ev_9", "object_type": "activity.call", "action": "created", "lead_id": "lead_1", "data": data}
    }


def test_a_call_in_close_is_the_owners_first_contact(ana):
    connection = door("close")
    send(connection, example("close"))
    answers = {"/user/user_1/": {"id": "user_1", "email": ana.user.email}}

    send(connection, activity(direction="outbound", duration=61, disposition="answered"), answers=answers)

    touch = Touch.objects.get()
    assert (touch.rep, touch.kind, touch.outcome, touch.two_way) == (ana, "call", "connected", True)
    assert Lead.objects.get().reached_at is not None


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("activity.email", {"direction": "incoming", "status": "inbox"}),
        ("activity.email", {"direction": "outgoing", "status": "draft"}),
        ("activity.meeting", {"status": "upcoming"}),
        ("activity.call", {"direction": "inbound", "duration": 0}),
    ],
)
def test_what_is_no_contact_by_one_of_ours_is_passed_over(ana, kind, data):
    connection = door("close")
    send(connection, example("close"))
    payload = activity(**data)
    payload["event"]["object_type"] = kind

    send(connection, payload)

    assert outcomes() == ["new", "ignored"]
    assert not Touch.objects.exists()


def test_a_conversation_is_one_lead_known_again_by_profile_and_handle(ana):
    connection = make.connection("chat")
    first = json.loads(sources()["chat"].examples[0].body)

    send(connection, first)
    send(connection, {**first, "message_id": "li-2", "profile_url": "https://de.linkedin.com/in/Ann-Bauer-9/?x=1"})
    send(connection, {"channel": "Instagram", "handle": "ann_b", "message": "Hello?", "message_id": "ig-1"})
    send(connection, {"channel": "Instagram", "handle": "ANN_B", "message": "Anyone?", "message_id": "ig-2"})

    assert outcomes() == ["new", "enquiry", "new", "enquiry"]
    assert Lead.objects.count() == 2
