"""The spells of ownership and the arrivals a report is about, and all metrics asked of them at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection

from reporting import working
from reporting.metric import Answer, Counts, Over
from reporting.metrics import shelf
from reporting.spells import keep
from reps import access
from reps.models import Group, Membership, Rep, User

JOINED = "\x1f"  # stands in no source and in no channel
# What answers may be cut by: word -> column of the rows asked; of a source the channels apart.
CUTS = {
    "all": "NULL::bigint",
    "rep": "rep_id",
    "group": "group_id",
    "source": "source || chr(31) || channel",
    "campaign": "campaign",
    "rule": "rule",
    "band": "band",
    "sourced_by": "sourced_by_id",
}
# What a report may be narrowed to: word -> column.
NARROW = {"source": "source", "channel": "channel", "campaign": "campaign", "rule": "rule", "band": "band"}


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose spells count: of the groups (None: of all), those without a group of the `members`; of one rep, if any.

    `unclaimed` are groups of whose leads the reader must know nothing before they are claimed. `only` narrows to one
    value of each column named (NARROW).
    """

    groups: tuple[int, ...] | None = None
    members: tuple[int, ...] = ()
    rep: int | None = None
    unclaimed: tuple[int, ...] = ()
    only: Mapping[str, Any] = field(default_factory=dict)

    def of(self, rep: Rep) -> "Scope":
        """The part of it that is one rep's."""
        return replace(self, rep=rep.pk)


@dataclass(frozen=True, slots=True)
class Figures:
    """The answers of all metrics for one part of the cut, and the counts they were made of."""

    counts: Counts
    answers: Mapping[str, Answer]


def overseen(user: User | AnonymousUser, group: Group | None = None, *, now: datetime) -> Scope:
    """What a manager's reports tell of: the groups they manage, or the one chosen of them.

    A spell without a group (an import, a lead given by hand) belongs to the managers of its rep's groups.
    """
    unclaimed = not_yet_claimed(user, now=now)
    if group is None and access.oversees_all(user):
        return Scope(unclaimed=unclaimed)
    groups = [group.pk] if group else list(access.groups_managed(user).values_list("pk", flat=True))
    members = Membership.objects.at(now).filter(group__in=groups).values_list("rep_id", flat=True)
    return Scope(tuple(groups), tuple(sorted(set(members))), unclaimed=unclaimed)


def not_yet_claimed(user: User | AnonymousUser, *, now: datetime) -> tuple[int, ...]:
    """The blind groups whose waiting leads the user may yet claim: no figure of theirs is made of those."""
    return tuple(access.groups_of(user, now=now).filter(pool=Group.Pool.BLIND).values_list("pk", flat=True))


def ask(*, scope: Scope, since: datetime, until: datetime, now: datetime, cut: str = "all") -> dict[Any, Figures]:
    """Every metric over what began in the span, for each part of the cut that has any."""
    keep.refresh()
    params = _params(scope, since, until, now)
    owned = {row["cut"]: row for row in _rows(_owned(scope, cut), params)}
    came = {row["cut"]: row for row in _rows(_came(scope, cut), params)}
    if cut == "all" and not any(row["leads"] for row in owned.values()):
        owned = {}
    if cut == "all" and not any(row["arrived"] for row in came.values()):
        came = {}
    found = {key: _Nothing(owned.get(key, {}) | came.get(key, {})) for key in [*owned, *came]}
    if cut in {"rep", "group", "sourced_by"}:
        found.pop(None, None)
    working.measure(found.values())
    return {key: _figures(row) for key, row in found.items()}


def figures(*, scope: Scope, since: datetime, until: datetime, now: datetime) -> Figures:
    """Every metric over all of it; without any, everything is 0 or nothing."""
    found = ask(scope=scope, since=since, until=until, now=now)
    return found[None] if found else _figures(_Nothing())


def spells(*, scope: Scope, since: datetime, until: datetime, now: datetime, most: int) -> list[dict[str, Any]]:
    """The spells themselves, newest first: what a figure was made of."""
    keep.refresh()
    sql = f"""SELECT spell.*, leads_lead.uid FROM ({_SPELL.format(cut=CUTS["all"], only=_only(scope))}) spell
        JOIN leads_lead ON leads_lead.id = lead_id ORDER BY starts_at DESC, lead_id DESC LIMIT %(most)s"""  # noqa: S608
    return _rows(sql, {**_params(scope, since, until, now), "most": most})


def _owned(scope: Scope, cut: str) -> str:
    """One row for each part of the cut: the counts over spells beside those over leads."""
    # Only columns and aggregates of ours are put into the text.
    return f"""
        WITH spell AS MATERIALIZED ({_SPELL.format(cut=CUTS[cut], only=_only(scope))}),
        lead AS ({_LEAD})
        SELECT * FROM (SELECT cut, {_wanted(Over.LEADS)} FROM lead GROUP BY cut) a
        JOIN (SELECT cut AS same, {_wanted(Over.SPELLS)} FROM spell GROUP BY cut) b ON a.cut IS NOT DISTINCT FROM b.same
    """  # noqa: S608


def _came(scope: Scope, cut: str) -> str:
    return f"""
        WITH arrival AS ({_ARRIVAL.format(only=_only(scope))})
        SELECT {CUTS[cut]} AS cut, {_wanted(Over.ARRIVALS)} FROM arrival GROUP BY 1
    """  # noqa: S608


def _wanted(over: Over) -> str:
    counts = {name: sql for metric in shelf().values() if metric.over is over for name, sql in metric.counts.items()}
    return ", ".join(f"{sql} AS {name}" for name, sql in counts.items())


def _only(scope: Scope) -> str:
    return "".join(f" AND x.{NARROW[name]} = %(only_{name})s" for name in scope.only)


def _figures(row: Counts) -> Figures:
    return Figures(row, {name: metric.answer(row) for name, metric in shelf().items()})


# Counts that are lists or sums: nothing of them is nothing, not 0.
_LISTS = ("_ended", "_waiting", "talks", "won_after", "won_worth")


class _Nothing(dict[str, Any]):
    """Counts; of what was not counted there is none."""

    def __missing__(self, name: str) -> int | None:
        return None if name.endswith(_LISTS) else 0


def _params(scope: Scope, since: datetime, until: datetime, now: datetime) -> dict[str, Any]:
    return {
        "since": since,
        "until": until,
        "now": now,
        "all_groups": scope.groups is None,
        "groups": list(scope.groups or ()),
        "members": list(scope.members),
        "rep": scope.rep,
        "unclaimed": list(scope.unclaimed),
        **{f"only_{name}": value for name, value in scope.only.items()},
    }


def _rows(sql: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


# The spells of the span (reporting/models/spell.py names the columns), with the part of the cut they belong to.
_SPELL = """
SELECT x.*, {cut} AS cut, %(now)s::timestamptz AS asked_at, v.base_currency
FROM reporting_spell x JOIN reps_division v ON v.id = x.division_id
WHERE x.starts_at >= %(since)s AND x.starts_at < %(until)s
    AND (%(all_groups)s OR x.group_id = ANY(%(groups)s::bigint[])
        OR (x.group_id IS NULL AND x.rep_id = ANY(%(members)s::bigint[])))
    AND (%(rep)s::bigint IS NULL OR x.rep_id = %(rep)s::bigint){only}
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
SELECT x.* FROM (
    SELECT o.arrived_at, o.responded_at, o.lead_closed_at AS closed_at, o.source, o.channel, o.campaign, o.band,
        o.sourced_by_id, o.rep_id, o.group_id, o.rule, %(now)s::timestamptz AS asked_at
    FROM reporting_spell o WHERE o.first AND o.arrived_at >= %(since)s AND o.arrived_at < %(until)s
    UNION ALL
    SELECT l.arrived_at, l.responded_at, l.closed_at, l.source, l.channel, l.campaign, l.band,
        l.sourced_by_id, NULL, l.group_id, '', %(now)s::timestamptz
    FROM leads_lead l
    WHERE l.hop = 0 AND l.arrived_at >= %(since)s AND l.arrived_at < %(until)s AND l.kind <> 'test'
        AND l.merged_into_id IS NULL AND l.state <> 'rejected'
        AND NOT (l.group_id = ANY(%(unclaimed)s::bigint[]) AND l.state IN ('pooled', 'offered', 'held'))
        AND NOT EXISTS (SELECT FROM reporting_spell o WHERE o.lead_id = l.id)
) x
WHERE (%(all_groups)s OR x.group_id = ANY(%(groups)s::bigint[])
        OR (x.group_id IS NULL AND x.rep_id = ANY(%(members)s::bigint[])))
    AND (%(rep)s::bigint IS NULL OR x.rep_id = %(rep)s::bigint){only}
"""
