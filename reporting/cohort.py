"""The spells of ownership and the arrivals a report is about, and all metrics asked of them at once."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from reporting import working
from reporting.metric import Answer, Counts, Metric, Over
from reporting.metrics import shelf
from reporting.scope import CUTS, JOINED, Scope, not_yet_claimed, overseen
from reporting.spells import keep

__all__ = ["CUTS", "JOINED", "Figures", "Scope", "ask", "figures", "not_yet_claimed", "overseen", "spells"]


@dataclass(frozen=True, slots=True)
class Figures:
    """The answers of all metrics for one part of the cut, and the counts they were made of."""

    counts: Counts
    answers: Mapping[str, Answer]


def ask(
    *,
    scope: Scope,
    since: datetime,
    until: datetime,
    now: datetime,
    cut: str = "all",
    names: Collection[str] | None = None,
) -> dict[Any, Figures]:
    """Every metric, or those of the names, over what began in the span, for each part of the cut that has any."""
    keep.refresh()
    metrics = [metric for metric in shelf().values() if names is None or metric.name in names]
    params = scope.params(since=since, until=until, now=now)
    owned, came = {}, {}
    if any(metric.over is not Over.ARRIVALS for metric in metrics):
        owned = {row["cut"]: row for row in _rows(_owned(scope, cut, metrics), params)}
    if any(metric.over is Over.ARRIVALS for metric in metrics):
        came = {row["cut"]: row for row in _rows(_came(scope, cut, metrics), params)}
    if cut == "all" and not any(row["leads"] for row in owned.values()):
        owned = {}
    if cut == "all" and not any(row["arrived"] for row in came.values()):
        came = {}
    found = {key: _Nothing(owned.get(key, {}) | came.get(key, {})) for key in [*owned, *came]}
    if cut in {"rep", "group", "sourced_by"}:
        found.pop(None, None)
    working.measure(found.values())
    return {key: _figures(row, metrics) for key, row in found.items()}


def figures(
    *, scope: Scope, since: datetime, until: datetime, now: datetime, names: Collection[str] | None = None
) -> Figures:
    """Every metric, or those of the names, over all of it; without any, everything is 0 or nothing."""
    found = ask(scope=scope, since=since, until=until, now=now, names=names)
    metrics = [metric for metric in shelf().values() if names is None or metric.name in names]
    return found[None] if found else _figures(_Nothing(), metrics)


def spells(*, scope: Scope, since: datetime, until: datetime, now: datetime, most: int) -> list[dict[str, Any]]:
    """The spells themselves, newest first: what a figure was made of."""
    keep.refresh()
    sql = f"""SELECT spell.*, leads_lead.uid FROM ({_SPELL.format(cut=CUTS["all"], where=scope.where)}) spell
        JOIN leads_lead ON leads_lead.id = lead_id ORDER BY starts_at DESC, lead_id DESC LIMIT %(most)s"""  # noqa: S608
    return _rows(sql, {**scope.params(since=since, until=until, now=now), "most": most})


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Leads that arrived in a span and stand in no figure."""

    tests: int
    merged: int
    rejected: int


def left_out(*, since: datetime, until: datetime) -> LeftOut:
    """Of the whole installation: what is left out belongs to nobody."""
    (row,) = _rows(
        """
        SELECT count(*) FILTER (WHERE kind = 'test') AS tests,
            count(*) FILTER (WHERE kind <> 'test' AND merged_into_id IS NOT NULL) AS merged,
            count(*) FILTER (WHERE kind <> 'test' AND merged_into_id IS NULL) AS rejected
        FROM leads_lead WHERE arrived_at >= %(since)s AND arrived_at < %(until)s
            AND (kind = 'test' OR merged_into_id IS NOT NULL OR (state = 'rejected' AND hop = 0))
        """,
        {"since": since, "until": until},
    )
    return LeftOut(**row)


def _owned(scope: Scope, cut: str, metrics: Iterable[Metric]) -> str:
    """One row for each part of the cut: the counts over spells beside those over leads.

    Reading narrow rows twice costs less than keeping them between.
    """
    # Only columns and aggregates of ours are put into the text.
    return f"""
        WITH spell AS NOT MATERIALIZED ({_SPELL.format(cut=CUTS[cut], where=scope.where)}),
        lead AS ({_LEAD})
        SELECT * FROM (SELECT cut, {_wanted(Over.LEADS, metrics)} FROM lead GROUP BY cut) a
        JOIN (SELECT cut AS same, {_wanted(Over.SPELLS, metrics)} FROM spell GROUP BY cut) b
            ON a.cut IS NOT DISTINCT FROM b.same
    """  # noqa: S608


def _came(scope: Scope, cut: str, metrics: Iterable[Metric]) -> str:
    return f"""
        WITH arrival AS ({_ARRIVAL.format(where=scope.where)})
        SELECT {CUTS[cut]} AS cut, {_wanted(Over.ARRIVALS, metrics)} FROM arrival GROUP BY 1
    """  # noqa: S608


# Asked for whatever else is: what the others are of.
_ALWAYS = {
    Over.LEADS: {"leads": "count(*)"},
    Over.SPELLS: {"spells": "count(*)"},
    Over.ARRIVALS: {"arrived": "count(*)"},
}


def _wanted(over: Over, metrics: Iterable[Metric]) -> str:
    counts = dict(_ALWAYS[over])
    for metric in metrics:
        counts.update(metric.counts if metric.over is over else {})
    return ", ".join(f"{sql} AS {name}" for name, sql in counts.items())


def _figures(row: Counts, metrics: Iterable[Metric]) -> Figures:
    return Figures(row, {metric.name: metric.answer(row) for metric in metrics})


# Counts that are lists or sums: nothing of them is nothing, not 0.
_LISTS = ("_ended", "_waiting", "talks", "won_after", "won_worth")


class _Nothing(dict[str, Any]):
    """Counts; of what was not counted there is none."""

    def __missing__(self, name: str) -> int | None:
        return None if name.endswith(_LISTS) else 0


def _rows(sql: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


# The spells of the span (reporting/models/spell.py names the columns), with the part of the cut they belong to.
_SPELL = """
SELECT x.*, {cut} AS cut, %(now)s::timestamptz AS asked_at, v.base_currency
FROM (SELECT *, starts_at AS began_at FROM reporting_spell) x JOIN reps_division v ON v.id = x.division_id
WHERE x.starts_at >= %(since)s AND x.starts_at < %(until)s
    AND {where}
"""
# Each lead once in its part of the cut, with the best its spells there came to.
_LEAD = """
SELECT cut, lead_id, bool_or(touches > 0) AS touched, bool_or(reached) AS reached,
    bool_or(booked_at IS NOT NULL) AS booked, bool_or(held_at IS NOT NULL) AS held,
    bool_or(opportunity_at IS NOT NULL) AS opportunity, bool_or(ending = 'won') AS won, bool_or(ending = 'lost') AS lost
FROM spell GROUP BY cut, lead_id
"""
# What came in the span: first spells, and leads that nobody had yet, which belong to the group they wait in.
_ARRIVAL = """
SELECT x.*, x.arrived_at AS began_at FROM (
    SELECT o.arrived_at, o.responded_at, o.lead_closed_at AS closed_at, o.source, o.channel, o.campaign, o.band,
        o.sourced_by_id, o.rep_id, o.group_id, o.rule, o.territory_id, %(now)s::timestamptz AS asked_at
    FROM reporting_spell o WHERE o.first AND o.arrived_at >= %(since)s AND o.arrived_at < %(until)s
    UNION ALL
    SELECT l.arrived_at, l.responded_at, l.closed_at, l.source, l.channel, l.campaign, l.band,
        l.sourced_by_id, NULL, l.group_id, '', (
            SELECT d.territory_id FROM routing_decision d WHERE d.lead_id = l.id ORDER BY d.at DESC, d.id DESC LIMIT 1
        ), %(now)s::timestamptz
    FROM leads_lead l
    WHERE l.hop = 0 AND l.arrived_at >= %(since)s AND l.arrived_at < %(until)s AND l.kind <> 'test'
        AND l.merged_into_id IS NULL AND l.state <> 'rejected'
        AND NOT (l.group_id = ANY(%(unclaimed)s::bigint[]) AND l.state IN ('pooled', 'offered', 'held'))
        AND NOT EXISTS (SELECT FROM reporting_spell o WHERE o.lead_id = l.id)
) x
WHERE {where}
"""
