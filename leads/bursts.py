"""Bursts: more than five leads to one rep within a minute become one message; in the app each still counts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection

from leads.models import Delivery

MOST, WITHIN = 5, timedelta(minutes=1)
EVENTS = frozenset({"assigned", "broadcast"})
HELD = "burst"  # the mark of a word that waits for its summary
Lane = tuple[int, str, int | None, str]  # rep, channel, endpoint, event


@dataclass(slots=True)
class Sorted:
    """What becomes of the words in hand: some go by themselves, some wait, and lanes of which one message tells all."""

    single: list[Delivery] = field(default_factory=list)
    waiting: list[tuple[Delivery, datetime]] = field(default_factory=list)
    whole: list[Lane] = field(default_factory=list)


def sort(rows: Sequence[Delivery], *, now: datetime) -> Sorted:
    """Look at each lane as a whole: what was said there within the last minute, and what is still to be said."""
    found = Sorted()
    lanes: dict[Lane, list[Delivery]] = {}
    for row in rows:
        lane = lane_of(row)
        if lane is None:
            found.single.append(row)
        else:
            lanes.setdefault(lane, []).append(row)
    stands = _stands(lanes, now) if lanes else {}
    for lane, theirs in lanes.items():
        said, pending, first = stands.get(lane, (0, 0, now))
        pending = max(pending, len(theirs))  # some came earlier, and failed until now
        if pending > MOST or (pending > 1 and any(_is_held(row) for row in theirs)):
            found.whole.append(lane)
        elif said and said + pending > MOST and not any(_is_held(row) for row in theirs):
            found.waiting += [(row, first + WITHIN) for row in theirs]
        else:
            found.single += theirs
    return found


def lane_of(row: Delivery) -> Lane | None:
    """Words that may be told together; None where each is told by itself."""
    if row.event not in EVENTS or row.rep_id is None:
        return None
    return row.rep_id, row.channel, row.endpoint_id, row.event


def absorb(lane: Lane, *, until: datetime) -> list[int]:
    """Lease all that is still to be said in the lane, due or not; returns the rows, oldest first."""
    rep, channel, endpoint, event = lane
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE leads_delivery SET due_at = %s, tries = greatest(tries, 1) WHERE id IN (
                SELECT id FROM leads_delivery
                WHERE rep_id = %s AND channel = %s AND endpoint_id IS NOT DISTINCT FROM %s AND event = %s
                    AND sent_at IS NULL AND failed_at IS NULL
                ORDER BY id FOR UPDATE SKIP LOCKED)
            RETURNING id
            """,
            [until, rep, channel, endpoint, event],
        )
        return sorted(row[0] for row in cursor.fetchall())


def _is_held(row: Delivery) -> bool:
    return any(one.get("says") == HELD for one in row.tried)


def _stands(lanes: Iterable[Lane], now: datetime) -> dict[Lane, tuple[int, int, datetime]]:
    """Of each lane: how many words went out within the last minute, how many words wait, when the first of it came."""
    reps = sorted({lane[0] for lane in lanes})
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT rep_id, channel, endpoint_id, event,
                count(*) FILTER (WHERE sent_at IS NOT NULL),
                count(*) FILTER (WHERE sent_at IS NULL AND failed_at IS NULL),
                min(created_at)
            FROM leads_delivery
            WHERE rep_id = ANY(%s) AND event = ANY(%s) AND channel <> %s AND created_at > %s AND created_at <= %s
            GROUP BY 1, 2, 3, 4
            """,
            [reps, sorted(EVENTS), Delivery.Channel.IN_APP, now - WITHIN, now],
        )
        return {tuple(row[:4]): (row[4], row[5], row[6]) for row in cursor.fetchall()}
