"""How long leads waited in a pool or were held: from the timeline, by what ended each wait."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from leads.life import EventKind
from reporting.metric import Answer, duration
from reporting.scope import CUTS, Scope

# What moves a waiting lead on.
_ENDS = [
    kind.value
    for kind in (
        EventKind.ASSIGNED, EventKind.OFFERED, EventKind.POOLED, EventKind.HELD, EventKind.DESK, EventKind.REJECTED,
        EventKind.SET_ASIDE, EventKind.CLAIMED, EventKind.HANDED_OVER, EventKind.HANDED_OFF, EventKind.CLOSED,
        EventKind.MERGED,
    )
]  # fmt: skip


def waits(
    kind: EventKind,
    ends: Sequence[EventKind],
    *,
    scope: Scope,
    since: datetime,
    until: datetime,
    now: datetime,
    cut: str,
) -> dict[Any, Answer]:
    """Of the waits that began in the span: seconds until one of `ends`; what ended otherwise or lasts is censored."""
    # Only columns of ours are put into the text.
    sql = f"""
        SELECT {CUTS[cut]}, array_agg(seconds) FILTER (WHERE ended), array_agg(seconds) FILTER (WHERE NOT ended)
        FROM (
            SELECT v.occurred_at AS began_at, COALESCE(n.kind = ANY(%(ends)s), false) AS ended,
                GREATEST(EXTRACT(EPOCH FROM COALESCE(n.occurred_at, %(now)s::timestamptz) - v.occurred_at), 0)::float8
                    AS seconds,
                n.rep_id, COALESCE(o.group_id, l.group_id) AS group_id, COALESCE(o.rule, '') AS rule, l.source,
                l.channel, l.campaign, l.band, l.sourced_by_id, (
                    SELECT d.territory_id FROM routing_decision d
                    WHERE d.lead_id = v.lead_id AND d.at <= v.occurred_at ORDER BY d.at DESC, d.id DESC LIMIT 1
                ) AS territory_id
            FROM leads_leadevent v
            JOIN leads_lead l ON l.id = v.lead_id AND l.kind <> 'test' AND l.merged_into_id IS NULL
            LEFT JOIN LATERAL (
                SELECT w.kind, w.occurred_at, w.rep_id, w.hop FROM leads_leadevent w
                WHERE w.lead_id = v.lead_id AND w.id > v.id AND w.kind = ANY(%(moves)s) ORDER BY w.id LIMIT 1
            ) n ON true
            LEFT JOIN reporting_spell o ON o.lead_id = v.lead_id AND o.hop = n.hop
            WHERE v.kind = %(kind)s AND v.occurred_at >= %(since)s AND v.occurred_at < %(until)s
                AND NOT (n.kind IS NULL AND l.group_id = ANY(%(unclaimed)s::bigint[]))
        ) x WHERE {scope.where} GROUP BY 1"""  # noqa: S608
    params = scope.params(since=since, until=until, now=now)
    with connection.cursor() as cursor:
        cursor.execute(sql, {**params, "kind": kind.value, "ends": [e.value for e in ends], "moves": _ENDS})
        return {key: duration(ended or (), going_on or ()) for key, ended, going_on in cursor.fetchall()}
