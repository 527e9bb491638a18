"""What is kept and told of arrivals: the raw deliveries, the timeline, word to owners."""

import operator
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Least

from leads import dispatch, steps, timeline
from leads.capture.captured import Captured, Hand
from leads.life import EventKind, State
from leads.models import Connection, Inbound, Intake, Lead, Task
from leads.qualify import ready
from reps import access


def tell(
    connection: Connection,
    captured: Sequence[Captured],
    now: datetime,
    inbound: Inbound | None,
    hand: Hand | None,
) -> None:
    """Keep the raw deliveries, write the timeline, and tell owners who wrote again."""
    Intake.objects.bulk_create(
        Intake(
            connection=connection,
            external_id=c.arrival.external_id,
            received_at=now,
            inbound=inbound,
            body=c.arrival.raw,
            lead=c.lead,
            outcome=c.outcome,
            by=hand.by if hand else None,
            error="; ".join(f"{name}: {why}" for name, why in c.arrival.problems.items()),
        )
        for c in captured
    )
    again = [c for c in captured if c.outcome is Intake.Outcome.ENQUIRY]
    current = _lock_again({c.lead.pk for c in again}, connection.division.enquiry_band, now)
    steps.stop({c.lead.pk for c in again}, why=Task.Why.REPLY, at=now)
    told = [c for c in captured if c.outcome in _KINDS]
    told.sort(key=operator.attrgetter("lead.pk"))
    events = timeline.record(_news(c, connection, current, now, hand) for c in told)
    timeline.record(ready.news(c.lead, c.made.judged, at=now) for c in told if c.made and _is_judged(c))
    words = [
        dispatch.Word(lead.pk, lead.hop, lead.owner_id, EventKind.ENQUIRY.value, ref=str(event))
        for c, event in zip(told, events, strict=True)
        if c.outcome is Intake.Outcome.ENQUIRY
        and (lead := current[c.lead.pk]).state == State.ASSIGNED
        and not (hand and lead.owner == access.rep_of(hand.by))
    ]
    if dispatch.plan(words, now=now):
        transaction.on_commit(dispatch.ring)


def _is_judged(c: Captured) -> bool:
    """Whether something was said of a new lead for good; while providers are asked nothing is."""
    return c.made is not None and c.made.judged.spoken and c.lead.state == State.READY


_KINDS = {Intake.Outcome.NEW: EventKind.RECEIVED, Intake.Outcome.ENQUIRY: EventKind.ENQUIRY}


# Nobody has them yet, so that one who writes again may come sooner.
_WAITS = (State.NEW, State.READY, State.POOLED, State.HELD, State.DESK)


def _lock_again(leads: set[int], band: int | None, now: datetime) -> dict[int, Lead]:
    """The leads somebody wrote about again, as they stand, kept still so that who owns them now is who is told.

    Marked as written about, and lifted in the queue where they wait and the division says so; no clock, no owner and no
    state is touched. Locked in order of their numbers and last of all, so two doors never wait for each other in turn.
    """
    if not leads:
        return {}
    rows = Lead.objects.select_for_update(of=("self",)).filter(pk__in=leads).order_by("pk")
    found = {lead.pk: lead for lead in rows}
    Lead.objects.filter(pk__in=found).update(wrote_again_at=now)
    if band is not None:
        lifted = Lead.objects.filter(Q(band=None) | Q(band__gt=band), pk__in=found, state__in=_WAITS, set_band=None)
        lifted.update(band=Least(Value(band), F("score_band")))
    return found


def _news(
    c: Captured, connection: Connection, current: Mapping[int, Lead], now: datetime, hand: Hand | None
) -> timeline.News:
    lead = current.get(c.lead.pk, c.lead)
    payload: dict[str, Any] = {"door": connection.kind, "source": c.arrival.source, "intent": c.arrival.intent}
    if c.account.how:
        payload["account"] = {"how": c.account.how, "score": c.account.score, "asked": c.account.asked}
    private = {"message": c.arrival.message} if c.arrival.message else {}
    if hand:
        # What they typed, as later their page tells them that and no more.
        payload["by_hand"] = True
        private["typed"] = c.arrival.name or c.arrival.company or c.arrival.email or c.arrival.phone
    return timeline.News(
        lead=lead.pk,
        kind=_KINDS[c.outcome],
        at=c.arrival.arrived_at or now,
        rep=lead.owner_id,
        user=hand.by.pk if hand else None,
        hop=lead.hop,
        payload=payload,
        private=private or None,
    )
