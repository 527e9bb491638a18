"""The spells of ownership a report is about, and all metrics asked of them at once, in one query."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection

from reporting.metric import Answer, Counts
from reporting.metrics import shelf
from reps import access
from reps.models import Group, Membership, Rep, User

JOINED = "\x1f"  # stands in no source and in no channel
# What answers may be cut by: word -> column of `spell`; of a source the channels apart.
CUTS = {"all": "NULL::bigint", "rep": "rep_id", "group": "group_id", "source": "source || chr(31) || channel"}


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose spells count: of the groups (None: of all), those without a group of the `members`; of one rep, if any."""

    groups: tuple[int, ...] | None = None
    members: tuple[int, ...] = ()
    rep: int | None = None

    def of(self, rep: Rep) -> "Scope":
        """The part of it that is one rep's."""
        return Scope(self.groups, self.members, rep.pk)


@dataclass(frozen=True, slots=True)
class Figures:
    """The answers of all metrics for one part of the cut, and the counts they were made of."""

    counts: Counts
    answers: Mapping[str, Answer]


def overseen(user: User | AnonymousUser, group: Group | None = None, *, now: datetime) -> Scope:
    """What a manager's reports tell of: the groups they manage, or the one chosen of them.

    A spell without a group (an import, a lead given by hand) belongs to the managers of its rep's groups.
    """
    if group is None and access.oversees_all(user):
        return Scope()
    groups = [group.pk] if group else list(access.groups_managed(user).values_list("pk", flat=True))
    members = Membership.objects.at(now).filter(group__in=groups).values_list("rep_id", flat=True)
    return Scope(tuple(groups), tuple(sorted(set(members))))


def ask(*, scope: Scope, since: datetime, until: datetime, now: datetime, cut: str = "all") -> dict[Any, Figures]:
    """Every metric over the spells that began in the span, for each part of the cut that has any."""
    metrics = shelf()
    counts = {name: sql for metric in metrics.values() for name, sql in metric.counts.items()}
    wanted = ", ".join(f"{sql} AS {name}" for name, sql in counts.items())
    # Only columns and aggregates of ours are put into the text.
    sql = f"WITH {_SPELLS % {'cut': CUTS[cut]}} SELECT {CUTS[cut]} AS cut, {wanted} FROM spell GROUP BY 1"  # noqa: S608
    rows = _rows(sql, _params(scope, since, until, now))
    if cut == "all":
        rows = [row for row in rows if row["leads"]]
    return {row["cut"]: _figures(row) for row in rows}


def figures(*, scope: Scope, since: datetime, until: datetime, now: datetime) -> Figures:
    """Every metric over all the spells; without any, everything is 0 or nothing."""
    found = ask(scope=scope, since=since, until=until, now=now)
    return found[None] if found else _figures(_NOTHING)


def spells(*, scope: Scope, since: datetime, until: datetime, now: datetime, most: int) -> list[dict[str, Any]]:
    """The spells themselves, newest first: what a figure was made of."""
    sql = f"""WITH {_SPELLS % {"cut": CUTS["all"]}}
        SELECT spell.*, leads_lead.uid, furthest >= meeting_position AS met FROM spell
        JOIN leads_lead ON leads_lead.id = lead_id ORDER BY starts_at DESC, lead_id DESC LIMIT %(most)s"""  # noqa: S608
    return _rows(sql, {**_params(scope, since, until, now), "most": most})


def _figures(row: Counts) -> Figures:
    return Figures(row, {name: metric.answer(row) for name, metric in shelf().items()})


_EMPTY = ("_median", "_low", "_high", "talks")


class _Nothing(dict[str, Any]):
    """The counts of no spells at all: no median, and 0 of everything."""

    def __missing__(self, name: str) -> int | None:
        return None if name.endswith(_EMPTY) else 0


_NOTHING = _Nothing()


def _params(scope: Scope, since: datetime, until: datetime, now: datetime) -> dict[str, Any]:
    return {
        "since": since,
        "until": until,
        "now": now,
        "all_groups": scope.groups is None,
        "groups": list(scope.groups or ()),
        "members": list(scope.members),
        "rep": scope.rep,
    }


def _rows(sql: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


# A spell is a rep's ownership of a lead; `held` of the inner query says that it is the present or the closing one.
#   touched, response_seconds, within_sla   of its contacts (the same hand-over number)
#   first_call, talks   whether its first call was answered; the seconds of its conversations by telephone, as "80,310"
#   ended_at   when it ended or its lead was closed; nothing while it runs
#   furthest   the highest stage its lead came to in it, lost and unqualified left out; docs: metrics/meetings.py
#   ending     won, lost or unqualified, where the lead was closed in it
#   nth        1 for the first spell of the lead in its part of the cut
_SPELLS = """
meeting AS (
    SELECT division_id, COALESCE(
        min(position) FILTER (WHERE metric = 'meeting_booked'), min(position) FILTER (WHERE metric = 'meeting_held'),
        min(position) FILTER (WHERE metric = 'opportunity'), min(position) FILTER (WHERE metric = 'won')
    ) AS meeting_position
    FROM leads_stage GROUP BY division_id
),
owned AS (
    SELECT a.lead_id, a.hop, a.rep_id, a.group_id, a.how, a.starts_at, a.due_at, %%(now)s::timestamptz AS asked_at,
        l.source, l.channel, l.arrived_at, l.responded_at, l.closed_at, m.meeting_position,
        LEAST(a.ends_at, CASE WHEN h.held THEN l.closed_at END) AS ended_at,
        t.touched, t.first_at, t.response_seconds, t.within_sla, t.first_call, t.talks,
        COALESCE(t.two_way, false) OR COALESCE(
            l.reached_at >= a.starts_at AND l.reached_at <= COALESCE(a.ends_at, l.reached_at), false
        ) AS reached,
        GREATEST(e.furthest, CASE
            WHEN h.held AND s.metric NOT IN ('lost', 'unqualified') AND COALESCE(l.stage_at >= a.starts_at, true)
            THEN s.position END) AS furthest,
        CASE WHEN h.held AND l.state = 'closed' THEN s.metric END AS ending
    FROM routing_assignment a
    JOIN leads_lead l ON l.id = a.lead_id
    JOIN leads_stage s ON s.id = l.stage_id
    LEFT JOIN meeting m ON m.division_id = l.division_id
    CROSS JOIN LATERAL (
        SELECT l.owner_id IS NOT DISTINCT FROM a.rep_id AND (a.ends_at IS NULL OR a."end" = 'closed') AS held
    ) h
    CROSS JOIN LATERAL (
        SELECT count(*) > 0 AS touched, min(at) AS first_at, max(response_seconds) AS response_seconds,
            bool_or(within_sla) AS within_sla, bool_or(two_way) AS two_way,
            (array_agg(two_way ORDER BY at, id) FILTER (WHERE kind = 'call'))[1] AS first_call,
            string_agg(duration_seconds::text, ',') FILTER (
                WHERE two_way AND duration_seconds > 0 AND kind IN ('call', 'inbound_call')) AS talks
        FROM leads_touch WHERE lead_id = a.lead_id AND hop = a.hop
    ) t
    CROSS JOIN LATERAL (
        SELECT max(x.position) AS furthest FROM leads_leadevent v
        JOIN leads_stage x ON x.division_id = l.division_id AND x.key = v.payload->>'to'
        WHERE v.lead_id = a.lead_id AND v.hop = a.hop AND v.kind IN ('stage_changed', 'closed')
            AND x.metric NOT IN ('lost', 'unqualified')
    ) e
    WHERE a.starts_at >= %%(since)s AND a.starts_at < %%(until)s AND l.kind <> 'test' AND l.merged_into_id IS NULL
        AND (%%(all_groups)s OR a.group_id = ANY(%%(groups)s::bigint[])
            OR (a.group_id IS NULL AND a.rep_id = ANY(%%(members)s::bigint[])))
        AND (%%(rep)s::bigint IS NULL OR a.rep_id = %%(rep)s::bigint)
),
spell AS (
    SELECT *, row_number() OVER (PARTITION BY lead_id, %(cut)s ORDER BY starts_at, hop) AS nth FROM owned
)"""
