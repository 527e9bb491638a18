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
    EventKind.ACCEPTED: _("Offer accepted"),
    EventKind.DECLINED: _("Offer declined"),
    EventKind.LAPSED: _("Offer ran out"),
    EventKind.RELEASED: _("Put back"),
    EventKind.TIMED_OUT: _("Taken back: no first contact in time"),
    EventKind.REMINDED: _("Reminded"),
    EventKind.HANDED_OFF: _("Handed on"),
    EventKind.RETURNED: _("Returned"),
    EventKind.HANDED_OVER: _("Reassigned"),
    EventKind.OPENED: _("Opened"),
    EventKind.TOUCHED: _("Contacted"),
    EventKind.NOTED: _("Note"),
    EventKind.STAGE_CHANGED: _("Moved to another stage"),
    EventKind.CLOSED: _("Closed"),
    EventKind.MERGED: _("Merged"),
    EventKind.UNMERGED: _("Taken apart again"),
    EventKind.TOLD: _("Told"),
    EventKind.STEP_SET: _("Next step set"),
    EventKind.STEP_DONE: _("Step done"),
    EventKind.STEPS_STOPPED: _("Steps stopped"),
    EventKind.UNDONE: _("Taken back"),
    EventKind.GONE_QUIET: _("Taken back: nothing was done for too many days"),
}
# What a mail was about, where it did not bring the lead.
TOLD_OF = {
    "enquiry": _("that they wrote again"),
    "reminder": _("that the first contact is due"),
    "due_soon": _("that the first contact is due"),
    "late": _("that the first contact is late"),
    "taken_back": _("that it went on"),
    "quiet_soon": _("that nothing was done on it"),
    "switched_off": _("that they are switched off"),
    "offered": _("of the offer"),
    "broadcast": _("that it waits in the pool"),
    "waiting": _("that it waits"),
    "handed_over": _("who has it now"),
    "merged": _("that it goes on as another lead"),
    "handoff": _("who takes it from here"),
}
# In the app, where a list or a menu says it once for all: one, several.
NEWS = {
    "assigned": (_("A new lead is yours"), _("%(n)d new leads are yours")),
    "enquiry": (_("A lead of yours wrote again"), _("%(n)d leads of yours wrote again")),
    "reminder": (_("A first contact is due"), _("%(n)d first contacts are due")),
    "due_soon": (_("A first contact is due"), _("%(n)d first contacts are due")),
    "late": (_("A first contact is late"), _("%(n)d first contacts are late")),
    "quiet_soon": (_("A lead of yours has gone quiet"), _("%(n)d leads of yours have gone quiet")),
    "taken_back": (_("A lead of yours timed out and went on"), _("%(n)d leads of yours timed out and went on")),
    "switched_off": (_("You are switched off"), _("You are switched off")),
    "offered": (_("A lead is offered to you"), _("%(n)d leads are offered to you")),
    "broadcast": (_("A lead waits in the pool"), _("%(n)d leads wait in the pool")),
    "waiting": (_("A lead waits for somebody"), _("%(n)d leads wait for somebody")),
    "handed_over": (_("A lead of yours has another owner"), _("%(n)d leads of yours have another owner")),
    "merged": (_("A lead of yours was merged into another"), _("%(n)d leads of yours were merged into others")),
    "many_claims": (_("Somebody claims faster than people do"), _("Somebody claims faster than people do")),
    "many_exports": (_("Somebody takes out many files"), _("Somebody takes out many files")),
    "handoff": (_("A lead of yours was taken over"), _("%(n)d leads of yours were taken over")),
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
