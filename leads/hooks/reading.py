"""What callers poll in place of a hook: the newest events, or a stream they go on reading where they stopped.

Numbers are given before their transactions commit, so a line with a smaller number may appear after one with a larger.
Readers stop at the oldest transaction that still runs: what is behind it is whole, and nothing is skipped.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet

from leads.hook_kinds import LINES, HookEvent, told_by
from leads.hooks import hook as hooks
from leads.hooks.content import Told, told_of
from leads.life import EventKind, Kind, State
from leads.models import LeadEvent

NEWEST = 50
_LOOKED_AT = 5000  # lines in one reading, so that a rare event costs no more than a usual one
_PART = 100  # of them read whole at a time


class Place(NamedTuple):
    """How far a stream was read: the transaction and the number of the last line looked at."""

    transaction: int = 0
    line: int = 0


def newest(*, division: int, kind: HookEvent, most: int = NEWEST) -> list[Told]:
    """The last of this event, newest first."""
    given = {**_given(kind), "most": _LOOKED_AT}
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, given)
        pks = [row[0] for row in cursor.fetchall()]
    return _read(pks, division, kind, most=most)


def after(*, division: int, kind: HookEvent, place: Place, most: int = NEWEST) -> tuple[list[Told], Place]:
    """What came after that place, oldest first, and where to go on."""
    with connection.cursor() as cursor:
        cursor.execute(_AFTER, {"xid": str(place.transaction), "line": place.line, "most": _LOOKED_AT})
        lines = cursor.fetchall()
    wanted = {line.value for line in LINES[kind]}
    found = _read([pk for pk, _x, name in lines if name in wanted], division, kind, most=most)
    seen = {pk: Place(int(xid), pk) for pk, xid, _name in lines}
    if len(found) == most:
        return found, seen[found[-1].line.pk]
    return found, Place(int(lines[-1][1]), lines[-1][0]) if lines else place


# Those of one division by kind and instant: newest first is how they stand in the index.
_NEWEST = """
    SELECT x.id FROM unnest(%(kinds)s::text[]) AS k(kind) CROSS JOIN LATERAL (
        SELECT e.id, e.occurred_at FROM leads_leadevent e
        WHERE e.kind = k.kind AND e.txid < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY e.occurred_at DESC LIMIT %(each)s) x
    ORDER BY x.occurred_at DESC, x.id DESC LIMIT %(most)s
"""
_AFTER = """
    SELECT e.id, e.txid::text, e.kind FROM leads_leadevent e
    WHERE (e.txid, e.id) > (%(xid)s::text::xid8, %(line)s) AND e.txid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY e.txid, e.id LIMIT %(most)s
"""


def _given(kind: HookEvent) -> dict[str, Any]:
    return {"kinds": sorted(line.value for line in LINES[kind]), "each": 500}


def _read(pks: Sequence[int], division: int, kind: HookEvent, *, most: int) -> list[Told]:
    """Those that tell this event, of leads that may go out: no tests, none of the past, none that is hidden."""
    rows = LeadEvent.objects.filter(lead__division=division, lead__kind=Kind.NEW.value)
    if kind is not HookEvent.ERASED:
        rows = rows.exclude(lead__state=State.ERASED.value)
        if division in hooks.with_blind_pools():
            rows = rows.filter(Q(lead__owner__isnull=False) | Q(lead__state__in=hooks.OVER))
    rows = rows.select_related("rep__user", "user", "lead__stage", "lead__group", "lead__owner__user", "lead__account")
    found = []
    for line in _lines(pks, rows):
        if kind in told_by(EventKind(line.kind), hop=line.hop, rep=line.rep_id, payload=line.payload):
            found.append((kind, line, line.lead))
        if len(found) == most:
            break
    return told_of(found)


def _lines(pks: Sequence[int], rows: QuerySet[LeadEvent]) -> Iterator[LeadEvent]:
    """Those of the numbers, in their order, a part at a time: who has enough reads no more."""
    for start in range(0, len(pks), _PART):
        part = rows.in_bulk(pks[start : start + _PART])
        yield from (part[pk] for pk in pks[start : start + _PART] if pk in part)
