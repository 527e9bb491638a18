"""Calls: events of a telephone system, as leads and as contacts made."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from leads.connector import (
    HOST_KEEPS,
    Came,
    Configured,
    Contacted,
    Door,
    Example,
    Ignored,
    NewLead,
    News,
    Posted,
    UnreadableError,
    Who,
)
from leads.mapping import flatten, word_of

# What telephone systems call the same thing, as words without separators.
_WORDS: Mapping[str, tuple[str, ...]] = {
    "event": ("event", "type", "status", "state", "callstatus"),
    "id": ("callid", "callsid", "id", "uuid"),
    "direction": ("direction", "calldirection"),
    "from": ("from", "caller", "fromnumber", "callernumber", "ani"),
    "to": ("to", "callee", "tonumber", "callednumber", "dnis"),
    "agent": ("agent", "agentemail", "useremail", "answeredby"),
    "seconds": ("duration", "seconds", "durationseconds", "talktime", "callduration"),
    "answered": ("answered", "connected"),
    "outcome": ("outcome", "disposition", "hangupcause"),
    "at": ("at", "timestamp", "time", "startedat", "starttime"),
    "name": ("name", "callername", "contactname"),
}
_OVER = frozenset({"ended", "completed", "hangup", "missed", "finished", "noanswer", "busy", "failed", "voicemail"})
_GOING_ON = frozenset({"started", "ringing", "initiated", "answered", "inprogress", "connected"})
_OUTCOMES = {
    "busy": "busy",
    "voicemail": "voicemail",
    "machine": "voicemail",
    "wrongnumber": "wrong_number",
}


class Phone(Posted):
    """Takes the call events of a telephone system: unknown callers become leads, all other calls are logged.

    1. Add the connection, set a key, and copy the address.
    2. Have your telephone system POST an event when a call has ended (when it starts and is answered it may, too), as
       JSON or a form, with: `event` (*started*, *answered*, *ended*, *missed*), `call_id`, `direction` (*inbound* or
       *outbound*), `from`, `to` (numbers with +), `agent` (the mail address of the rep), `duration` (seconds of talk)
       and `at` (an instant). Other common names for these are understood, such as `CallSid` or `CallDuration`.
    3. Call in from a number nobody knows, and look at it under *Last deliveries*.

    What comes of a call that has ended:

    - **inbound, from a stranger**: a lead with channel *call*. The rep who answered keeps it, and the call counts as
      their first contact; a missed call goes by the rules.
    - **inbound, from somebody known**: answered by the owner of their lead it is a contact; missed, it is an enquiry,
      and the owner gets word.
    - **outbound**: a contact by the owner of the lead, connected or not. Calls by others are noted and stop no clock.

    A call is logged once, by its `call_id`.
    """

    name = "phone"
    label = "Telephone"
    channel = "call"
    settings: ClassVar = (
        *Posted.settings,
        HOST_KEEPS,
    )
    keeps_rest = False
    MAPPING: ClassVar = {"phone": "phone", "name": "name", "message": "message"}
    examples: ClassVar = (
        Example(
            name="a missed call of a stranger",
            body='{"event": "missed", "call_id": "c-1", "direction": "inbound", "from": "+4930901820",'
            ' "to": "+4940123456", "duration": 0, "at": "2026-11-02T10:00:00Z"}',
            secrets={"key": "made-up"},
            gives={"external_id": "c-1", "phone_e164": "+4930901820", "channel": "call", "message": "Missed call"},
        ),
    )

    def delivery_id(self, came: Came, configured: Configured) -> str:
        """The call and what happened to it."""
        call = _call(self.payload(came))
        return f"{call['id']}:{_plain(call.get('event'))}"[:200] if call.get("id") else ""

    def read(self, came: Came, configured: Configured, door: Door) -> list[News]:
        """A lead, a contact, or nothing yet while the call goes on."""
        call = _call(self.payload(came))
        event, number = _plain(call.get("event")), str(call.get("id") or "")[:150]
        if event in _GOING_ON:
            return [Ignored("The call is still going on.")]
        if event not in _OVER:
            raise UnreadableError(f"event: “{event[:40]}” is neither started, answered, ended nor missed.")
        if not number:
            raise UnreadableError("call_id is missing.")
        at, seconds = _instant(call.get("at"), came.at), _seconds(call.get("seconds"))
        answered = _answered(call, event, seconds)
        agent = Who(email=str(call.get("agent") or ""))
        if _plain(call.get("direction")).startswith("out"):
            outcome = "connected" if answered else _OUTCOMES.get(_plain(call.get("outcome")) or event, "no_answer")
            who = Who(phone=str(call.get("to") or ""))
            return [Contacted(f"call:{number}", who, agent, "call", at, outcome=outcome, seconds=seconds)]
        if not answered:
            return [_lead(call, "Missed call", at=at)]
        stranger = _lead(call, "Called in", at=at, host=agent.email)
        who = Who(phone=str(call.get("from") or ""), lead_id=number)
        return [Contacted(f"call:{number}", who, agent, "inbound_call", at, seconds=seconds, stranger=stranger)]


def _lead(call: Mapping[str, Any], said: str, *, at: datetime, host: str = "") -> NewLead:
    facts = {"phone": str(call.get("from") or ""), "name": call.get("name"), "message": said}
    return NewLead(str(call.get("id"))[:150], facts, {"channel": "call"}, at=at, host=host)


def _call(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The event in our words, wherever in the payload it stands."""
    facts = flatten(payload)
    found: dict[str, Any] = {}
    for place in sorted(facts, key=lambda p: (p.count("."), len(p))):
        for name, words in _WORDS.items():
            if name not in found and word_of(place) in words:
                found[name] = facts[place]
    return found


def _plain(value: object) -> str:
    """`no-answer`, `No Answer` and `call.no_answer` are one word."""
    return "".join(c for c in str(value or "").rpartition(".")[2].casefold() if c.isalnum())


def _answered(call: Mapping[str, Any], event: str, seconds: int | None) -> bool:
    said = call.get("answered")
    if isinstance(said, bool | str) and str(said) != "":
        return str(said).casefold() in {"true", "1", "yes"}
    return event not in {"missed", "noanswer", "busy", "failed", "voicemail"} and bool(seconds)


def _seconds(value: object) -> int | None:
    try:
        seconds = int(float(str(value)))
    except (ValueError, OverflowError):
        return None
    return seconds if 0 <= seconds <= 86_400 else None


def _instant(value: object, now: datetime) -> datetime:
    """As ISO 8601 or Unix seconds; else when it came."""
    try:
        at = (
            datetime.fromtimestamp(float(str(value)), tz=UTC)
            if _is_number(value)
            else datetime.fromisoformat(str(value))
        )
    except (ValueError, OverflowError, OSError):
        return now
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(at, now) if at.year > 2000 else now


def _is_number(value: object) -> bool:
    return str(value).replace(".", "", 1).isdigit()


connector = Phone()
