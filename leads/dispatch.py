"""Plans deliveries inside the deciding transaction; `sending` sends them after it."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from config.lib import doorbell
from leads import sending
from leads.models import Delivery, Lead
from leads.sending import still_holds
from reps import access, news

__all__ = ["Word", "drain", "overdue", "plan", "ring", "still_holds", "tell_managers"]


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
    """Write one row per word and way to reach the person, those planned already left out; returns how many are new.

    In-app alerts are rows only: pages read them. Whoever plans rings when it committed (`on_commit(dispatch.ring)`).
    """
    words = list(words)
    if not words:
        return 0
    kinds = [news.kind_of(word.event) for word in words]
    with connection.cursor() as cursor:
        cursor.execute(
            _PLAN,
            {
                "now": now,
                "post": news.GROUP_POST,
                "lead": [w.lead for w in words],
                "hop": [w.hop for w in words],
                "rep": [w.rep for w in words],
                "user": [w.user for w in words],
                "event": [w.event for w in words],
                "ref": [w.ref for w in words],
                "why": [w.why for w in words],
                "payload": [json.dumps(dict(w.payload), cls=DjangoJSONEncoder) if w.payload else "{}" for w in words],
                "kind": [kind.key for kind in kinds],
                "usual": [",".join(kind.usual) for kind in kinds],
            },
        )
        return int(cursor.rowcount)


# One statement whatever people chose: it runs inside the deciding transaction. Who chose nothing hears by the usual.
_PLAN = """
    WITH x AS (
        SELECT x.*, coalesce(x.usr, r.user_id) AS person, coalesce(p.channels, string_to_array(x.usual, ',')) AS chosen
        FROM unnest(%(lead)s::bigint[], %(hop)s::int[], %(rep)s::bigint[], %(user)s::bigint[], %(event)s::text[],
                %(ref)s::text[], %(why)s::text[], %(payload)s::text[], %(kind)s::text[], %(usual)s::text[])
            WITH ORDINALITY AS x(lead, hop, rep, usr, event, ref, why, payload, kind, usual, n)
            LEFT JOIN reps_rep r ON r.id = x.rep
            LEFT JOIN reps_preference p ON p.user_id = coalesce(x.usr, r.user_id) AND p.kind = x.kind
    ), planned AS (
        SELECT x.n, 0 AS m, x.lead, x.hop, x.rep, x.usr, 'in_app' AS channel, NULL::bigint AS endpoint, x.event, x.ref,
            x.why, x.payload FROM x
        UNION ALL
        SELECT x.n, 1, x.lead, x.hop, x.rep, x.usr, 'email', NULL, x.event, x.ref, x.why, x.payload
        FROM x WHERE 'email' = ANY(x.chosen)
        UNION ALL
        SELECT x.n, 2, x.lead, x.hop, x.rep, x.usr, e.channel, e.id, x.event, x.ref, x.why, x.payload
        FROM x JOIN reps_endpoint e ON e.user_id = x.person AND e.active AND e.channel = ANY(x.chosen)
        UNION ALL
        SELECT x.n, 3, x.lead, x.hop, x.rep, NULL, e.channel, e.id, %(post)s, x.ref, '', '{}'
        FROM x JOIN leads_lead l ON l.id = x.lead JOIN reps_endpoint e ON e.group_id = l.group_id AND e.active
        WHERE x.event = 'assigned' AND x.rep IS NOT NULL
            AND (SELECT EXISTS (SELECT FROM reps_endpoint WHERE group_id IS NOT NULL AND active))
    )
    INSERT INTO leads_delivery (uid, lead_id, hop, rep_id, user_id, channel, endpoint_id, event, ref, why, payload,
        created_at, due_at, tries, error, tried)
    SELECT gen_random_uuid(), lead, hop, rep, usr, channel, endpoint, event, ref, why, payload::jsonb,
        %(now)s, %(now)s, 0, '', '[]'
    FROM planned
    WHERE m = 0 OR channel <> ALL (coalesce((SELECT channels_off FROM reps_switchboard), '{}'))
    ORDER BY n, m
    ON CONFLICT ON CONSTRAINT delivery_once DO NOTHING
"""


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
    """Send all that is due at that instant; returns how many were tried."""
    return sending.send_due(clock=lambda: now)


def ring() -> bool:
    """Wake the sender."""
    return doorbell.ring("leads.tasks.deliver")


def overdue(*, now: datetime) -> bool:
    """Whether something should have been sent over a second ago: its ring was lost."""
    late = Delivery.objects.filter(sent_at=None, failed_at=None, due_at__lt=now - timedelta(seconds=1))
    # Asked apart, as each has its own index; rows of the app are never sent.
    return late.filter(channel=Delivery.Channel.EMAIL).exists() or late.filter(endpoint__isnull=False).exists()
