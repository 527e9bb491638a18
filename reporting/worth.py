"""Worth it?: hours the rules saved, and leads before and after they went live, each side followed for as long.

Two spans of equal length, at most SPAN, touch at the day the rules went live. What became of a lead counts only within
`follow` days of its arrival, on either side, and only leads whose days are over are looked at: a lead of yesterday has
had no time to be won, and one of last year has had too much.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import QuerySet

from config.lib.enough import ENOUGH_FOR_MEDIAN
from leads.life import Kind, State
from leads.models import Lead
from reporting.cohort import Scope
from reporting.medians import median_answer, median_counts, median_of
from reporting.metric import Answer, share
from reps.models import Division
from routing import desk_time
from routing.models import Assignment, Baseline, RuleSet, RuleSetVersion

SPAN = timedelta(days=90)
FOLLOW = (30, 60, 90)


@dataclass(frozen=True, slots=True)
class Saved:
    """`leads` the rules gave away, and what one takes by hand: measured, of everybody, or `assumed`."""

    leads: int
    since: datetime
    each: Answer
    assumed: bool

    def hours(self, seconds: float | None) -> float | None:
        """So many leads, so many seconds each."""
        return None if seconds is None else self.leads * seconds / 3600


@dataclass(frozen=True, slots=True)
class Side:
    """One side of going live: leads that arrived in the span, `imported` ones among them, and what became of them."""

    since: datetime
    until: datetime
    leads: int
    imported: int
    speed: Answer  # seconds from arrival to the first contact
    close: Answer  # share won of those won or lost
    cycle: Answer  # seconds from arrival to won


@dataclass(frozen=True, slots=True)
class Compared:
    """Before and after; None for a side that has no whole day to look at yet."""

    live_at: datetime
    follow: int
    before: Side | None
    after: Side | None


def zone_of(division: int) -> ZoneInfo:
    """The zone of the company's days: whoever reads it, wherever, counts the same leads."""
    return ZoneInfo(Division.objects.get(pk=division).time_zone)


def live_at(division: int) -> datetime | None:
    """When the rules went live: the day somebody set, else their first publication; None before that."""
    day: date | None = Baseline.of(division).live_on
    if day is not None:
        return datetime.combine(day, time(), tzinfo=zone_of(division))
    versions = RuleSetVersion.objects.filter(rule_set__division=division, rule_set__runs_on=RuleSet.RunsOn.NEW)
    return versions.order_by("published_at").values_list("published_at", flat=True).first()


def saved(*, scope: Scope, division: int, since: datetime, now: datetime) -> Saved:
    """Since then; leads are counted once, offers that were accepted too, pulls from a pool not."""
    rows = Assignment.objects.filter(how__in=[Assignment.How.RULE, Assignment.How.OFFER], hop=1)
    rows = rows.filter(starts_at__gte=since, starts_at__lt=now).exclude(lead__kind=Kind.TEST)
    if scope.groups is not None:
        rows = rows.filter(group__in=scope.groups)
    each = median_of(desk_time.typical())
    if each.n >= ENOUGH_FOR_MEDIAN:
        return Saved(rows.count(), since, each, assumed=False)
    assumed = float(Baseline.of(division).assumed_seconds)
    return Saved(rows.count(), since, Answer(assumed, each.n), assumed=True)


def compare(rows: "QuerySet[Lead]", *, live: datetime, follow: int, now: datetime) -> Compared:
    """Of these leads. The spans are as long as each other, so a fortnight live is held against a fortnight before."""
    until = min(now - timedelta(days=follow), live + SPAN)
    if until <= live:
        return Compared(live, follow, _side(rows, live - SPAN, live, follow), None)
    length = until - live
    before = _side(rows, live - length, live, follow)
    return Compared(live, follow, before, _side(rows, live, until, follow))


def _side(rows: "QuerySet[Lead]", since: datetime, until: datetime, follow: int) -> Side:
    span = rows.filter(arrived_at__gte=since, arrived_at__lt=until).exclude(state=State.REJECTED).order_by()
    inner, params = span.values_list(
        "arrived_at", "responded_at", "closed_at", "state", "kind", "stage__metric"
    ).query.sql_with_params()
    wanted = ", ".join(f"{sql} AS {name}" for name, sql in _COUNTS.items())
    # Only columns and aggregates of ours are put into the text.
    sql = f"""
        WITH lead (arrived_at, responded_at, closed_at, state, kind, metric) AS ({inner}),
        followed AS (
            SELECT kind, CASE WHEN responded_at < arrived_at + %s::interval
                    THEN GREATEST(EXTRACT(EPOCH FROM responded_at - arrived_at), 0) END AS waited,
                CASE WHEN state = 'closed' AND closed_at < arrived_at + %s::interval THEN metric END AS ending,
                EXTRACT(EPOCH FROM closed_at - arrived_at) AS lasted
            FROM lead
        )
        SELECT {wanted} FROM followed"""  # noqa: S608
    days = f"{follow} days"
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, days, days])
        names = [column.name for column in cursor.description or ()]
        counts: Mapping[str, Any] = dict(zip(names, cursor.fetchone(), strict=True))
    return Side(
        since,
        until,
        counts["leads"],
        counts["imported"],
        median_answer(counts, "speed", waiting=counts["silent"]),
        share(counts["won"], counts["won"] + counts["lost"]),
        median_answer(counts, "cycle"),
    )


_COUNTS = {
    "leads": "count(*)",
    "imported": "count(*) FILTER (WHERE kind = 'history')",
    "silent": "count(*) FILTER (WHERE waited IS NULL)",
    "won": "count(*) FILTER (WHERE ending = 'won')",
    "lost": "count(*) FILTER (WHERE ending = 'lost')",
    **median_counts("speed", "waited"),
    **median_counts("cycle", "lasted", "ending = 'won'"),
}
