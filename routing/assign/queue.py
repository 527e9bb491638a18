"""The queue of ready leads: its order, the batch that is locked, those that wait or fail."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from routing.assign.turn import Turn
from routing.engine.ruleset import RuleSet as Rules
from routing.engine.world import Lead as Facts

_MOST_BANDED = 5000


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ready lead of the batch, locked."""

    facts: Facts
    hop: int
    tries: int
    facts_id: int | None
    test: bool = False


def give_bands(division_id: int, rules: Rules | None) -> None:
    """Give every ready lead without one its place in the queue; rules that name no priorities need none."""
    if rules is None or not rules.bands:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT l.id, f.folded::text FROM leads_lead l
            LEFT JOIN LATERAL (SELECT folded FROM leads_leadfacts f WHERE f.lead_id = l.id ORDER BY n DESC LIMIT 1) f
                ON true
            WHERE l.division_id = %s AND l.state = 'ready' AND l.band IS NULL ORDER BY l.ready_at LIMIT %s
            FOR UPDATE OF l SKIP LOCKED
            """,
            [division_id, _MOST_BANDED],
        )
        rows = cursor.fetchall()
        if rows:
            bands = [rules.band(read_json(folded)) for _pk, folded in rows]
            cursor.execute(
                "UPDATE leads_lead l SET band = x.band FROM unnest(%s::bigint[], %s::int[]) AS x(lead, band)"
                " WHERE l.id = x.lead AND l.state = 'ready'",
                [[pk for pk, _folded in rows], bands],
            )


def lock_batch(division_id: int, most: int) -> list[Waiting]:
    """The batch by priority, then age; a lead somebody edits just now is left for the next batch."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH batch AS (
                SELECT id, hop, tries, account_id, band, ready_at, kind FROM leads_lead
                WHERE division_id = %s AND state = 'ready'
                ORDER BY band, ready_at, id LIMIT %s FOR UPDATE SKIP LOCKED)
            SELECT b.id, b.hop, b.tries, b.kind = 'test', b.account_id, f.id, f.facts::text, f.folded::text,
                ARRAY(SELECT DISTINCT rep_id FROM routing_assignment a
                      WHERE a.lead_id = b.id AND b.hop > 0 AND a."end" IN ('returned', 'released'))
            FROM batch b
            LEFT JOIN LATERAL (SELECT id, facts, folded FROM leads_leadfacts f WHERE f.lead_id = b.id
                               ORDER BY n DESC LIMIT 1) f ON true
            ORDER BY b.band, b.ready_at, b.id
            """,
            [division_id, most],
        )
        return [
            Waiting(
                Facts(pk, read_json(facts), read_json(folded), account, frozenset(barred)), hop, tries, facts_id, test
            )
            for pk, hop, tries, test, account, facts_id, facts, folded, barred in cursor.fetchall()
        ]


def count_try(held: Turn, lead_id: int, error: str) -> tuple[int, int] | None:
    """Note a failure and send the lead to the back of the queue; gives (tries, hop), None where it is gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE leads_lead SET tries = tries + 1, error = %s, ready_at = %s WHERE id = %s AND state = 'ready'"
            " RETURNING tries, hop",
            [error, held.now, lead_id],
        )
        row: tuple[int, int] | None = cursor.fetchone()
        return row


def note_error(lead_id: int, error: str, tries: int) -> None:
    """Keep what went wrong with a lead that was set aside."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE leads_lead SET error = %s, tries = %s WHERE id = %s", [error, tries, lead_id])


def wake(held: Turn, *, everybody: bool) -> int:
    """Make held leads ready whose instant has come, or all of them; they keep their age. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE leads_lead SET state = 'ready', waiting_until = NULL, ready_at = arrived_at
            WHERE id IN (SELECT id FROM leads_lead WHERE division_id = %s AND state = 'held'
                         AND (%s OR waiting_until <= %s) FOR UPDATE SKIP LOCKED)
            """,
            [held.division, everybody, held.now],
        )
        return int(cursor.rowcount)


def read_json(text: str | None) -> dict[str, Any]:
    """Jsonb as text, with numbers exact."""
    return dict(json.loads(text, parse_float=Decimal)) if text else {}
