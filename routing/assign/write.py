"""Writes moves set-wise: never a row at a time, no ORM on this path."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from django.db import connection

from config.lib.copying import copy_rows, next_ids
from leads import dispatch, timeline
from leads.life import may_move
from routing.assign.move import Move
from routing.assign.turn import Turn
from routing.engine.ledger import Key, LedgerEntry
from routing.models import Assignment, Decision
from routing.models import LedgerEntry as EntryRow


class NotYoursError(Exception):
    """Another transaction moved the lead first, which is normal; nothing was written."""


def write(held: Turn, moves: Sequence[Move], shares: Mapping[Key, tuple[int, int]] | None = None) -> None:
    """Write all moves; `shares` are the balances and turns after their entries, in the order of the moves.

    Raises NotYoursError, and so writes nothing, where a lead no longer stands where the move begins.
    """
    if not moves:
        return
    if wrong := [m for m in moves if not may_move(m.before, m.state)]:
        raise ValueError(f"a lead cannot go from {wrong[0].before} to {wrong[0].state}")
    _end_spells(held, moves)
    _move_leads(held, moves)
    decisions = _write_decisions(held, [m for m in moves if m.record is not None])
    _write_spells(held, moves, decisions)
    _write_entries(held, moves, decisions)
    _write_shares(held, moves, shares or {})
    timeline.record(_news(move, held.now) for move in moves)
    dispatch.plan(
        (dispatch.Word(m.lead, m.hop_after, m.rep, m.tell, m.why) for m in moves if m.tell and m.rep is not None),
        now=held.now,
    )


def _end_spells(held: Turn, moves: Sequence[Move]) -> None:
    ending = [(m.lead, m.end) for m in moves if m.end]
    if ending:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE routing_assignment a SET ends_at = %s, "end" = x.why
                FROM unnest(%s::bigint[], %s::text[]) AS x(lead, why)
                WHERE a.lead_id = x.lead AND a.ends_at IS NULL
                """,
                [held.now, [lead for lead, _end in ending], [end for _lead, end in ending]],
            )


def _move_leads(held: Turn, moves: Sequence[Move]) -> None:
    """One conditional update for all; a lead that stands elsewhere by now makes the whole write fail."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE leads_lead l SET
                state = x.state, reason = x.reason, group_id = COALESCE(x.grp, CASE WHEN x.state IN ('ready', 'desk')
                    THEN l.group_id END), owner_id = x.rep, hop = x.hop_after, waiting_until = x.until,
                due_at = x.due_at, tries = 0, error = '',
                decided_at = CASE WHEN x.decided THEN %s ELSE l.decided_at END,
                band = CASE WHEN x.state = 'ready' THEN NULL ELSE l.band END,
                ready_at = CASE WHEN x.state = 'ready' THEN %s ELSE l.ready_at END,
                assigned_at = CASE WHEN x.rep IS NOT NULL THEN %s ELSE NULL END,
                opened_at = CASE WHEN x.rep IS DISTINCT FROM l.owner_id THEN NULL ELSE l.opened_at END
            FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[],
                %s::int[], %s::timestamptz[], %s::timestamptz[], %s::bool[])
                AS x(lead, hop, before, state, reason, grp, rep, hop_after, until, due_at, decided)
            WHERE l.id = x.lead AND l.hop = x.hop AND l.state = x.before
            """,
            [
                *(held.now,) * 3,
                [m.lead for m in moves],
                [m.hop for m in moves],
                [m.before.value for m in moves],
                [m.state.value for m in moves],
                [m.reason for m in moves],
                [m.group for m in moves],
                [m.rep for m in moves],
                [m.hop_after for m in moves],
                [m.until for m in moves],
                [m.due_at for m in moves],
                [m.decided for m in moves],
            ],
        )
        if cursor.rowcount != len(moves):
            raise NotYoursError


_DECISION_COLUMNS = [
    "id",
    "division_id",
    "lead_id",
    "hop",
    "version_id",
    "facts_id",
    "engine",
    "at",
    "outcome",
    "rule",
    "rule_name",
    "group_id",
    "rep_id",
    "until",
    "reason",
    "record",
    "prints",
    "uid",
]


def _write_decisions(held: Turn, moves: Sequence[Move]) -> dict[int, int]:
    """Insert the decisions; gives lead -> decision id."""
    table = Decision._meta.db_table  # noqa: SLF001 - Django's documented way to a table's name
    ids = dict(zip((m.lead for m in moves), next_ids(table, len(moves)), strict=True))
    copy_rows(
        table,
        _DECISION_COLUMNS,
        (
            (
                ids[m.lead], held.division, m.lead, m.hop_after, m.version, m.facts, m.engine, held.now,
                m.state.value, m.rule, m.rule_name, m.group, m.rep, m.until, m.reason, m.record, _array(m.prints), uuid4(),
            )
            for m in moves
        ),
    )  # fmt: skip
    return ids


def _write_spells(held: Turn, moves: Sequence[Move], decisions: Mapping[int, int]) -> None:
    copy_rows(
        Assignment._meta.db_table,  # noqa: SLF001 - as above
        ("uid", "lead_id", "hop", "rep_id", "group_id", "decision_id", "how", "starts_at", "end", "due_at", "by_id"),
        (
            (
                uuid4(), m.lead, m.hop_after, m.rep, m.group, decisions.get(m.lead), m.how,
                held.now, "", m.due_at, m.by,
            )
            for m in moves
            if m.rep is not None
        ),
    )  # fmt: skip


def _write_entries(held: Turn, moves: Sequence[Move], decisions: Mapping[int, int]) -> None:
    copy_rows(
        EntryRow._meta.db_table,  # noqa: SLF001 - as above
        ("division_id", "group_id", "lead_id", "decision_id", "kind", "at", "reps", "weights", "winner", "amount",
         "reverses_id"),
        (
            (
                held.division, m.entry.group, m.lead, decisions.get(m.lead), kind_of(m.entry), held.now,
                _array(m.entry.reps), _array(m.entry.weights), m.entry.winner, 0, m.reverses,
            )
            for m in moves
            if m.entry is not None
        ),
    )  # fmt: skip


def _array(numbers: tuple[int, ...]) -> str:
    """As PostgreSQL spells it: whole numbers need none of the care that a driver takes with lists of anything."""
    return f"{{{','.join(map(str, numbers))}}}"


def kind_of(entry: LedgerEntry) -> str:
    """What the entry is called in the row."""
    if entry.reverses:
        return EntryRow.Kind.REVERSED.value
    return (EntryRow.Kind.FORCED if entry.forced else EntryRow.Kind.SHARE).value


def _write_shares(held: Turn, moves: Sequence[Move], shares: Mapping[Key, tuple[int, int]]) -> None:
    """Upsert the changed rows, keys sorted; `received` counts leads, so that entitled = received + balance."""
    if not shares:
        return
    won: Counter[Key] = Counter()
    for m in moves:
        if m.entry is not None:
            won[m.entry.group, m.entry.winner] += -1 if m.entry.reverses else 1
    keys = sorted(shares)
    received = [won[key] for key in keys]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO routing_share AS s (group_id, rep_id, balance, last_turn, received, last_at, arrears)
            SELECT x.grp, x.rep, x.balance, x.turn, x.received, CASE WHEN x.received > 0 THEN %s END, 0
            FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
                AS x(grp, rep, balance, turn, received)
            ON CONFLICT (group_id, rep_id) WHERE rep_id IS NOT NULL DO UPDATE SET
                balance = EXCLUDED.balance, last_turn = EXCLUDED.last_turn, received = s.received + EXCLUDED.received,
                last_at = COALESCE(EXCLUDED.last_at, s.last_at)
            """,
            [
                held.now,
                [key[0] for key in keys],
                [key[1] for key in keys],
                [shares[key][0] for key in keys],
                [shares[key][1] for key in keys],
                received,
            ],
        )


def _news(move: Move, now: datetime) -> timeline.News:
    return timeline.News(
        lead=move.lead,
        kind=move.event,
        at=now,
        rep=move.rep if move.rep is not None else move.about,
        user=move.by,
        hop=move.hop_after,
        payload={"reason": move.reason, "rule": move.rule_name, **move.payload},
        private=move.private,
    )
