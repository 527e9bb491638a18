"""Fairness: the leads a rep received against the share of them they were entitled to.

Formula: every counted lead is worth one, split by weight among the members who could have taken it (a ledger entry's
`reps` and `weights`); entitled = the sum of a rep's parts, received = the entries they won. Entries taken back count
with the opposite sign. Over all time this equals the standing of `routing.standing`.

Caveats: leads that groups choose not to count (claims, by hand) are in neither figure; so the received may be fewer
than the rep's leads. Fairness holds inside what each rep was eligible for.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection


@dataclass(frozen=True, slots=True)
class FairShare:
    """What one rep received and was entitled to in a span."""

    received: int
    entitled: float


def fair_shares(*, since: datetime, until: datetime, groups: tuple[int, ...] | None) -> dict[int, FairShare]:
    """Of every rep with an entry in the span, over the groups together (None: all)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT x.rep, COALESCE(sum(e.sign) FILTER (WHERE x.rep = e.winner), 0),
                sum(e.sign * x.weight::numeric / NULLIF(e.total, 0))
            FROM (
                SELECT l.reps, l.weights, l.winner, CASE WHEN l.kind = 'reversed' THEN -1 ELSE 1 END AS sign,
                    (SELECT sum(w) FROM unnest(l.weights) AS w) AS total
                FROM routing_ledgerentry l
                WHERE l.kind IN ('share', 'forced', 'reversed') AND l.at >= %(since)s AND l.at < %(until)s
                    AND (%(all)s OR l.group_id = ANY(%(groups)s::bigint[]))
                    AND NOT EXISTS (SELECT FROM leads_lead x WHERE x.id = l.lead_id AND x.kind = 'test')
            ) e CROSS JOIN LATERAL unnest(e.reps, e.weights) AS x(rep, weight)
            GROUP BY x.rep
            """,
            {"since": since, "until": until, "all": groups is None, "groups": list(groups or ())},
        )
        return {rep: FairShare(int(received), float(entitled or 0)) for rep, received, entitled in cursor.fetchall()}
