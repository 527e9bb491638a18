"""Whether so much is assigned by hand that a rule should do it: what the Board says, asked in one query."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from django.db import connection

from reporting.cohort import Scope
from routing.desk_time import MUCH
from routing.models import Baseline

OVER = timedelta(days=7)
MOST_REPS = 2
MANY = 20  # leads in a day


@dataclass(frozen=True, slots=True)
class ByHand:
    """The last seven days: who spent most time, leads of the busiest day, reps who got some, and the best rule found.

    `offer` is the condition, where to, and the counts; only for who may write rules.
    """

    name: str
    seconds: float
    week_hours: int
    leads: int
    busiest: int
    reps: int
    offer: Mapping[str, Any] | None = None

    @property
    def share(self) -> float:
        """Of the week, as a share of one."""
        return self.seconds / (self.week_hours * 3600)

    @property
    def much(self) -> bool:
        """Whether it is worth a word."""
        return self.share >= MUCH or self.busiest >= MANY or self.reps > MOST_REPS


def by_hand(*, scope: Scope, user: int, edits: bool, division: int, now: datetime, zone: tzinfo) -> ByHand:
    """Of the leads in the scope; time is everybody's where the scope is all, else the reader's own."""
    with connection.cursor() as cursor:
        cursor.execute(
            _SQL,
            {
                "since": now - OVER,
                "zone": str(zone),
                "all": scope.groups is None,
                "groups": list(scope.groups or ()),
                "members": list(scope.members),
                "user": user,
                "edits": edits,
                "division": division,
            },
        )
        name, seconds, hours, leads, busiest, reps, *offer = cursor.fetchone()
    keys = ("uid", "condition", "to", "given", "leads")
    found = dict(zip(keys, offer, strict=True)) if offer[0] is not None else None
    return ByHand(
        name or "", seconds or 0.0, hours or Baseline().week_hours, leads or 0, busiest or 0, reps or 0, found
    )


# Both parts read an index of their own that holds nothing else: assignment_by_hand, desk_time_at.
_SQL = """
WITH hand AS (
    SELECT a.rep_id, (a.starts_at AT TIME ZONE %(zone)s)::date AS day_on
    FROM routing_assignment a JOIN leads_lead l ON l.id = a.lead_id
    WHERE a.how = 'manual' AND a.starts_at >= %(since)s AND l.kind <> 'test' AND l.merged_into_id IS NULL
        AND l.sourced_by_id IS DISTINCT FROM a.rep_id
        AND (%(all)s OR a.group_id = ANY(%(groups)s::bigint[])
            OR (a.group_id IS NULL AND a.rep_id = ANY(%(members)s::bigint[])))
),
spent AS (
    SELECT u.name, sum(d.seconds) AS seconds FROM routing_desktime d JOIN reps_user u ON u.id = d.user_id
    WHERE d.at >= %(since)s AND (%(all)s OR d.user_id = %(user)s) GROUP BY u.id, u.name ORDER BY 2 DESC LIMIT 1
),
offered AS (
    SELECT h.uid::text, h.condition, COALESCE(u.name, g.name) AS goes_to, h.given, h.leads
    FROM routing_handrule h LEFT JOIN reps_rep r ON r.id = h.rep_id LEFT JOIN reps_user u ON u.id = r.user_id
        LEFT JOIN reps_group g ON g.id = h.group_id
    WHERE %(edits)s AND h.division_id = %(division)s AND h.put_at IS NULL AND h.aside_at IS NULL
    ORDER BY h.given DESC, h.id LIMIT 1
)
SELECT (SELECT name FROM spent), (SELECT seconds FROM spent),
    (SELECT week_hours FROM routing_baseline WHERE division_id = %(division)s),
    (SELECT count(*) FROM hand),
    (SELECT max(n) FROM (SELECT count(*) AS n FROM hand GROUP BY day_on) days),
    (SELECT count(DISTINCT rep_id) FROM hand),
    o.uid, o.condition, o.goes_to, o.given, o.leads
FROM (SELECT 1) one LEFT JOIN offered o ON true
"""
