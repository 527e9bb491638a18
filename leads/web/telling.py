"""Tells a lead's events as people would: the timeline's lines, and the steps from arrival to first contact."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.life import CallOutcome, EventKind, TouchKind
from leads.models import Lead, LeadEvent, StepKind, Task
from leads.web.words import EVENTS, OUTCOMES, TOLD_OF, TOUCHES
from reps.templatetags.face import duration

# The values are those of routing's returns; pages meet by words, not by import.
RETURN_REASONS = [
    {"value": "duplicate", "label": gettext_lazy("Duplicate")},
    {"value": "spam", "label": gettext_lazy("Spam or bogus")},
    {"value": "wrong_person", "label": gettext_lazy("Not a decision maker")},
    {"value": "not_mine", "label": gettext_lazy("Belongs to somebody else")},
    {"value": "unreachable", "label": gettext_lazy("Wrong contact details")},
    {"value": "other", "label": gettext_lazy("Something else")},
]
_ICONS = {
    EventKind.RECEIVED: "forms",
    EventKind.ENQUIRY: "mail",
    EventKind.QUALIFIED: "check",
    EventKind.ASSIGNED: "user",
    EventKind.CLAIMED: "user",
    EventKind.HANDED_OVER: "user",
    EventKind.POOLED: "stack",
    EventKind.ACCEPTED: "user",
    EventKind.DECLINED: "undo",
    EventKind.LAPSED: "clock",
    EventKind.RELEASED: "undo",
    EventKind.TIMED_OUT: "undo",
    EventKind.REMINDED: "clock",
    EventKind.HANDED_OFF: "user",
    EventKind.RETURNED: "undo",
    EventKind.HELD: "clock",
    EventKind.DESK: "hand",
    EventKind.SET_ASIDE: "warn",
    EventKind.REJECTED: "x",
    EventKind.OPENED: "eye",
    EventKind.NOTED: "note",
    EventKind.STAGE_CHANGED: "route",
    EventKind.CLOSED: "check",
    EventKind.MERGED: "swap",
    EventKind.UNMERGED: "undo",
    EventKind.TOLD: "mail",
    EventKind.STEP_SET: "flag",
    EventKind.STEP_DONE: "check",
    EventKind.STEPS_STOPPED: "minus",
    EventKind.UNDONE: "undo",
    EventKind.GONE_QUIET: "undo",
    EventKind.RULED: "check",
    EventKind.FIRST_REPLY: "send",
    EventKind.PRIORITY: "flag",
}
_TOUCH_ICONS = {
    TouchKind.CALL: "phone",
    TouchKind.INBOUND_CALL: "phone",
    TouchKind.EMAIL: "mail",
    TouchKind.MESSAGE: "mail",
    TouchKind.MEETING: "cal",
}
_WITH_REP = {EventKind.ASSIGNED, EventKind.HANDED_OVER, EventKind.CLAIMED, EventKind.ACCEPTED, EventKind.HANDED_OFF}
# Where nobody gets the lead, the person the line is about.
_ABOUT_REP = {
    EventKind.OFFERED,
    EventKind.DECLINED,
    EventKind.LAPSED,
    EventKind.TIMED_OUT,
    EventKind.GONE_QUIET,
}


def item_of(event: LeadEvent, *, reader: Any) -> dict[str, Any]:
    """One line of the timeline for components/timeline_item.html."""
    kind = EventKind(event.kind)
    private = event.private.payload if hasattr(event, "private") else {}
    item: dict[str, Any] = {
        "id": event.pk,
        "at": event.occurred_at,
        "icon": _ICONS.get(kind, "dot"),
        "what": EVENTS[kind],
        "by": "",
        "quote": "",
    }
    if kind is EventKind.TOUCHED:
        item |= _touch(event)
    elif kind in _WITH_REP and event.rep:
        item["what"] = _("Assigned to %s") % _name(event.rep.user_id, event.rep.name, reader)
        item["act"] = True
        item["by"] = _how(event, reader)
    elif kind is EventKind.ENQUIRY:
        item |= {"act": True, "by": _came(event, reader)}
    elif teller := _TELLERS.get(kind):
        item |= teller(event, reader)
    elif kind in _ABOUT_REP and event.rep:
        item["by"] = _name(event.rep.user_id, event.rep.name, reader)
    elif event.user:
        item["by"] = _came(event, reader) if kind is EventKind.RECEIVED else _by(event, reader)
    if kind in {EventKind.STAGE_CHANGED, EventKind.CLOSED}:
        item["what"] = _("Moved to %s") % event.payload.get("to_name", "")
    item["quote"] = private.get("text") or private.get("message") or private.get("note") or private.get("reason") or ""
    return item


def _by(event: LeadEvent, reader: Any) -> str:
    return _("by %s") % _name(event.user_id, event.user.name, reader) if event.user else ""


def _came(event: LeadEvent, reader: Any) -> str:
    """Who added it by hand, else the source it came through."""
    if event.user:
        return _("added by %s") % _name(event.user_id, event.user.name, reader)
    return _("through %s") % event.payload["source"] if event.payload.get("source") else ""


_VERDICTS = {
    "qualified": gettext_lazy("Qualified"),
    "look": gettext_lazy("A person is to look first"),
    "disqualified": gettext_lazy("Does not qualify"),
}


def _qualified(event: LeadEvent, reader: Any) -> dict[str, Any]:
    """What was said of it, by which rule or whom; and who told more about it."""
    payload = event.payload
    if event.user:
        return {"what": _("Let through"), "by": _("by %s") % _name(event.user_id, event.user.name, reader)}
    says = str(_VERDICTS.get(payload.get("verdict", ""), ""))
    by = {"rule": _("by the rule %s") % payload.get("rule", ""), "answers": _("by an answer in the form")}
    providers = ", ".join(payload.get("sources", []))
    learned = (_("More came late from %s") if payload.get("late") else _("More came from %s")) % providers
    reason = payload.get("reason", "")
    icons = {"look": "hand", "disqualified": "x"}
    return {
        "icon": icons.get(payload.get("verdict", ""), _ICONS[EventKind.QUALIFIED]),
        "what": says or (learned if providers else _("Looked at again")),
        "by": by.get(payload.get("by", ""), "") if says else "",
        "detail": ". ".join(filter(None, (reason.rstrip("."), learned if says and providers else ""))),
    }


_BY_WAY = {
    "email": gettext_lazy("e-mail"),
    "push": gettext_lazy("a note of the browser"),
    "slack": "Slack",
    "teams": "Microsoft Teams",
    "apprise": gettext_lazy("SMS or messenger"),
}


def _told(event: LeadEvent, reader: Any) -> dict[str, str]:
    """Whom, and of what where it is not the lead's being theirs."""
    about = TOLD_OF.get(event.payload.get("event", ""))
    who = _name(event.rep.user_id, event.rep.name, reader) if event.rep else _("a manager")
    if event.payload.get("test_inbox"):
        return {"by": _("the inbox for tests, instead of %s") % who, "detail": str(about) if about else ""}
    by = {"who": who, "channel": _BY_WAY.get(event.payload.get("channel", "email"), _("another way"))}
    return {"by": _("%(who)s by %(channel)s") % by, "detail": str(about) if about else ""}


def _name(user_id: int | None, name: str, reader: Any) -> str:
    return _("you") if user_id == reader.pk else name


def _how(event: LeadEvent, reader: Any) -> str:
    if event.kind == EventKind.CLAIMED:
        return _("from the pool")
    if event.kind == EventKind.ACCEPTED:
        return _("who accepted the offer")
    if event.payload.get("kept"):
        return _("who added it")
    if event.user:
        return _("by %s") % _name(event.user_id, event.user.name, reader)
    rule = event.payload.get("rule")
    return _("by the rule %s") % rule if rule else ""


def _step(event: LeadEvent, reader: Any) -> dict[str, Any]:
    """What is to be done by when, that it was done, or why it is no more."""
    payload, by = event.payload, _by(event, reader)
    if event.kind == EventKind.STEPS_STOPPED:
        n, why = payload["n"], Task.Why(payload["why"])
        what = ngettext("A step stopped", "%(n)d steps stopped", n) % {"n": n}
        return {"what": what, "by": by, "detail": str(why.label)}
    label = StepKind(payload["step"]).label
    if event.kind == EventKind.STEP_DONE:
        return {"what": _("Step done: %s") % label, "by": by}
    at = timezone.localtime(datetime.fromisoformat(payload["due_at"]))
    return {"what": _("Next step: %s") % label, "by": by, "detail": date_format(at, "D j M, H:i")}


def _undone(event: LeadEvent, reader: Any) -> dict[str, Any]:
    """The contact or note that was taken back, in a word."""
    touch = event.payload.get("touch")
    what = str(TOUCHES[TouchKind(touch)]) if touch else _("Note")
    return {"what": _("Taken back: %s") % what, "by": _by(event, reader)}


def _reminded(event: LeadEvent, reader: Any) -> dict[str, Any]:
    """Who, and of what where it was silence."""
    told = {"by": _name(event.rep.user_id, event.rep.name, reader) if event.rep else ""}
    if event.payload.get("why") == "quiet":
        at = timezone.localtime(datetime.fromisoformat(event.payload["until"]))
        told["detail"] = _("nothing was done; at %s it goes to somebody else") % date_format(at, "D j M, H:i")
    return told


def _ruled(event: LeadEvent, reader: Any) -> dict[str, Any]:
    """Which way, and by whom."""
    approved = event.payload.get("ruling") == "approved"
    what = _("Return approved") if approved else _("Return refused")
    return {"what": what, "by": _by(event, reader), "icon": "check" if approved else "x"}


def _first_reply(event: LeadEvent, reader: Any) -> dict[str, Any]:
    """In whose name; it is no contact. Or that it never went out."""
    if event.payload.get("failed"):
        return {"what": _("The first reply could not be sent"), "icon": "warn", "detail": _("write to them yourself")}
    who = _name(event.rep.user_id, event.rep.name, reader) if event.rep else ""
    detail = _("to the inbox for tests") if event.payload.get("test_inbox") else _("no contact: clocks go on")
    return {"by": _("in the name of %s") % who if who else "", "detail": detail}


def _priority(event: LeadEvent, reader: Any) -> dict[str, Any]:
    """Which, and by whom."""
    n = event.payload.get("priority")
    what = _("Priority as rules and score say") if n is None else _("Priority set to %d") % n
    return {"what": what, "by": _by(event, reader)}


_TELLERS: dict[EventKind, Callable[[LeadEvent, Any], dict[str, Any]]] = {
    EventKind.QUALIFIED: _qualified,
    EventKind.TOLD: _told,
    EventKind.STEP_SET: _step,
    EventKind.STEP_DONE: _step,
    EventKind.STEPS_STOPPED: _step,
    EventKind.UNDONE: _undone,
    EventKind.REMINDED: _reminded,
    EventKind.RULED: _ruled,
    EventKind.FIRST_REPLY: _first_reply,
    EventKind.PRIORITY: _priority,
}


def undone_in(events: Iterable[LeadEvent]) -> set[int]:
    """The numbers of those that a later line takes back."""
    return {event.payload["event"] for event in events if event.kind == EventKind.UNDONE}


def without_undone(events: list[LeadEvent]) -> list[LeadEvent]:
    """Those that still hold."""
    undone = undone_in(events)
    return [event for event in events if event.pk not in undone]


def _touch(event: LeadEvent) -> dict[str, Any]:
    kind = TouchKind(event.payload["touch"])
    outcome = event.payload.get("outcome")
    seconds = event.payload.get("seconds")
    detail = [str(OUTCOMES[CallOutcome(outcome)])] if outcome else []
    return {
        "icon": _TOUCH_ICONS[kind],
        "act": True,
        "what": TOUCHES[kind],
        "by": _("by %s") % event.rep.name if event.rep else "",
        "detail": ", ".join([*detail, duration(seconds)] if seconds else detail),
    }


_STEP = {
    EventKind.RECEIVED: gettext_lazy("arrived"),
    EventKind.ASSIGNED: gettext_lazy("assigned"),
    EventKind.CLAIMED: gettext_lazy("pulled"),
    EventKind.ACCEPTED: gettext_lazy("accepted"),
    EventKind.HANDED_OVER: gettext_lazy("reassigned"),
    EventKind.HANDED_OFF: gettext_lazy("handed on"),
    EventKind.TOLD: gettext_lazy("told"),
    EventKind.OPENED: gettext_lazy("opened"),
    EventKind.TOUCHED: gettext_lazy("contacted"),
}
_BY_PEOPLE = {EventKind.OPENED, EventKind.TOUCHED, EventKind.CLAIMED, EventKind.ACCEPTED, EventKind.HANDED_OVER}


def steps_of(lead: Lead, events: list[LeadEvent]) -> list[dict[str, Any]]:
    """The way of the present owner: arrival, then each next step and how much later it came."""
    first: dict[str, LeadEvent] = {}
    for event in events:
        if event.kind == EventKind.TOLD and event.payload.get("event", "assigned") != "assigned":
            continue
        if event.kind == EventKind.RECEIVED or event.hop == lead.hop:
            first.setdefault(event.kind, event)
    shown = sorted((first[k.value] for k in _STEP if k.value in first), key=lambda e: e.occurred_at)
    steps: list[dict[str, Any]] = []
    for before, event in zip([None, *shown], shown, strict=False):
        exact = date_format(timezone.localtime(event.occurred_at), "H:i:s")
        value = exact if before is None else f"+{duration(event.occurred_at - before.occurred_at)}"
        if steps:
            steps[-1]["slow"] = EventKind(event.kind) in _BY_PEOPLE
        steps.append({"value": value, "label": _STEP[EventKind(event.kind)], "title": exact})
    return steps
