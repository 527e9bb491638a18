"""The events hooks hear of, and which line of a lead's timeline tells them; pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from leads.life import EventKind


class HookEvent(StrEnum):
    """What others may subscribe to; the names are a promise."""

    CREATED = "lead.created"
    QUALIFIED = "lead.qualified"
    ASSIGNED = "lead.assigned"
    REASSIGNED = "lead.reassigned"
    OFFERED = "lead.offered"
    ACCEPTED = "lead.accepted"
    DECLINED = "lead.declined"
    CLAIMED = "lead.claimed"
    SLA_WARNING = "lead.sla_warning"
    SLA_BREACHED = "lead.sla_breached"
    UNASSIGNED = "lead.unassigned"
    FIRST_RESPONSE = "lead.first_response"
    STAGE_CHANGED = "lead.stage_changed"
    WON = "lead.won"
    LOST = "lead.lost"
    RETURNED = "lead.returned"
    ERASED = "lead.erased"


# Somebody has the lead from now on, however they came by it.
GIVEN = frozenset(
    {EventKind.ASSIGNED, EventKind.CLAIMED, EventKind.ACCEPTED, EventKind.HANDED_OVER, EventKind.HANDED_OFF}
)
# Nobody has it any more; the last ones only where the line names who had it.
_TAKEN = frozenset({EventKind.RELEASED, EventKind.TIMED_OUT, EventKind.GONE_QUIET, EventKind.RETURNED})
_TAKEN_FROM = frozenset({EventKind.DESK, EventKind.SET_ASIDE})
_ALONE: dict[EventKind, HookEvent] = {
    EventKind.RECEIVED: HookEvent.CREATED,
    EventKind.OFFERED: HookEvent.OFFERED,
    EventKind.ACCEPTED: HookEvent.ACCEPTED,
    EventKind.DECLINED: HookEvent.DECLINED,
    EventKind.CLAIMED: HookEvent.CLAIMED,
    EventKind.SLA_WARNING: HookEvent.SLA_WARNING,
    EventKind.SLA_BREACHED: HookEvent.SLA_BREACHED,
    EventKind.STAGE_CHANGED: HookEvent.STAGE_CHANGED,
    EventKind.CLOSED: HookEvent.STAGE_CHANGED,
    EventKind.RETURNED: HookEvent.RETURNED,
    EventKind.ERASED: HookEvent.ERASED,
}
_CLOSED = {"won": HookEvent.WON, "lost": HookEvent.LOST, "unqualified": HookEvent.LOST}


def told_by(kind: EventKind, *, hop: int, rep: int | None, payload: Mapping[str, Any]) -> tuple[HookEvent, ...]:
    """What a line of the timeline tells hooks: nothing, one event, or two (claimed, and so assigned)."""
    found = [_ALONE[kind]] if kind in _ALONE else []
    if kind in GIVEN:
        found.append(HookEvent.ASSIGNED if hop <= 1 else HookEvent.REASSIGNED)
    elif kind in _TAKEN or (kind in _TAKEN_FROM and rep is not None):
        found.append(HookEvent.UNASSIGNED)
    elif kind is EventKind.QUALIFIED and payload.get("verdict") == "qualified":
        found.append(HookEvent.QUALIFIED)
    elif kind is EventKind.TOUCHED and payload.get("first"):
        found.append(HookEvent.FIRST_RESPONSE)
    elif kind is EventKind.CLOSED and (ended := _CLOSED.get(str(payload.get("metric", "")))):
        found.append(ended)
    return tuple(found)


# The lines by which an event may be told: where to look for the newest of it.
LINES: dict[HookEvent, frozenset[EventKind]] = {
    HookEvent.ASSIGNED: GIVEN,
    HookEvent.REASSIGNED: GIVEN,
    HookEvent.UNASSIGNED: _TAKEN | _TAKEN_FROM,
    HookEvent.QUALIFIED: frozenset({EventKind.QUALIFIED}),
    HookEvent.FIRST_RESPONSE: frozenset({EventKind.TOUCHED}),
    HookEvent.STAGE_CHANGED: frozenset({EventKind.STAGE_CHANGED, EventKind.CLOSED}),
    HookEvent.WON: frozenset({EventKind.CLOSED}),
    HookEvent.LOST: frozenset({EventKind.CLOSED}),
    **{event: frozenset({kind}) for kind, event in _ALONE.items() if event is not HookEvent.STAGE_CHANGED},
}
