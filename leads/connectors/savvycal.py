"""SavvyCal: meetings that people book with a rep."""

from datetime import datetime
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


class SavvyCal(Source):
    """Takes those who book a meeting; the rep whose meeting it is keeps the lead.

    1. Add the connection and copy its address.
    2. In SavvyCal, *Settings*, *Webhooks*, add the address. Copy the secret it shows into the connection.
    3. Book a meeting with yourself, and look at it under *Last deliveries*.

    Deliveries are signed (HMAC-SHA256 of the raw body). A meeting that is moved or cancelled is noted on the lead,
    and its owner gets word; it makes no second lead. The host is known by mail address; where nobody here has it, the
    rules decide.
    """

    name = "savvycal"
    label = "SavvyCal"
    keeps_rest = True
    settings: ClassVar = (
        Setting("secret", "Secret of the webhook", kind=Kind.SECRET, required=True),
        HOST_KEEPS,
    )
    MAPPING: ClassVar = {
        "name": "attendee.name",
        "email": "attendee.email",
        "phone": "attendee.phone_number",
        "time_zone": "attendee.time_zone",
    }
    examples: ClassVar = (
        Example(
            name="a meeting is booked",
            body='{"type": "event.created", "id": "payload_1", "payload": {"id": "event_9", "status": "confirmed",'
            ' "start_time": "2026-12-01T09:00:00Z", "duration": 30, "attendees": [{"id": "a1", "name": "Lena Ortmann",'
            ' "email": "lena@harbor.example", "is_organizer": true}, {"id": "a2", "name": "Ann Bauer",'
            ' "email": "ann.bauer@example.net", "time_zone": "Europe/Berlin", "is_organizer": false,'
            ' "fields": [{"label": "Team size", "value": "20"}]}]}}',
            secrets={"secret": "made-up"},
            gives={
                "external_id": "event_9",
                "name": "Ann Bauer",
                "email": "ann.bauer@example.net",
                "intent": "demo",
                "channel": "meeting booked",
            },
        ),
    )

    def verify(self, came: Came, configured: Configured) -> None:
        """HMAC-SHA256 of the raw body, in hexadecimal of either case."""
        signing.check_sha256(came.header("x-savvycal-signature"), came.body, configured.secrets.get("secret", ()))

    def delivery_id(self, came: Came, configured: Configured) -> str:
        """SavvyCal's own."""
        return str(came.object.get("id") or "")[:200]

    def read(self, came: Came, configured: Configured, door: Door) -> list[News]:
        """A lead for a meeting booked, a remark for one moved or cancelled."""
        what = str(came.object.get("type") or "")
        event = _event(came)
        number = str(event.get("id") or "")[:150]
        if what == "event.created":
            return [_lead(number, event)]
        if what in {"event.canceled", "event.rescheduled"}:
            guest = _people(event)[1]
            who = Who(email=str(guest.get("email") or ""), lead_id=number)
            return [Noted(f"{what}:{came.object.get('id')}"[:200], who, _words(what, event), tell=True)]
        return [Ignored(f"SavvyCal's news of the kind {what[:60]} bring no lead.")]


def _event(came: Came) -> dict[str, Any]:
    """The meeting, wherever the envelope holds it: SavvyCal's description does not show it."""
    body = came.object
    for name in ("payload", "data", "event"):
        if isinstance(body.get(name), dict):
            return dict(body[name])
    return body


def _people(event: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Host and guest: the guest is the first who does not organise it."""
    listed = event.get("attendees") or []
    if not isinstance(listed, list):
        raise UnreadableError("payload.attendees: this must be a list.")
    attendees = [one for one in listed if isinstance(one, dict)]
    hosts = [one for one in attendees if one.get("is_organizer")]
    guests = [one for one in attendees if not one.get("is_organizer")]
    return (hosts or [{}])[0], (guests or [{}])[0]


def _lead(number: str, event: dict[str, Any]) -> NewLead:
    host, guest = _people(event)
    if not guest:
        raise UnreadableError("payload.attendees: nobody but the host is in it.")
    meeting = {"start": event.get("start_time"), "summary": event.get("summary")}
    facts = {"attendee": guest, "meeting": meeting}
    defaults = {"channel": "meeting booked", "intent": "demo"}
    return NewLead(number, facts, defaults, host=str(host.get("email") or ""))


def _words(what: str, event: dict[str, Any]) -> str:
    at = str(event.get("start_time") or "")
    try:
        at = f"{datetime.fromisoformat(at):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        at = "an unknown time"
    return f"The meeting was cancelled ({at})." if what == "event.canceled" else f"The meeting was moved to {at}."


connector = SavvyCal()
