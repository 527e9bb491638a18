"""Leads per hour on duty: how many leads a rep was given for each hour they could be given one.

Formula: leads assigned in the period / hours on duty in it.

Caveats: leads given by hand while the rep was off duty count above and not below. Without an hour on duty there is no
figure. A rep who shares a busy group gets more an hour than one of a quiet group, whatever they do.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from reporting.duty_hours import hours_on_duty, members
from reporting.metric import Answer, OwnMetric
from reporting.scope import Scope


def leads_per_hour(leads: Mapping[int, int], hours: Mapping[int, float]) -> dict[int, float | None]:
    """Of each rep who has hours or leads."""
    return {rep: leads.get(rep, 0) / hours[rep] if hours.get(rep) else None for rep in sorted({*leads, *hours})}


def ask(*, scope: Scope, since: datetime, until: datetime, now: datetime, cut: str, **_: Any) -> Mapping[Any, Answer]:
    """For each rep, or all together."""
    hours = hours_on_duty(members(scope, now=now), since=since, until=min(until, now))
    leads = given(scope, since=since, until=until, now=now)
    if cut == "rep":
        found = leads_per_hour({rep: n for rep, n in leads.items() if rep in hours}, hours)
        return {rep: Answer(value, leads.get(rep, 0), leads.get(rep, 0)) for rep, value in found.items()}
    whole, came = sum(hours.values()), sum(n for rep, n in leads.items() if hours.get(rep))
    return {None: Answer(came / whole if whole else None, came, came)}


def given(scope: Scope, *, since: datetime, until: datetime, now: datetime) -> dict[int, int]:
    sql = f"""
        SELECT x.rep_id, count(DISTINCT x.lead_id) FROM reporting_spell x
        WHERE x.starts_at >= %(since)s AND x.starts_at < %(until)s AND {scope.where} GROUP BY 1"""  # noqa: S608 - our own text
    with connection.cursor() as cursor:
        cursor.execute(sql, scope.params(since=since, until=until, now=now))
        return dict(cursor.fetchall())


metric = OwnMetric(name="leads_per_hour", unit="rate", ask=ask, cuts=frozenset({"all", "rep"}), of_one=True)
