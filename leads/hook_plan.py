"""Plans what hooks are told, in the transaction of the timeline's lines; where there is no hook that costs a look."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from config.lib import doorbell
from leads.hook_kinds import HookEvent

TASK = "leads.tasks.send_hooks"
# Who has an owner from now on is hidden in no pool any more.
_OWNED = frozenset({HookEvent.ASSIGNED, HookEvent.REASSIGNED, HookEvent.ERASED})
# One event a line tells, with the line's number and lead.
Told = tuple[int, int, HookEvent]


def plan(told: Sequence[Told]) -> int:
    """Write one delivery per event and hook that chose it; returns how many."""
    if not told or not _any_hook():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_PLAN, _given(told))
        planned = int(cursor.rowcount)
        if owned := [lead for _line, lead, event in told if event in _OWNED]:
            cursor.execute(_LET_GO, {"leads": owned})
            planned += int(cursor.rowcount)
    if planned:
        transaction.on_commit(ring)
    return planned


def plan_again(told: Sequence[Told], *, hook: int, now: datetime) -> int:
    """The same for one hook, of lines of the past: what it was told by the same id, and what it missed."""
    if not told:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_AGAIN, {**_given(told), "hook": hook, "now": now})
        return int(cursor.rowcount)


def ring() -> bool:
    """Wake who sends."""
    return doorbell.ring(TASK)


def _any_hook() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM leads_hook WHERE active)")
        return bool(cursor.fetchone()[0])


def _given(told: Sequence[Told]) -> dict[str, Any]:
    return {
        "events": [line for line, _lead, _event in told],
        "leads": [lead for _line, lead, _event in told],
        "kinds": [event.value for _line, _lead, event in told],
    }


_FROM = """
    INSERT INTO leads_hookdelivery
        (uid, hook_id, event_id, lead_id, kind, created_at, due_at, tries, held, why, digest, tried)
    SELECT gen_random_uuid(), h.id, x.event, x.lead, x.kind, now(), now(), 0, false, '', '', '[]'
    FROM unnest(%(events)s::bigint[], %(leads)s::bigint[], %(kinds)s::text[])
        WITH ORDINALITY AS x(event, lead, kind, n)
        JOIN leads_lead l ON l.id = x.lead
        JOIN leads_hook h ON h.division_id = l.division_id AND x.kind = ANY(h.events)
            AND (h.group_id IS NULL OR h.group_id = l.group_id)
    WHERE l.kind <> 'history' AND (h.tests OR l.kind <> 'test')
"""
_PLAN = f"{_FROM} AND h.active ORDER BY x.n, h.id ON CONFLICT (event_id, hook_id, kind) DO NOTHING"
_AGAIN = f"""{_FROM} AND h.id = %(hook)s ORDER BY x.n
    ON CONFLICT (event_id, hook_id, kind) DO UPDATE
    SET due_at = %(now)s, tries = 0, held = false, sent_at = NULL, failed_at = NULL, why = ''
"""  # noqa: S608 - of this module alone
_LET_GO = """
    UPDATE leads_hookdelivery SET held = false, due_at = now() WHERE held AND lead_id = ANY(%(leads)s::bigint[])
"""
