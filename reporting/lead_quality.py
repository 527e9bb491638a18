"""What leads promise: how likely each comes to a result by its age, as leads of its source and score do.

Leads are put in kinds: by source and quarter of the score. A kind of fewer than 30 leads goes with the small ones of
its source, and where those are still too few with those of all sources; there are at most 20. What came to the result
is counted against what was lost (Aalen and Johansen), so that a young lead promises little yet. One query, whatever
the number of leads and reps: ages are counted in hours for two days, in days from then on.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any, NamedTuple

from django.db import connection, transaction

from reporting.scope import Scope
from reporting.spells import keep
from reporting.statistics.competing import Incidence, aalen_johansen, smoothed
from reporting.statistics.shrunk import Record

FEWEST, MOST_KINDS = 30, 20


@dataclass(frozen=True, slots=True)
class Result:
    """What a lead may come to: when, in columns of `reporting.models.Spell`, and the metric that counts it."""

    name: str
    at: str
    metric: str


RESULTS = {
    each.name: each
    for each in (
        Result("wins", "CASE WHEN x.ending = 'won' THEN x.closed_at END", "close_rate"),
        Result("meetings", "x.booked_at", "meetings"),
        Result("opportunities", "x.opportunity_at", "opportunities"),
    )
}


class Cell(NamedTuple):
    """A source and a quarter of the score, 1 to 4 from the lowest; 0: leads without a score."""

    source: str
    quarter: int


# What small cells go to: those of one source, and those of all.
ANY_QUARTER, ANY_SOURCE = -1, Cell("", -1)


class Aged(NamedTuple):
    """Kept leads of one cell and one age: whose they are, and how many each has."""

    cell: Cell
    age: int
    reps: Sequence[int]
    leads: Sequence[int]


@dataclass(frozen=True, slots=True)
class Had:
    """What a rep was given, each lead once: all of them, and those kept (not returned, not put back)."""

    leads: int
    came: int
    kept: int
    kept_came: int


@dataclass(frozen=True, slots=True)
class Quality:
    """What every rep was given, and what just those leads promised."""

    had: Mapping[int, Had]
    expected: Mapping[int, float]
    variance: Mapping[int, float]
    kinds: Mapping[Cell, Cell]
    curves: Mapping[Cell, Incidence]

    def records(self) -> list[Record]:
        """Of each rep with a lead, as the score takes them."""
        return [
            Record(rep, had.kept, had.kept_came, self.expected.get(rep, 0.0), self.variance.get(rep, 0.0))
            for rep, had in self.had.items()
        ]

    def per_lead(self, rep: int) -> float | None:
        """What one lead of the rep promises, in the mean; nothing where none was kept."""
        had = self.had.get(rep)
        return self.expected.get(rep, 0.0) / had.kept if had and had.kept else None

    def per_lead_of_all(self) -> float | None:
        """The same of all reps together."""
        kept = sum(had.kept for had in self.had.values())
        return sum(self.expected.values()) / kept if kept else None

    def chance(self, cell: Cell, age: int) -> float:
        """How likely a lead of the cell has come to the result by this age, as `aged` counts it."""
        return self.curves[self.kinds[cell]].at(age) if cell in self.kinds else 0.0


def quality(*, scope: Scope, since: datetime, until: datetime, now: datetime, result: Result) -> Quality:
    """Over the leads that were assigned in the span."""
    keep.refresh()
    had: dict[int, Had] = {}
    ends: dict[Cell, list[tuple[float, float, float, float]]] = defaultdict(list)
    ages: list[Aged] = []
    rows = _asked(_COUNTED, scope=scope, since=since, until=until, now=now, result=result)
    for source, quarter, bucket, reps, *counts in rows:
        if source is None:
            had |= {rep: Had(*each) for rep, *each in zip(reps, *counts, strict=True)}
        elif reps is None:
            came, lost, neither = counts[0]
            ends[Cell(source, quarter)].append((bucket, came, lost, neither))
        else:
            ages.append(Aged(Cell(source, quarter), bucket, reps, counts[0]))
    kinds = kinds_of({cell: int(sum(sum(row[1:]) for row in rows)) for cell, rows in ends.items()})
    curves = _curves(ends, kinds)
    expected, variance = _promised(ages, kinds, curves)
    return Quality(had, expected, variance, kinds, curves)


def one_by_one(
    *, scope: Scope, since: datetime, until: datetime, now: datetime, result: Result, most: int
) -> list[dict[str, Any]]:
    """The leads themselves, newest first: uid, source, quarter, cell, starts_at, came_at, lost_at, kept, age."""
    keep.refresh()
    names = ("uid", "source", "quarter", "starts_at", "came_at", "lost_at", "kept", "age")
    rows = _asked(_EACH, scope=scope, since=since, until=until, now=now, result=result, most=most)
    found = (dict(zip(names, row, strict=True)) for row in rows)
    return [{**row, "cell": Cell(row["source"], row["quarter"])} for row in found]


def takes(*, scope: Scope, since: datetime, until: datetime, now: datetime, result: Result) -> timedelta:
    """In how long nine of ten leads came to the result, of those that did; nothing where none did."""
    keep.refresh()
    rows = _asked(_TAKES, scope=scope, since=since, until=until, now=now, result=result)
    return rows[0][0] or timedelta()


def by_week(
    found: Quality, *, scope: Scope, since: datetime, until: datetime, now: datetime, ripe: datetime, result: Result
) -> dict[int, list[Record]]:
    """Each rep's record of every week of the span, oldest first, by what the whole span says that leads promise.

    Leads counted are those assigned before `ripe`; what is observed and expected takes in all of them by their age.
    """
    weeks = max(1, ceil((until - since) / timedelta(weeks=1)))
    sums: dict[int, list[list[float]]] = {}
    rows = _asked(_WEEKS, scope=scope, since=since, until=until, now=now, result=result, ripe=ripe)
    for rep, week, source, quarter, age, leads, came, matured in rows:
        chance = min(1.0, max(0.0, found.chance(Cell(source, quarter), age)))
        of = sums.setdefault(rep, [[0, 0.0, 0.0, 0.0] for _ in range(weeks)])[weeks - 1 - min(week, weeks - 1)]
        more = (matured, came, leads * chance, leads * chance * (1 - chance))
        of[:] = [one + another for one, another in zip(of, more, strict=True)]
    return {rep: [Record(rep, int(each[0]), *each[1:]) for each in own] for rep, own in sums.items()}


def kinds_of(cells: Mapping[Cell, int], *, fewest: int = FEWEST, most: int = MOST_KINDS) -> dict[Cell, Cell]:
    """Which kind the leads of each cell are: itself, or what it went to because it was too small."""
    kinds = {cell: cell if leads >= fewest else Cell(cell.source, ANY_QUARTER) for cell, leads in cells.items()}
    sizes = _sizes(cells, kinds)
    kinds = {cell: kind if sizes[kind] >= fewest else ANY_SOURCE for cell, kind in kinds.items()}
    sizes = _sizes(cells, kinds)
    # The room of "all the others" is kept where it is taken or will be.
    named = sorted((kind for kind in sizes if kind != ANY_SOURCE), key=lambda kind: (-sizes[kind], kind))
    stay = set(named if len(sizes) <= most else named[: most - 1])
    return {cell: kind if kind in stay else ANY_SOURCE for cell, kind in kinds.items()}


def _sizes(cells: Mapping[Cell, int], kinds: Mapping[Cell, Cell]) -> dict[Cell, int]:
    sizes: dict[Cell, int] = defaultdict(int)
    for cell, kind in kinds.items():
        sizes[kind] += cells[cell]
    return sizes


def _curves(
    ends: Mapping[Cell, list[tuple[float, float, float, float]]], kinds: Mapping[Cell, Cell]
) -> dict[Cell, Incidence]:
    overall = aalen_johansen(row for rows in ends.values() for row in rows)
    together: dict[Cell, list[tuple[float, float, float, float]]] = defaultdict(list)
    for cell, rows in ends.items():
        together[kinds[cell]].extend(rows)
    return {kind: smoothed(rows, overall) for kind, rows in together.items()}


def _promised(
    ages: Iterable[Aged], kinds: Mapping[Cell, Cell], curves: Mapping[Cell, Incidence]
) -> tuple[dict[int, float], dict[int, float]]:
    expected: dict[int, float] = defaultdict(float)
    variance: dict[int, float] = defaultdict(float)
    for cell, age, reps, leads in ages:
        chance = min(1.0, max(0.0, curves[kinds[cell]].at(age)))
        spread = chance * (1 - chance)
        for rep, n in zip(reps, leads, strict=True):
            expected[rep] += n * chance
            variance[rep] += n * spread
    return dict(expected), dict(variance)


def _asked(
    statement: str, *, scope: Scope, since: datetime, until: datetime, now: datetime, result: Result, **more: Any
) -> list[tuple[Any, ...]]:
    values = {
        "since": since,
        "until": until,
        "now": now,
        "all_groups": scope.groups is None,
        "groups": list(scope.groups or ()),
        "members": list(scope.members),
        "rep": scope.rep,
        **more,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        # Months of leads are put together in memory, or they go through files; compiling takes longer than it saves.
        cursor.execute("SELECT set_config('work_mem', '64MB', true), set_config('jit', 'off', true)")
        cursor.execute(statement.format(leads=_LEADS.format(came_at=result.at)), values)
        return cursor.fetchall()


# Each lead once for each rep who was given it. Quarters are those of all leads asked about, whoever got them, so they
# do not move with the rep. A lead given on by hand is looked at for as long as the rep had it; one taken away because
# nobody answered counts in full, or silence would make leads cheap.
_LEADS = """
spell AS (
    SELECT x.rep_id, x.lead_id, x.source, x.score, x.starts_at, {came_at} AS came_at,
        CASE WHEN x.ending IN ('lost', 'unqualified') THEN x.closed_at END AS lost_at,
        x."end" NOT IN ('returned', 'put_back') AS kept,
        CASE WHEN x."end" IN ('hand_over', 'released', 'left') OR (x."end" = 'handoff' AND {came_at} IS NULL)
            THEN x.ended_at ELSE %(now)s::timestamptz END AS seen_until
    FROM reporting_spell x
    WHERE x.starts_at >= %(since)s AND x.starts_at < %(until)s
        AND (%(all_groups)s OR x.group_id = ANY(%(groups)s::bigint[])
            OR (x.group_id IS NULL AND x.rep_id = ANY(%(members)s::bigint[])))
),
quarters AS (
    SELECT percentile_disc(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY score) AS cuts FROM spell
    WHERE score IS NOT NULL
),
one AS (
    SELECT rep_id, lead_id, min(source) AS source, min(score) AS score, min(starts_at) AS starts_at,
        min(came_at) AS came_at, min(lost_at) AS lost_at, bool_or(kept) AS kept, max(seen_until) AS seen_until
    FROM spell GROUP BY rep_id, lead_id
),
timed AS (
    SELECT one.*, CASE WHEN score IS NULL THEN 0
            ELSE 1 + (score > cuts[1])::int + (score > cuts[2])::int + (score > cuts[3])::int END AS quarter,
        GREATEST(0, date_part('epoch', seen_until - starts_at)) AS seconds,
        GREATEST(0, date_part('epoch', COALESCE(came_at, lost_at, seen_until) - starts_at)) AS ended_after
    FROM one CROSS JOIN quarters
),
lead AS (
    SELECT timed.*,
        CASE WHEN seconds < 172800 THEN floor(seconds / 3600) ELSE 46 + floor(seconds / 86400) END::int AS age,
        CASE WHEN ended_after < 172800 THEN floor(ended_after / 3600)
            ELSE 46 + floor(ended_after / 86400) END::int AS end_age
    FROM timed
)
"""
# Three answers in one: of each rep what they were given; of each cell how its leads ended, by age; and whose leads of
# which cell and age there are, put together so that few rows travel.
_COUNTED = """
WITH {leads},
rep AS (
    SELECT rep_id, count(*) AS given, count(came_at) AS came, count(*) FILTER (WHERE kept) AS kept,
        count(came_at) FILTER (WHERE kept) AS kept_came
    FROM lead WHERE %(rep)s::bigint IS NULL OR rep_id = %(rep)s::bigint GROUP BY rep_id
),
aged AS (
    SELECT rep_id, source, quarter, age, count(*) AS n
    FROM lead WHERE kept AND (%(rep)s::bigint IS NULL OR rep_id = %(rep)s::bigint)
    GROUP BY source, quarter, age, rep_id
)
SELECT NULL AS source, NULL::int AS quarter, NULL::int AS age, array_agg(rep_id) AS reps, array_agg(given),
    array_agg(came), array_agg(kept), array_agg(kept_came)
FROM rep HAVING count(*) > 0
UNION ALL
SELECT source, quarter, age, array_agg(rep_id), array_agg(n), NULL, NULL, NULL
FROM aged GROUP BY source, quarter, age
UNION ALL
SELECT source, quarter, end_age, NULL, ARRAY[count(came_at), count(*) FILTER (WHERE came_at IS NULL
    AND lost_at IS NOT NULL), count(*) FILTER (WHERE came_at IS NULL AND lost_at IS NULL)], NULL, NULL, NULL
FROM lead WHERE kept GROUP BY source, quarter, end_age
"""
_TAKES = """
WITH {leads}
SELECT percentile_disc(0.9) WITHIN GROUP (ORDER BY came_at - starts_at) FROM lead
WHERE kept AND came_at >= starts_at AND (%(rep)s::bigint IS NULL OR rep_id = %(rep)s::bigint)
"""
_WEEKS = """
WITH {leads}
SELECT rep_id, floor(date_part('epoch', %(until)s::timestamptz - starts_at) / 604800)::int, source, quarter, age,
    count(*), count(came_at), count(*) FILTER (WHERE starts_at < %(ripe)s)
FROM lead WHERE kept AND (%(rep)s::bigint IS NULL OR rep_id = %(rep)s::bigint) GROUP BY 1, 2, 3, 4, 5
"""
_EACH = """
WITH {leads}
SELECT l.uid, lead.source, quarter, starts_at, came_at, lost_at, kept, age
FROM lead JOIN leads_lead l ON l.id = lead.lead_id
WHERE %(rep)s::bigint IS NULL OR rep_id = %(rep)s::bigint ORDER BY starts_at DESC, l.id DESC LIMIT %(most)s
"""
