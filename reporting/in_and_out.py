"""In and out: week by week, month or quarter, what came in and what came of it, each counted when it happened."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import connection

from reporting.scope import Scope
from reporting.spells import keep

STEPS = ("week", "month", "quarter")
CUTS = {"all": "NULL::bigint", "group": "x.group_id", "rep": "x.rep_id"}
# Each by the day on which it happened (reporting.spells.daily says what is counted).
EVENTS = ("arrived", "assigned", "responded", "meetings", "opportunities", "won")
FIGURES = (*EVENTS, "per_100", "sourced")
_MONTHS = {"month": 1, "quarter": 3}


@dataclass(slots=True)
class Counts:
    """What happened in one step, of one part."""

    n: Counter[str] = field(default_factory=Counter)

    def value(self, figure: str) -> float | None:
        """A count; won per 100 assigned where any was assigned."""
        if figure != "per_100":
            return self.n[figure]
        return 100 * self.n["won"] / self.n["assigned"] if self.n["assigned"] else None


def steps(step: str, *, months: int, today: date) -> list[date]:
    """The first days of the steps of so many months back, the one they begin in included, up to today's."""
    first = _begun(step, _months_on(today.replace(day=1), -months).replace(day=min(today.day, 28)))
    days = []
    while first <= today:
        days.append(first)
        first = after(step, first)
    return days


def before(step: str, days: Sequence[date]) -> list[date]:
    """The first days of as many steps that end where these begin."""
    if step == "week":
        return [day - timedelta(weeks=len(days)) for day in days]
    return [_months_on(day, -len(days) * _MONTHS[step]) for day in days]


def after(step: str, day: date) -> date:
    """The first day of the next step."""
    return day + timedelta(weeks=1) if step == "week" else _months_on(day, _MONTHS[step])


def counted(*, scope: Scope, days: Sequence[date], until: date, cut: str) -> dict[tuple[int, Any], Counts]:
    """By number of the step, from 0, and part of the cut, up to the day `until`; what had nothing is not there."""
    keep.refresh()
    params: dict[str, Any] = {
        "groups": list(scope.groups or ()),
        "members": list(scope.members),
        "all_groups": scope.groups is None,
        "rep": scope.rep,
        "unclaimed": list(scope.unclaimed),
        "days": list(days),
        "since": days[0],
        "until": until,
    }
    found: dict[tuple[int, Any], Counts] = {}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED.format(part=CUTS[cut], where=scope.where), params)
        for what, step, part, n in cursor.fetchall():
            found.setdefault((step - 1, part), Counts()).n[what] += n
    return found


def _begun(step: str, day: date) -> date:
    if step == "week":
        return day - timedelta(days=day.weekday())
    month = day.month if step == "month" else day.month - (day.month - 1) % 3
    return day.replace(month=month, day=1)


def _months_on(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return day.replace(year=day.year + years, month=month + 1)


# Arrivals that nobody had yet stand in no spell: they belong to the group they wait in, as reporting.cohort has it.
# Their days are narrowed a day wider by the instant first, for which there is an index.
_COUNTED = """
SELECT x.event, width_bucket(x.day, %(days)s::date[]) AS step, {part} AS part, sum(x.n)
FROM (
    SELECT event, day, rep_id, group_id, n FROM reporting_daily WHERE day >= %(since)s AND day < %(until)s AND n <> 0
    UNION ALL
    SELECT 'arrived', (l.arrived_at AT TIME ZONE d.time_zone)::date, NULL, l.group_id, 1
    FROM leads_lead l JOIN reps_division d ON d.id = l.division_id
    WHERE l.hop = 0 AND l.arrived_at >= %(since)s::date - 1 AND l.arrived_at < %(until)s::date + 1
        AND (l.arrived_at AT TIME ZONE d.time_zone)::date >= %(since)s
        AND (l.arrived_at AT TIME ZONE d.time_zone)::date < %(until)s
        AND l.kind <> 'test' AND l.merged_into_id IS NULL AND l.state <> 'rejected'
        AND NOT (l.group_id = ANY(%(unclaimed)s::bigint[]) AND l.state IN ('pooled', 'offered', 'held'))
        AND NOT EXISTS (SELECT FROM reporting_spell o WHERE o.lead_id = l.id)
) x
WHERE {where} GROUP BY 1, 2, 3
"""
