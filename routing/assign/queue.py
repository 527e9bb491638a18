"""The queue of ready leads: its order, the batch that is locked, those that wait or fail."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Value

from leads.models import Contact, Lead, ScoreBand
from routing.assign.turn import Turn
from routing.engine.ruleset import DEFAULT_BAND
from routing.engine.ruleset import RuleSet as Rules
from routing.engine.world import Lead as Facts
from routing.models import Assignment

_MOST_BANDED = 5000
_IN_LINE = ["ready", "pooled", "held", "desk", "set_aside"]
_DECODER = json.JSONDecoder(parse_float=Decimal)  # made once: to make one costs more than to read a small text


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ready lead of the batch, locked."""

    facts: Facts
    hop: int
    tries: int
    facts_id: int | None
    test: bool = False
    contact: int | None = None
    handed: int | None = None  # the stage by whose rules it goes, since it was handed on there
    reason: str = ""  # why it stood where it stood before
    group: int | None = None  # and where


def give_bands(division_id: int, rules: Rules | None) -> None:
    """Give every ready lead without one its place in the queue: the better of what rule set and score say.

    Where neither names priorities, and no person set one, none are needed.
    """
    named = rules is not None and bool(rules.bands)
    if not named and not _said_anywhere(division_id):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT l.id, l.score_band, f.folded::text FROM leads_lead l
            LEFT JOIN LATERAL (SELECT folded FROM leads_leadfacts f WHERE f.lead_id = l.id ORDER BY n DESC LIMIT 1) f
                ON true
            WHERE l.division_id = %s AND l.state = 'ready' AND l.band IS NULL ORDER BY l.ready_at LIMIT %s
            FOR UPDATE OF l SKIP LOCKED
            """,
            [division_id, _MOST_BANDED],
        )
        rows = cursor.fetchall()
        if rows:
            bands = [_band(rules if named else None, score_band, folded) for _pk, score_band, folded in rows]
            cursor.execute(
                "UPDATE leads_lead l SET band = x.band FROM unnest(%s::bigint[], %s::int[]) AS x(lead, band)"
                " WHERE l.id = x.lead AND l.state = 'ready'",
                [[row[0] for row in rows], bands],
            )


def _said_anywhere(division_id: int) -> bool:
    """Whether a score has priorities in this division, or a person put a lead at the usual place or behind it."""
    scores = ScoreBand.objects.filter(division=division_id).values_list(Value(1))
    by_hand = Lead.objects.filter(division=division_id, set_band__gte=DEFAULT_BAND).values_list(Value(1))
    return scores.union(by_hand, all=True)[:1].exists()


def set_bands(division_id: int, leads: Sequence[int], band: int) -> None:
    """A person says where these wait. Under the turn.

    Who has no place stands behind all that have one, so those put before the usual place change no other lead. The
    first put at it or behind it would stand before the rest: then all others that wait get the usual place.
    """
    with connection.cursor() as cursor:
        cursor.execute("UPDATE leads_lead SET set_band = %s, band = %s WHERE id = ANY(%s)", [band, band, list(leads)])
        if band < DEFAULT_BAND:
            return
        cursor.execute(
            "UPDATE leads_lead SET band = %s WHERE division_id = %s AND band IS NULL AND state = ANY(%s)",
            [DEFAULT_BAND, division_id, _IN_LINE],
        )


def unset_bands(division_id: int, leads: Sequence[int], rules: Rules | None) -> None:
    """They wait where rules and score say, as these are now; where nobody has a place, without one. Under the turn."""
    named = rules is not None and bool(rules.bands)
    if not named and not _said_anywhere(division_id) and not _placed(division_id):
        Lead.objects.filter(pk__in=leads).update(set_band=None, band=None)
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT l.id, l.score_band, f.folded::text FROM leads_lead l
            LEFT JOIN LATERAL (SELECT folded FROM leads_leadfacts f WHERE f.lead_id = l.id ORDER BY n DESC LIMIT 1) f
                ON true
            WHERE l.id = ANY(%s)
            """,
            [list(leads)],
        )
        bands = [(pk, _band(rules, score_band, folded)) for pk, score_band, folded in cursor.fetchall()]
        cursor.execute(
            "UPDATE leads_lead l SET set_band = NULL, band = x.band"
            " FROM unnest(%s::bigint[], %s::int[]) AS x(lead, band) WHERE l.id = x.lead",
            [[pk for pk, _place in bands], [place for _pk, place in bands]],
        )


def _placed(division_id: int) -> bool:
    """Whether a lead that waits has a place that no person gave it."""
    waiting = Lead.objects.filter(division=division_id, state__in=_IN_LINE, set_band=None)
    return waiting.filter(band__isnull=False).exists()


def _band(rules: Rules | None, score_band: int | None, folded: str | None) -> int:
    by_rules = rules.named_band(read_json(folded)) if rules else None
    said = [band for band in (by_rules, score_band) if band is not None]
    return min(said, default=rules.default_band if rules else DEFAULT_BAND)


_FACTS = """
    SELECT b.id, b.hop, b.tries, b.kind = 'test', b.account_id, f.id, f.facts::text, f.folded::text,
        ARRAY(SELECT rep_id FROM routing_assignment a
              WHERE a.lead_id = b.id AND b.hop > 0 AND a."end" IN ('returned', 'released', 'timed_out', 'gone_quiet')
              UNION SELECT rep_id FROM routing_offer o
              WHERE o.lead_id = b.id AND o.answer IN ('declined', 'lapsed')),
        b.contact_id, b.handed_stage_id, b.reason, b.group_id, b.arrived_at
    FROM {batch} b
    LEFT JOIN LATERAL (SELECT id, facts, folded FROM leads_leadfacts f WHERE f.lead_id = b.id
                       ORDER BY n DESC LIMIT 1) f ON true
"""


def lock_batch(division_id: int, most: int) -> list[Waiting]:
    """The batch by priority, then age; a lead somebody edits just now is left for the next batch."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH batch AS (
                SELECT * FROM leads_lead
                WHERE division_id = %s AND state = 'ready' AND booked_with_id IS NULL
                ORDER BY band, ready_at, id LIMIT %s FOR UPDATE SKIP LOCKED)
            {_FACTS.format(batch="batch")}
            ORDER BY b.band, b.ready_at, b.id
            """,  # noqa: S608 - both parts are our own text
            [division_id, most],
        )
        return [_waiting(*row) for row in cursor.fetchall()]


def waiting_of(leads: Sequence[int]) -> list[Waiting]:
    """The same of given leads, whatever their state and unlocked: to look where they would go."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_FACTS.format(batch='leads_lead')} WHERE b.id = ANY(%s) ORDER BY b.band, b.ready_at, b.id",
            [list(leads)],
        )
        return [_waiting(*row) for row in cursor.fetchall()]


def with_last_owners(batch: Sequence[Waiting]) -> list[Waiting]:
    """The batch, each lead with the rep who last worked with its person on another lead."""
    people = {waiting.contact for waiting in batch if waiting.contact is not None}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT ON (l.contact_id) l.contact_id, a.rep_id
            FROM leads_lead l JOIN routing_assignment a ON a.lead_id = l.id
            WHERE l.contact_id = ANY(%s) AND NOT l.id = ANY(%s)
            ORDER BY l.contact_id, a.starts_at DESC
            """,
            [sorted(people), [waiting.facts.id for waiting in batch]],
        )
        last = dict(cursor.fetchall())
    return [replace(w, facts=replace(w.facts, last_owner=last.get(w.contact))) for w in batch]


def last_owner_of(contact: Contact | None) -> int | None:
    """The rep who last worked with this person."""
    spells = Assignment.objects.filter(lead__contact=contact).order_by("-starts_at") if contact else None
    return spells.values_list("rep_id", flat=True).first() if spells else None


def _waiting(  # noqa: PLR0917 - one row of the query above
    pk: int,
    hop: int,
    tries: int,
    test: bool,  # noqa: FBT001 - as above
    account: int | None,
    facts_id: int | None,
    facts: str | None,
    folded: str | None,
    barred: list[int],
    contact: int | None,
    handed: int | None,
    reason: str,
    group: int | None,
    arrived_at: datetime,
) -> Waiting:
    lead = Facts(pk, read_json(facts), read_json(folded), account, frozenset(barred), arrived_at)
    return Waiting(lead, hop, tries, facts_id, test, contact, handed, reason, group)


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
    return dict(_DECODER.decode(text)) if text else {}
