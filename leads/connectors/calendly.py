"""Calendly: meetings that people book, and its routing forms, also where no meeting followed."""

from datetime import timedelta
from typing import Any, ClassVar

from config.lib import signing
from leads.connector import (
    HOST_KEEPS,
    Came,
    Configured,
    Door,
    Example,
    Ignored,
    Kind,
    NewLead,
    News,
    Noted,
    Setting,
    Source,
    UnreadableError,
    Who,
)

# Calendly's own advice for the age of a signed request.
_WINDOW = timedelta(minutes=3)


class Calendly(Source):
    """Takes those who book a meeting, and those who fill in a routing form and book none: often the hottest of all.

    1. Add the connection and copy its address.
    2. Make a web hook subscription by Calendly's API: `POST /webhook_subscriptions` with the address as `url`, the
       events `invitee.created`, `invitee.canceled`, `routing_form_submission.created`, your organisation, the scope
       `organization` and a `signing_key` of your own: any long word. Put the same key into the connection.
    3. Book a meeting with yourself, and look at it under *Last deliveries*.

    The rep whose meeting it is keeps the lead, if they are here under the same mail address; else the rules decide.
    Who fills in a routing form and then books is one lead, with the booking as an enquiry on it. A meeting moved or
    cancelled is noted on the lead, and its owner gets word. Requests older than three minutes are refused.
    """

    name = "calendly"
    label = "Calendly"
    keeps_rest = True
    settings: ClassVar = (
        Setting("signing_key", "Signing key", kind=Kind.SECRET, required=True),
        HOST_KEEPS,
    )
    MAPPING: ClassVar = {
        "name": ["name", "answers[Name]", "answers[Full name]"],
        "first_name": ["first_name", "answers[First name]"],
        "last_name": ["last_name", "answers[Last name]"],
        "email": ["email", "answers[Email]", "answers[Work email]"],
        "phone": ["text_reminder_number", "answers[Phone number]", "answers[Phone]"],
        "company": ["answers[Company]", "answers[Company name]"],
        "time_zone": "timezone",
    }
    examples: ClassVar = (
        Example(
            name="a meeting is booked",
            body='{"event": "invitee.created", "created_at": "2026-11-02T10:00:00.000000Z", "payload": {"uri":'
            ' "https://api.calendly.com/scheduled_events/E1/invitees/I1", "name": "Ann Bauer", "email":'
            ' "ann.bauer@example.net", "timezone": "Europe/Berlin", "questions_and_answers": [{"question": "Company",'
            ' "answer": "Bauer Marine", "position": 0}, {"question": "Team size", "answer": "20", "position": 1}],'
            ' "tracking": {"utm_source": "newsletter", "utm_campaign": null}, "scheduled_event": {"start_time":'
            ' "2026-12-01T09:00:00Z", "event_memberships": [{"user_email": "lena@harbor.example"}]}}}',
            secrets={"signing_key": "made-up"},
            gives={
                "external_id": "https://api.calendly.com/scheduled_events/E1/invitees/I1",
                "name": "Ann Bauer",
                "email": "ann.bauer@example.net",
                "company": "Bauer Marine",
                "time_zone": "Europe/Berlin",
                "intent": "demo",
                "channel": "meeting booked",
                "answers": {"Team size": "20", "meeting": "2026-12-01T09:00:00Z"},
                "tracking": {"utm_source": "newsletter"},
            },
        ),
        Example(
            name="a routing form is filled in",
            body='{"event": "routing_form_submission.created", "payload": {"uri":'
            ' "https://api.calendly.com/routing_form_submissions/R1", "questions_and_answers": [{"question_uuid": "q1",'
            ' "question": "Work email", "answer": "ben@example.net"}, {"question": "Name", "answer": "Ben Holt"}],'
            ' "tracking": {}}}',
            secrets={"signing_key": "made-up"},
            gives={"name": "Ben Holt", "email": "ben@example.net", "intent": "demo", "channel": "form"},
        ),
    )

    def verify(self, came: Came, configured: Configured) -> None:
        """`t=..,v1=..`: HMAC-SHA256 of the instant, a dot and the raw body."""
        parts = dict(part.partition("=")[::2] for part in came.header("calendly-webhook-signature").split(","))
        signing.check_fresh(parts.get("t", ""), now=came.at, window=_WINDOW)
        message = parts["t"].encode() + b"." + came.body
        keys = configured.secrets.get("signing_key", ())
        signing.check(parts.get("v1", ""), [signing.hex_of(key.encode(), message) for key in keys])

    def delivery_id(self, came: Came, configured: Configured) -> str:
        """What happened, and to which invitee."""
        return f"{came.object.get('event')}:{_payload(came).get('uri')}"[:200]

    def read(self, came: Came, configured: Configured, door: Door) -> list[News]:
        """A lead for a booking or a form, a remark for a meeting moved or cancelled."""
        what, payload = str(came.object.get("event") or ""), _payload(came)
        number = str(payload.get("uri") or "")[:200]
        who = Who(email=str(payload.get("email") or ""), lead_id=str(payload.get("old_invitee") or number))
        if what == "invitee.canceled":
            if payload.get("rescheduled"):
                return [Ignored("The meeting was moved: the new booking tells of it.")]
            why = payload.get("cancellation") if isinstance(payload.get("cancellation"), dict) else {}
            said = f"The meeting was cancelled. {str((why or {}).get('reason') or '')[:500]}".strip()
            return [Noted(f"canceled:{number}"[:200], who, said, tell=True)]
        if what == "invitee.created" and payload.get("old_invitee"):
            return [Noted(f"moved:{number}"[:200], who, f"The meeting was moved to {_start(payload)}.", tell=True)]
        if what == "invitee.created":
            return [_lead(number, payload, {"channel": "meeting booked", "intent": "demo"})]
        if what == "routing_form_submission.created":
            return [_lead(number, payload, {"channel": "form", "intent": "demo"})]
        return [Ignored(f"Calendly's news of the kind {what[:60]} bring no lead.")]


def _payload(came: Came) -> dict[str, Any]:
    found = came.object.get("payload")
    if not isinstance(found, dict):
        raise UnreadableError("payload: this must be an object.")
    return found


def _start(payload: dict[str, Any]) -> str:
    event = payload.get("scheduled_event")
    return str(event.get("start_time") or "") if isinstance(event, dict) else ""


def _lead(number: str, payload: dict[str, Any], defaults: dict[str, str]) -> NewLead:
    asked_of = payload.get("questions_and_answers") or []
    if not isinstance(asked_of, list):
        raise UnreadableError("payload.questions_and_answers: this must be a list.")
    answers = [one for one in asked_of if isinstance(one, dict)]
    told = {str(one.get("question"))[:150]: one.get("answer") for one in answers if one.get("question")}
    names = ("name", "first_name", "last_name", "email", "timezone", "text_reminder_number", "tracking")
    facts = {name: payload.get(name) for name in names}
    asked = [{"name": name, "value": value} for name, value in told.items()]
    event = payload.get("scheduled_event")
    members = event.get("event_memberships") if isinstance(event, dict) else None
    host = (
        members[0].get("user_email") if isinstance(members, list) and members and isinstance(members[0], dict) else ""
    )
    return NewLead(number, {**facts, "answers": asked, "meeting": _start(payload)}, defaults, host=str(host or ""))


connector = Calendly()
