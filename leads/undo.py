"""Taking back what one logged by mistake: the contact goes, the clocks run again, and the timeline says both."""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from leads import respond, signals, timeline
from leads.life import EventKind, State, TouchKind
from leads.models import Lead, LeadEvent, Stage, Task, Touch
from leads.respond import NotDoneError
from reps.models import Rep, User

WINDOW = timedelta(minutes=10)
KINDS = (EventKind.TOUCHED, EventKind.NOTED)


def may(event: LeadEvent, *, by: User, now: datetime) -> bool:
    """Whether this user may still take it back: their own contact or note of the last minutes."""
    fresh = min(event.recorded_at, event.occurred_at) > now - WINDOW
    return event.kind in KINDS and event.user_id == by.pk and fresh


@transaction.atomic
def take_back(*, lead: Lead, event: LeadEvent, rep: Rep, by: User, now: datetime) -> None:
    """Undo the contact or note that the event tells of.

    Nothing of the timeline is changed: a line more says so. Timers that ran out in between are set off again.
    """
    current = Lead.objects.select_for_update(of=("self",)).select_related("stage", "division").get(pk=lead.pk)
    if current.owner_id != rep.pk or event.hop != current.hop:
        raise NotDoneError("lead", _("This lead is not yours any more."))
    if event.lead_id != current.pk or not may(event, by=by, now=now):
        raise NotDoneError("event", _("Only what you logged in the last ten minutes can be taken back."))
    if LeadEvent.objects.filter(lead=current, kind=EventKind.UNDONE, payload__event=event.pk).exists():
        raise NotDoneError("event", _("This was taken back already."))
    if event.kind == EventKind.TOUCHED:
        _forget(current, event, by=by, now=now)
    timeline.record(
        [
            timeline.News(
                lead=current.pk,
                kind=EventKind.UNDONE,
                at=now,
                rep=rep.pk,
                user=by.pk,
                hop=current.hop,
                payload={"event": event.pk, "what": event.kind} | event.payload,
            )
        ]
    )


def _forget(lead: Lead, event: LeadEvent, *, by: User, now: datetime) -> None:
    """As if the contact had not been: clocks, steps, and the stage that it moved."""
    rows = Touch.objects.filter(lead=lead, hop=event.hop, rep=event.rep_id, at=event.occurred_at)
    touch = rows.filter(kind=TouchKind(event.payload["touch"]).value).order_by("-pk").first()
    if touch is None:
        raise NotDoneError("event", _("This contact is not there any more."))
    if lead.state == State.CLOSED:
        raise NotDoneError("event", _("The lead is closed: open it again first."))
    first, logged_at = touch.response_seconds is not None, touch.recorded_at
    Task.objects.filter(touch=touch).update(done_at=None, stopped_at=None, why="", touch=None)
    touch.delete()
    _set_back(lead, event.occurred_at)
    if first:
        _next_first(lead)
    _stage_before(lead, event, by=by, now=now)
    ran_out = partial(signals.look_again.send, None, lead=lead.pk, hop=lead.hop, since=logged_at)
    transaction.on_commit(ran_out)


def _set_back(lead: Lead, at: datetime) -> None:
    """The buyer's clocks are those of the contacts that stay."""
    left = Touch.objects.filter(lead=lead)
    first, reached = (rows.aggregate(at=Min("at"))["at"] for rows in (left, left.filter(two_way=True)))
    Lead.objects.filter(pk=lead.pk, responded_at=at).update(responded_at=first)
    Lead.objects.filter(pk=lead.pk, reached_at=at).update(reached_at=reached)


def _next_first(lead: Lead) -> None:
    """Where the owner made another contact, that one is their first."""
    following = Touch.objects.filter(lead=lead, hop=lead.hop).order_by("at", "pk").first()
    if following is not None and following.rep is not None:
        seconds, within = respond.response(lead, following.rep, following.at)
        Touch.objects.filter(pk=following.pk).update(response_seconds=seconds, within_sla=within)


def _stage_before(lead: Lead, event: LeadEvent, *, by: User, now: datetime) -> None:
    """Back to the stage it had, if the contact moved it and nobody has moved it since."""
    rows = LeadEvent.objects.filter(lead=lead, kind=EventKind.STAGE_CHANGED, hop=lead.hop).order_by("pk")
    last = rows.last()
    if last is None or not last.payload.get("by_contact") or last.occurred_at != event.occurred_at:
        return
    before = Stage.objects.filter(division=lead.division_id, key=last.payload["from"]).first()
    if before is not None:
        respond.set_stage(lead, before, by=by, at=now)
