"""What a rep does with a lead: contacts, notes, stages, opening the page; and which clocks that stops."""

import zoneinfo
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from leads import signals, steps, timeline
from leads.life import CallOutcome, EventKind, State, TouchKind, is_two_way
from leads.models import Lead, Stage, Touch
from reps import availability
from reps.exchange import Rates
from reps.models import Division, Rep, User

# A page's clock may run a little ahead of ours.
_FUTURE = timedelta(minutes=5)


class NotDoneError(Exception):
    """The act was refused; `field` and the message say why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class WonWorth(NamedTuple):
    """What a won amount was worth on its day, and in which base currency that is."""

    base: Decimal | None = None
    currency: str = ""


@transaction.atomic
def touch(
    *,
    lead: Lead,
    rep: Rep,
    by: User | None,
    kind: TouchKind,
    now: datetime,
    at: datetime | None = None,
    outcome: CallOutcome | None = None,
    duration_seconds: int | None = None,
    text: str = "",
) -> Touch:
    """Log a contact by the lead's owner. The first stops the buyer's clock; the first of this owner stops theirs.

    `text` is what was written, for the timeline; it is personal.
    """
    at = at or now
    if at > now + _FUTURE:
        raise NotDoneError("at", _("This lies in the future."))
    if kind is TouchKind.CALL and outcome is None:
        raise NotDoneError("outcome", _("Say how the call went."))
    current = _lock(lead)
    if current.owner_id != rep.pk:
        raise NotDoneError("lead", _("This lead is not yours any more."))
    two_way = is_two_way(kind, outcome)
    seconds, within = response(current, rep, at)
    row = Touch.objects.create(
        lead=current,
        rep=rep,
        hop=current.hop,
        kind=kind.value,
        outcome=outcome.value if outcome else "",
        duration_seconds=duration_seconds,
        two_way=two_way,
        at=at,
        response_seconds=seconds,
        within_sla=within,
    )
    first = Lead.objects.filter(pk=current.pk, responded_at=None).update(responded_at=at)
    if two_way:
        Lead.objects.filter(pk=current.pk, reached_at=None).update(reached_at=at)
    contacted = Stage.objects.filter(division=current.division_id, metric=Stage.Metric.CONTACTED).first()
    if contacted and not current.stage.closes and current.stage.position < contacted.position:
        set_stage(current, contacted, by=by, at=at, by_contact=True)
    steps.touched(lead=current, rep=rep, touch=row, kind=kind, now=now)
    timeline.record(
        [
            timeline.News(
                lead=current.pk,
                kind=EventKind.TOUCHED,
                at=at,
                rep=rep.pk,
                user=by.pk if by else None,
                hop=current.hop,
                payload={
                    "touch": kind.value,
                    "outcome": outcome.value if outcome else "",
                    "seconds": duration_seconds,
                    "two_way": two_way,
                }
                | ({"first": True} if first else {}),
                private={"text": text[:10_000]} if text else None,
            )
        ]
    )
    return row


@transaction.atomic
def note(*, lead: Lead, by: User, text: str, now: datetime) -> None:
    """Keep a note; it is personal, and no contact."""
    text = text.strip()
    if not text:
        raise NotDoneError("text", _("Write something first."))
    news = timeline.News(
        lead=lead.pk,
        kind=EventKind.NOTED,
        at=now,
        rep=lead.owner_id,
        user=by.pk,
        hop=lead.hop,
        private={"text": text[:10_000]},
    )
    timeline.record([news])


@transaction.atomic
def move_stage(
    *,
    lead: Lead,
    stage: Stage,
    by: User | None,
    now: datetime,
    reason: str = "",
    amount: Decimal | None = None,
    currency: str = "",
) -> None:
    """Move along the pipeline; won, lost and unqualified close the lead, and moving back opens it again."""
    current = _lock(lead)
    if current.owner_id is None or current.state not in {State.ASSIGNED, State.CLOSED}:
        raise NotDoneError("lead", _("Only a lead with an owner has a stage to move."))
    if stage.metric in {Stage.Metric.LOST, Stage.Metric.UNQUALIFIED} and not reason.strip():
        raise NotDoneError("reason", _("Say why."))
    if current.stage_id == stage.pk:
        return
    twins = Lead.objects.open().filter(contact=current.contact_id, sole=True).exclude(pk=current.pk)
    if current.state == State.CLOSED and current.sole and not stage.closes and twins.exists():
        raise NotDoneError("stage", _("This person has another open lead by now."))
    if current.closed_at is not None and not stage.closes:
        since = current.closed_at
        transaction.on_commit(partial(signals.look_again.send, None, lead=current.pk, hop=current.hop, since=since))
    set_stage(current, stage, by=by, at=now)
    won = stage.metric == Stage.Metric.WON
    division, worth = current.division, WonWorth()
    amount = amount if won else None
    currency = (currency or division.base_currency) if amount is not None else ""
    if amount is not None:
        worth = won_worth(amount, currency, division=division, rates=Rates.load(division.pk), at=now)
    Lead.objects.filter(pk=current.pk).update(
        state=(State.CLOSED if stage.closes else State.ASSIGNED).value,
        closed_at=now if stage.closes else None,
        lost_reason=reason.strip() if stage.closes and not won else "",
        won_amount=amount,
        won_currency=currency,
        won_base=worth.base,
        won_base_currency=worth.currency,
    )


def won_worth(amount: Decimal, currency: str, *, division: Division, rates: Rates, at: datetime) -> WonWorth:
    """By the rate of that day; nothing where none was in force."""
    day, base = at.astimezone(zoneinfo.ZoneInfo(division.time_zone)).date(), division.base_currency
    worth = rates.worth(amount, currency=currency, base=base, day=day)
    return WonWorth(worth.base, base) if worth else WonWorth()


def open_page(*, lead: Lead, rep: Rep, by: User, now: datetime) -> bool:
    """Note that the owner looked; the first time only. No contact, and no clock stops."""
    if lead.wrote_again_at is not None:  # read by now, unless another enquiry came meanwhile
        Lead.objects.filter(pk=lead.pk, owner=rep, wrote_again_at=lead.wrote_again_at).update(wrote_again_at=None)
    with transaction.atomic():
        first = Lead.objects.filter(pk=lead.pk, owner=rep, opened_at=None).update(opened_at=now)
        if first:
            timeline.record(
                [timeline.News(lead=lead.pk, kind=EventKind.OPENED, at=now, rep=rep.pk, user=by.pk, hop=lead.hop)]
            )
    return bool(first)


def _lock(lead: Lead) -> Lead:
    """The row as it stands, kept still until the act is written: a reassignment waits, or was first."""
    return Lead.objects.select_for_update(of=("self",)).select_related("stage", "division").get(pk=lead.pk)


def response(lead: Lead, rep: Rep, at: datetime) -> tuple[int | None, bool | None]:
    """The rep's clock at their first contact since they got the lead: working seconds, and whether in time."""
    if (
        lead.assigned_at is None
        or Touch.objects.filter(lead=lead, hop=lead.hop, response_seconds__isnull=False).exists()
    ):
        return None, None
    start = min(lead.assigned_at, at)
    seconds = availability.working_seconds(rep, start=start, end=at)
    return seconds, None if lead.due_at is None else at <= lead.due_at


def set_stage(lead: Lead, stage: Stage, *, by: User | None, at: datetime, by_contact: bool = False) -> None:
    """Write the stage, and what follows from it; the row is locked by whoever calls."""
    before = lead.stage
    # A stage may hand the lead on by its own rules: the router looks when this committed.
    transaction.on_commit(partial(signals.ring, division_id=lead.division_id))
    Lead.objects.filter(pk=lead.pk).update(stage=stage, stage_at=at, stage_news=not stage.closes)
    lead.stage = stage
    timeline.record(
        [
            timeline.News(
                lead=lead.pk,
                kind=EventKind.CLOSED if stage.closes else EventKind.STAGE_CHANGED,
                at=at,
                rep=lead.owner_id,
                user=by.pk if by else None,
                hop=lead.hop,
                payload={"from": before.key, "to": stage.key, "to_name": stage.name}
                | ({"by_contact": True} if by_contact else {})
                | ({"metric": stage.metric} if stage.closes else {}),
            )
        ]
    )
    steps.moved(lead=lead, at=at)
