"""Close: companies made there as leads, and calls, mails and meetings as proof of the first contact."""

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import quote

from config.lib import signing
from leads.connector import (
    Came,
    Configured,
    Contacted,
    Door,
    Example,
    Ignored,
    Kind,
    NewLead,
    News,
    Setting,
    Source,
    UnansweredError,
    UnreadableError,
    Who,
)

_API = "https://api.close.com/api/v1"
_TOUCHES = {
    "activity.call": "call",
    "activity.email": "email",
    "activity.meeting": "meeting",
    "activity.sms": "message",
}
_OUTCOMES = {"answered": "connected", "vm-left": "voicemail", "vm-answer": "voicemail", "busy": "busy"}


class Close(Source):
    """Takes companies that are made in Close as leads, and what reps do there as contacts with them.

    1. In Close make an API key, and put it into the connection.
    2. Copy the address and make the web hook: `POST /api/v1/webhook/` with the address as `url` and the events
       `lead` / `created`, and `activity.call`, `activity.email`, `activity.meeting` / `created` and `completed`. The
       answer has a `signature_key`, shown once: put it into the connection.
    3. Make a lead in Close, and look at it under *Last deliveries*.

    A lead in Close is a company; its first contact becomes the person, further ones are kept in the raw delivery. A
    rep is known by mail address, asked of Close by the id of the user. A call, mail or meeting by the lead's owner
    stops the response clock; by somebody else it is noted. Both the signature and its time are checked (five
    minutes).
    """

    name = "close"
    label = "Close"
    settings: ClassVar = (
        Setting("signature_key", "Signature key", "The hexadecimal key of the web hook.", Kind.SECRET, required=True),
        Setting("api_key", "API key", kind=Kind.SECRET, required=True),
    )
    MAPPING: ClassVar = {
        "company": "name",
        "website": "url",
        "message": "description",
        "name": "contact.name",
        "job_title": "contact.title",
        "email": "contact.email",
        "phone": "contact.phone",
        "city": "address.city",
        "region": "address.state",
        "postal_code": "address.zipcode",
        "country": "address.country",
    }
    examples: ClassVar = (
        Example(
            name="a company is made",
            body='{"subscription_id": "whsub_1", "event": {"id": "ev_1", "object_type": "lead", "action": "created",'
            ' "date_created": "2026-11-02T10:00:00.000000", "organization_id": "orga_1", "lead_id": "lead_1",'
            ' "changed_fields": [], "data": {"id": "lead_1", "name": "Bauer Marine", "url": "https://bauer.example",'
            ' "contacts": [{"name": "Ann Bauer", "title": "CEO", "emails": [{"type": "office", "email":'
            ' "ann.bauer@example.net"}], "phones": [{"type": "office", "phone": "+4930901820"}]}],'
            ' "addresses": [{"city": "Berlin", "country": "DE"}]}}}',
            secrets={"signature_key": "00ff10aa", "api_key": "made-up"},
            gives={
                "external_id": "lead_1",
                "name": "Ann Bauer",
                "company": "Bauer Marine",
                "email": "ann.bauer@example.net",
                "phone_e164": "+4930901820",
                "country": "DE",
                "channel": "CRM",
            },
        ),
    )

    def verify(self, came: Came, configured: Configured) -> None:
        """HMAC-SHA256 of the timestamp and the raw body by the key, which is written in hexadecimal."""
        stamp = came.header("close-sig-timestamp")
        signing.check_fresh(stamp, now=came.at)
        keys = configured.secrets.get("signature_key", ())
        expected = [signing.hex_of(signing.unhex(key), stamp.encode() + came.body) for key in keys]
        signing.check(came.header("close-sig-hash"), expected)

    def delivery_id(self, came: Came, configured: Configured) -> str:
        """The event's."""
        return str(_event(came).get("id") or "")[:200]

    def read(self, came: Came, configured: Configured, door: Door) -> list[News]:
        """A lead, or a contact made."""
        event = _event(came)
        what, done = str(event.get("object_type") or ""), str(event.get("action") or "")
        data = event.get("data")
        if not isinstance(data, dict):
            raise UnreadableError("event.data: this must be an object.")
        if (what, done) == ("lead", "created"):
            return [_lead(event, data)]
        if what in _TOUCHES:
            return [_contact(event, data, _TOUCHES[what], configured, door)]
        return [Ignored(f"Close's news of the kind {what[:40]}.{done[:40]} bring no lead.")]


def _event(came: Came) -> dict[str, Any]:
    found = came.object.get("event")
    if not isinstance(found, dict):
        raise UnreadableError("event: this must be an object.")
    return found


def _first(value: object) -> dict[str, Any]:
    return value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else {}


def _lead(event: dict[str, Any], data: dict[str, Any]) -> NewLead:
    person = _first(data.get("contacts"))
    contact = {
        "name": person.get("name"),
        "title": person.get("title"),
        "email": _first(person.get("emails")).get("email"),
        "phone": _first(person.get("phones")).get("phone"),
    }
    facts = {
        **{name: data.get(name) for name in ("name", "url", "description")},
        "contact": contact,
        "address": _first(data.get("addresses")),
    }
    return NewLead(str(event.get("lead_id") or data.get("id") or "")[:200], facts, {"channel": "CRM"})


def _contact(event: dict[str, Any], data: dict[str, Any], kind: str, configured: Configured, door: Door) -> News:
    """A contact by one of ours; what came in by mail, is a draft, or is planned only, is none."""
    inbound = str(data.get("direction") or "").startswith("in")
    status = str(data.get("status") or "")
    if kind == "call" and inbound:
        kind = "inbound_call"
        if not data.get("duration"):
            return Ignored("Nobody took the call.")
    elif kind == "email" and (inbound or status not in {"sent", "outbox"}):
        return Ignored("The mail was not sent by one of ours.")
    elif kind == "message" and inbound:
        return Ignored("The message was not sent by one of ours.")
    elif kind == "meeting" and status != "completed":
        return Ignored("The meeting has not been held.")
    outcome = ""
    if kind == "call":
        answered = "connected" if data.get("duration") else "no_answer"
        outcome = _OUTCOMES.get(str(data.get("disposition") or ""), answered)
    seconds = data.get("duration")
    return Contacted(
        id=f"{event.get('object_type')}:{data.get('id') or event.get('id')}"[:200],
        who=Who(lead_id=str(event.get("lead_id") or ""), phone=str(data.get("phone") or "")),
        by=Who(email=_mail_of(data.get("user_id"), configured, door)),
        kind=kind,
        at=_instant(data.get("date_created") or event.get("date_created")),
        outcome=outcome,
        seconds=seconds if isinstance(seconds, int) and 0 < seconds < 86_400 else None,
    )


def _mail_of(user: object, configured: Configured, door: Door) -> str:
    """Whose it was: Close names users by id."""
    if not isinstance(user, str) or not user:
        return ""
    token = b64encode(f"{configured.secret('api_key')}:".encode()).decode()
    found = door.get(f"{_API}/user/{quote(user, safe='')}/", headers={"Authorization": f"Basic {token}"})
    if found is not None and not isinstance(found, dict):
        raise UnansweredError("Close does not say who the user is.")
    return str((found or {}).get("email") or "")


def _instant(value: object) -> datetime:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise UnreadableError("event.date_created: this is no instant.") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


connector = Close()
