"""What people read in place of our own words for states, stages and events."""

from django.utils.translation import gettext_lazy as _

from leads.life import CallOutcome, EventKind, State, TouchKind

# Stable words of the API; pages use STATES.
STATUS = {
    State.NEW: "received",
    State.READY: "received",
    State.ASSIGNED: "assigned",
    State.OFFERED: "offered",
    State.POOLED: "in_pool",
    State.HELD: "waiting",
    State.DESK: "to_assign",
    State.REJECTED: "rejected",
    State.SET_ASIDE: "needs_attention",
    State.CLOSED: "closed",
    State.ERASED: "erased",
}
STATES = {
    State.NEW: _("Received"),
    State.READY: _("Being assigned"),
    State.ASSIGNED: _("Assigned"),
    State.OFFERED: _("Offered"),
    State.POOLED: _("In the pool"),
    State.HELD: _("Waiting"),
    State.DESK: _("To assign"),
    State.REJECTED: _("Rejected"),
    State.SET_ASIDE: _("Needs attention"),
    State.CLOSED: _("Closed"),
    State.ERASED: _("Erased"),
}
EVENTS = {
    EventKind.RECEIVED: _("Arrived"),
    EventKind.ENQUIRY: _("Wrote again"),
    EventKind.QUALIFIED: _("Qualified"),
    EventKind.ASSIGNED: _("Assigned"),
    EventKind.OFFERED: _("Offered"),
    EventKind.POOLED: _("Put into the pool"),
    EventKind.HELD: _("Waiting until somebody is on duty"),
    EventKind.DESK: _("To assign"),
    EventKind.REJECTED: _("Rejected"),
    EventKind.SET_ASIDE: _("Needs attention"),
    EventKind.CLAIMED: _("Pulled from the pool"),
    EventKind.RELEASED: _("Put back"),
    EventKind.RETURNED: _("Returned"),
    EventKind.HANDED_OVER: _("Reassigned"),
    EventKind.OPENED: _("Opened"),
    EventKind.TOUCHED: _("Contacted"),
    EventKind.NOTED: _("Note"),
    EventKind.STAGE_CHANGED: _("Moved to another stage"),
    EventKind.CLOSED: _("Closed"),
    EventKind.TOLD: _("Told"),
}
TOUCHES = {
    TouchKind.CALL: _("Call"),
    TouchKind.INBOUND_CALL: _("Answered their call"),
    TouchKind.EMAIL: _("E-mail"),
    TouchKind.MESSAGE: _("Message"),
    TouchKind.MEETING: _("Meeting"),
}
OUTCOMES = {
    CallOutcome.CONNECTED: _("Reached"),
    CallOutcome.VOICEMAIL: _("Left a message"),
    CallOutcome.NO_ANSWER: _("No answer"),
    CallOutcome.BUSY: _("Busy"),
    CallOutcome.WRONG_NUMBER: _("Wrong number"),
}
