"""The life of a lead: its states, the moves allowed between them, and the kinds of event; pure."""

from enum import StrEnum


class State(StrEnum):
    """Where a lead stands on its way to a rep. The stage of the pipeline is separate."""

    NEW = "new"
    READY = "ready"
    ASSIGNED = "assigned"
    OFFERED = "offered"
    POOLED = "pooled"
    HELD = "held"
    DESK = "desk"
    REJECTED = "rejected"
    SET_ASIDE = "set_aside"
    CLOSED = "closed"
    ERASED = "erased"


class Kind(StrEnum):
    """What a lead is: one to route, one from the past, or a test that stays out of reports."""

    NEW = "new"
    HISTORY = "history"
    TEST = "test"


OPEN = frozenset(
    {State.NEW, State.READY, State.ASSIGNED, State.OFFERED, State.POOLED, State.HELD, State.DESK, State.SET_ASIDE}
)
WAITING = frozenset({State.NEW, State.READY})
DECIDED = frozenset({State.ASSIGNED, State.OFFERED, State.POOLED, State.HELD, State.DESK, State.REJECTED})

# What a person gave or turned away by mistake waits again where it waited, set aside or not.
# An open lead, or one that was turned away, is closed when people merge it into another of its person; and comes back
# to where it stood.
MOVES: dict[State, frozenset[State]] = {
    State.NEW: frozenset({State.READY, State.REJECTED, State.SET_ASIDE, State.CLOSED, State.ERASED}),
    State.READY: DECIDED | {State.SET_ASIDE, State.CLOSED, State.ERASED},
    State.ASSIGNED: frozenset(
        {State.READY, State.DESK, State.SET_ASIDE, State.POOLED, State.ASSIGNED, State.CLOSED, State.ERASED}
    ),
    State.OFFERED: frozenset({State.ASSIGNED, State.READY, State.DESK, State.CLOSED, State.ERASED}),
    State.POOLED: frozenset({State.ASSIGNED, State.READY, State.DESK, State.CLOSED, State.ERASED}),
    State.HELD: frozenset({State.READY, State.ASSIGNED, State.DESK, State.CLOSED, State.ERASED}),
    State.DESK: frozenset({State.ASSIGNED, State.READY, State.POOLED, State.REJECTED, State.CLOSED, State.ERASED}),
    State.REJECTED: frozenset({State.READY, State.DESK, State.SET_ASIDE, State.CLOSED, State.ERASED}),
    State.SET_ASIDE: frozenset({State.READY, State.DESK, State.ASSIGNED, State.REJECTED, State.CLOSED, State.ERASED}),
    State.CLOSED: frozenset({State.ASSIGNED, State.READY, State.POOLED, State.DESK, State.REJECTED, State.ERASED}),
    State.ERASED: frozenset(),
}


def may_move(before: State, after: State) -> bool:
    """Whether the move is one of MOVES."""
    return after in MOVES[before]


class EventKind(StrEnum):
    """One line of a timeline; `leads.timeline` is its only writer."""

    RECEIVED = "received"
    ENQUIRY = "enquiry"
    QUALIFIED = "qualified"
    ASSIGNED = "assigned"
    OFFERED = "offered"
    POOLED = "pooled"
    HELD = "held"
    DESK = "desk"
    REJECTED = "rejected"
    SET_ASIDE = "set_aside"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    RELEASED = "released"
    TIMED_OUT = "timed_out"
    REMINDED = "reminded"
    HANDED_OFF = "handed_off"
    RETURNED = "returned"
    HANDED_OVER = "handed_over"
    OPENED = "opened"
    TOUCHED = "touched"
    NOTED = "noted"
    STAGE_CHANGED = "stage_changed"
    CLOSED = "closed"
    MERGED = "merged"
    UNMERGED = "unmerged"
    TOLD = "told"
    STEP_SET = "step_set"
    STEP_DONE = "step_done"
    STEPS_STOPPED = "steps_stopped"
    UNDONE = "undone"
    GONE_QUIET = "gone_quiet"
    RULED = "ruled"
    FIRST_REPLY = "first_reply"
    PRIORITY = "priority"
    SLA_WARNING = "sla_warning"
    SLA_BREACHED = "sla_breached"
    ERASED = "erased"


class TouchKind(StrEnum):
    """An act by the rep towards the lead; nothing else counts as a response."""

    CALL = "call"
    INBOUND_CALL = "inbound_call"
    EMAIL = "email"
    MESSAGE = "message"
    MEETING = "meeting"


class CallOutcome(StrEnum):
    """How a call attempt went."""

    CONNECTED = "connected"
    VOICEMAIL = "voicemail"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    WRONG_NUMBER = "wrong_number"


def is_two_way(kind: TouchKind, outcome: CallOutcome | None) -> bool:
    """Whether the touch was a conversation, so that the lead counts as reached."""
    if kind is TouchKind.CALL:
        return outcome is CallOutcome.CONNECTED
    return kind in {TouchKind.INBOUND_CALL, TouchKind.MEETING}
