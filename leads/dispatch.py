"""Plans deliveries inside the deciding transaction, and sends them after it: at least once, with a constant id."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.urls import reverse

from config.lib import doorbell
from leads import timeline
from leads.life import EventKind
from leads.models import Delivery, LeadPrivate
from reps import alerts
from reps.channel import NotReachedError
from reps.channels import email

BATCH = 100
_LEASE = timedelta(seconds=60)
_BACK_OFF = (5, 30, 120, 600, 3600, 4 * 3600, 12 * 3600)


@dataclass(frozen=True, slots=True)
class Word:
    """What a rep or another user is to be told: which event, of which lead if of any, and why in one sentence.

    `payload` holds what the sentences need and nothing personal; `ref` tells apart two words that are not the same.
    """

    lead: int | None
    hop: int
    rep: int | None = None
    event: str = ""
    why: str = ""
    user: int | None = None
    ref: str = ""
    payload: Mapping[str, Any] | None = None


def plan(words: Iterable[Word], *, now: datetime) -> int:
    """Write one row per word and channel, those that were planned already left out; returns how many are new.

    In-app alerts are rows only: pages read them. Whoever plans rings when it committed (`on_commit(dispatch.ring)`).
    """
    words = list(words)
    if not words:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO leads_delivery (uid, lead_id, hop, rep_id, user_id, channel, event, ref, why, payload,
                created_at, due_at, tries, error)
            SELECT gen_random_uuid(), x.lead, x.hop, x.rep, x.usr, c.channel, x.event, x.ref, x.why,
                x.payload::jsonb, %(now)s, %(now)s, 0, ''
            FROM unnest(%(lead)s::bigint[], %(hop)s::int[], %(rep)s::bigint[], %(user)s::bigint[], %(event)s::text[],
                    %(ref)s::text[], %(why)s::text[], %(payload)s::text[])
                WITH ORDINALITY AS x(lead, hop, rep, usr, event, ref, why, payload, n)
                CROSS JOIN unnest(%(channels)s::text[]) AS c(channel)
            ORDER BY x.n
            ON CONFLICT ON CONSTRAINT delivery_once DO NOTHING
            """,
            {
                "now": now,
                "channels": Delivery.Channel.values,
                "lead": [w.lead for w in words],
                "hop": [w.hop for w in words],
                "rep": [w.rep for w in words],
                "user": [w.user for w in words],
                "event": [w.event for w in words],
                "ref": [w.ref for w in words],
                "why": [w.why for w in words],
                "payload": [json.dumps(dict(w.payload), cls=DjangoJSONEncoder) if w.payload else "{}" for w in words],
            },
        )
        return int(cursor.rowcount)


def drain(*, now: datetime) -> int:
    """Send up to 100 due mails; returns how many were tried. Nothing is locked while the network is spoken to."""
    leased = _lease(now)
    rows = [row for row in leased if _still_theirs(row, now)]
    if not rows:
        return len(leased)
    details = LeadPrivate.objects.in_bulk([row.lead_id for row in rows])
    messages = [
        alerts.render(
            event=row.event,
            uid=str(row.uid),
            rep=row.rep,
            context={
                "lead": row.lead,
                "details": details.get(row.lead_id),
                "why": row.why,
                "url": settings.PUBLIC_URL + reverse("lead-show", args=[row.lead.uid]),
            },
        )
        for row in rows
    ]
    for row, problem in zip(rows, email.send(messages), strict=True):
        _note(row, problem, now)
    timeline.record(
        timeline.News(
            lead=row.lead_id, kind=EventKind.TOLD, at=now, rep=row.rep_id, hop=row.hop, payload={"channel": row.channel}
        )
        for row in rows
        if row.sent_at
    )
    return len(leased)


def _still_theirs(row: Delivery, now: datetime) -> bool:
    """Nobody is sent a lead that went to another since, nor who may not sign in any more; the row is over then."""
    lead, rep = row.lead, row.rep
    if lead.owner_id == rep.pk and lead.hop == row.hop and rep.active and rep.user.is_active:
        return True
    row.failed_at, row.error = now, "no longer theirs"
    row.save(update_fields=["failed_at", "error"])
    return False


def _lease(now: datetime) -> list[Delivery]:
    """Take due rows for a minute by moving their due time: a sender that dies leaves them due again."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE leads_delivery SET due_at = %s, tries = tries + 1 WHERE id IN (
                SELECT id FROM leads_delivery
                WHERE channel = %s AND sent_at IS NULL AND failed_at IS NULL AND due_at <= %s
                ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED)
            RETURNING id
            """,
            [now + _LEASE, Delivery.Channel.EMAIL, now, BATCH],
        )
        pks = [row[0] for row in cursor.fetchall()]
    return list(Delivery.objects.filter(pk__in=pks).select_related("lead", "rep__user").order_by("id"))


def _note(row: Delivery, problem: NotReachedError | None, now: datetime) -> None:
    if problem is None:
        row.sent_at = now
        row.error = ""
    elif row.tries > len(_BACK_OFF):
        row.failed_at, row.error = now, str(problem)[:500]
    else:
        row.due_at, row.error = now + timedelta(seconds=_BACK_OFF[row.tries - 1]), str(problem)[:500]
    row.save(update_fields=["sent_at", "failed_at", "due_at", "error"])


def ring() -> bool:
    """Wake the sender."""
    return doorbell.ring("leads.tasks.deliver")


def overdue(*, now: datetime) -> bool:
    """Whether something should have been sent over a second ago: its ring was lost."""
    late = now - timedelta(seconds=1)
    return Delivery.objects.filter(
        channel=Delivery.Channel.EMAIL, sent_at=None, failed_at=None, due_at__lt=late
    ).exists()
