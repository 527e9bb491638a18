"""Plans deliveries inside the deciding transaction, and sends them after it: at least once, with a constant id."""

import json
import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from config.lib import doorbell
from leads import mails, timeline
from leads.life import EventKind, State
from leads.models import Delivery, Lead
from reps import access, alerts
from reps.channel import Alert, NotReachedError
from reps.channels import email

log = logging.getLogger(__name__)

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


def tell_managers(
    lead_ids: Collection[int],
    event: str,
    now: datetime,
    payload: Mapping[str, Any] | None = None,
    *,
    each: Mapping[int, Mapping[str, Any]] | None = None,
    why: str | Mapping[int, str] = "",
    ref: str = "",
) -> int:
    """Plan word of each lead to the managers of its group, or of the division where it has none; each person once.

    `payload` is the same for all leads, `each` adds what differs by lead, as `why` may. Returns how many rows are new.
    """
    rows = list(Lead.objects.filter(pk__in=lead_ids).order_by("pk").values_list("pk", "hop", "group", "division"))
    managers = access.managers_of({(division, group) for _pk, _hop, group, division in rows})
    return plan(
        (
            Word(
                pk,
                hop,
                user=user,
                event=event,
                why=why if isinstance(why, str) else why.get(pk, ""),
                ref=ref,
                payload={**(payload or {}), **(each or {}).get(pk, {})},
            )
            for pk, hop, group, division in rows
            for user in managers[division, group]
        ),
        now=now,
    )


def drain(*, now: datetime) -> int:
    """Send up to 100 due mails; returns how many were tried. Nothing is locked while the network is spoken to."""
    leased = _lease(now)
    contacted = mails.contacted([row for row in leased if row.event in _REMINDERS])
    rows = []
    for row in leased:
        if not still_holds(row):
            _give_up(row, "no longer theirs" if row.event in mails.OWNERS else "no longer so", now)
        elif row.event in _REMINDERS and (row.lead_id, row.hop) in contacted:
            _give_up(row, "contacted meanwhile", now)
        else:
            rows.append(row)
    if not rows:
        return len(leased)
    messages: list[tuple[Delivery, Alert]] = []
    for row, context in zip(rows, mails.contexts_of(rows, now=now), strict=True):
        try:
            event = _SAME_TEXT.get(row.event, row.event)
            alert = alerts.render(event=event, uid=str(row.uid), user=row.person, context=context)
            messages.append((row, mails.for_tests(row, alert)))
        except Exception as error:
            # One that cannot be written must not keep the others from being sent.
            log.exception("A mail could not be written")
            _give_up(row, f"{type(error).__name__}: {error}"[:500], now)
    for (row, _message), problem in zip(messages, email.send([m for _row, m in messages]), strict=True):
        _note(row, problem, now)
    timeline.record(
        timeline.News(
            lead=row.lead_id,
            kind=EventKind.TOLD,
            at=now,
            rep=row.rep_id,
            hop=row.hop,
            payload={"channel": row.channel, "event": row.event}
            | ({"test_inbox": True} if mails.inbox_of(row) else {}),
        )
        for row, _message in messages
        # That it waits in the pool is told to a whole group; that would bury what happened to the lead.
        if row.sent_at and row.lead_id is not None and row.event != "broadcast"
    )
    return len(leased)


# Word that a first contact is missing.
_REMINDERS = frozenset({"reminder", "due_soon"})
_SAME_TEXT = {"due_soon": "reminder", "noted_unowned": "noted"}


def still_holds(row: Delivery) -> bool:
    """Whether the word may still be said.

    Nobody is told of a lead that went to another since, or of an offer or a pool that is over, nor is anybody told who
    may not sign in any more.
    """
    lead = row.lead
    if not row.person.is_active or (row.rep is not None and not row.rep.active):
        return False
    if row.event in mails.OWNERS:
        return lead is not None and row.rep_id is not None and (lead.owner_id, lead.hop) == (row.rep_id, row.hop)
    if row.event == "offered":
        return lead is not None and lead.state == State.OFFERED and lead.hop == row.hop
    if row.event == "broadcast":
        return lead is not None and lead.state == State.POOLED
    return True


def _give_up(row: Delivery, why: str, now: datetime) -> None:
    row.failed_at, row.error = now, why
    row.save(update_fields=["failed_at", "error"])


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
    return list(
        Delivery.objects.filter(pk__in=pks)
        .select_related("lead__group", "lead__division", "rep__user", "user")
        .order_by("id")
    )


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
