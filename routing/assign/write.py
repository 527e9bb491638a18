"""Writes moves set-wise: never a row at a time, no ORM on this path."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from django.db import connection

from config.lib.copying import copy_rows, next_ids
from leads import dispatch, steps, timeline
from leads.life import State, may_move
from leads.models import Task
from routing.assign.move import Alarm, Move
from routing.assign.turn import Turn
from routing.engine.ledger import HOUSE, Key, LedgerEntry, Moved
from routing.models import Assignment, Decision, Offer, Share, Timer
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
    # Whoever had it is rid of what they were to do; it is written here, so that no page shows a step of a lead lost.
    steps.stop([m.lead for m in moves if m.end], why=Task.Why.OWNER, at=held.now, source=None)
    _answer_offers(held, [m for m in moves if m.before is State.OFFERED])
    _end_waiting(held, [m for m in moves if m.before in _WAITS])
    _move_leads(held, moves)
    decisions = _write_decisions(held, [m for m in moves if m.record is not None and not m.quiet])
    _write_spells(held, moves, decisions)
    _write_offers(held, [m for m in moves if m.offered is not None], decisions)
    write_entries(held, moves, decisions)
    _write_shares(held, moves, shares or {})
    write_timers([(m.lead, m.hop_after, alarm) for m in moves for alarm in m.timers])
    timeline.record(_news(move, held.now) for move in moves if not move.quiet)
    dispatch.plan([*_told(moves), *(word for m in moves for word in m.words)], now=held.now)


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


def _told(moves: Sequence[Move]) -> Iterator[dispatch.Word]:
    """Word to the new owners, and to those who are asked."""
    for m in moves:
        if m.tell and m.rep is not None:
            yield dispatch.Word(m.lead, m.hop_after, m.rep, m.tell, m.why)
        elif m.tell and m.offered is not None and m.until is not None:
            until = m.until.isoformat()
            yield dispatch.Word(m.lead, m.hop_after, m.offered, m.tell, m.why, ref=until, payload={"until": until})


def _answer_offers(held: Turn, moves: Sequence[Move]) -> None:
    if moves:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE routing_offer o SET answered_at = %s, answer = x.answer
                FROM unnest(%s::bigint[], %s::text[]) AS x(lead, answer)
                WHERE o.lead_id = x.lead AND o.answered_at IS NULL
                """,
                [held.now, [m.lead for m in moves], [m.answer or Offer.Answer.WITHDRAWN.value for m in moves]],
            )


_WAITS = frozenset({State.DESK, State.POOLED, State.HELD, State.SET_ASIDE})


def _end_waiting(held: Turn, moves: Sequence[Move]) -> None:
    """Nobody is told any more of a lead that waits no longer, or waits elsewhere by now."""
    if moves:
        waiting = Timer.objects.filter(lead__in=[m.lead for m in moves], kind=Timer.Kind.WAITING, fired_at=None)
        waiting.update(fired_at=held.now)


def _write_offers(held: Turn, moves: Sequence[Move], decisions: Mapping[int, int]) -> None:
    copy_rows(
        Offer._meta.db_table,  # noqa: SLF001 - as below
        ("uid", "lead_id", "hop", "rep_id", "group_id", "decision_id", "offered_at", "due_at", "answer"),
        (
            (uuid4(), m.lead, m.hop_after, m.offered, m.group, decisions.get(m.lead), held.now, m.until, "")
            for m in moves
        ),
    )


def write_timers(alarms: Sequence[tuple[int, int, Alarm]]) -> None:
    """Set the timers of (lead, hand-over number); one that was set before is set anew."""
    if not alarms:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO routing_timer (lead_id, hop, kind, n, due_at)
            SELECT * FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::int[], %s::timestamptz[])
            ON CONFLICT ON CONSTRAINT timer_once DO UPDATE SET due_at = EXCLUDED.due_at, fired_at = NULL
            """,
            [
                [lead for lead, _hop, _alarm in alarms],
                [hop for _lead, hop, _alarm in alarms],
                [alarm.kind for *_, alarm in alarms],
                [alarm.n for *_, alarm in alarms],
                [alarm.due_at for *_, alarm in alarms],
            ],
        )


def _move_leads(held: Turn, moves: Sequence[Move]) -> None:
    """One conditional update for all; a lead that stands elsewhere by now makes the whole write fail."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE leads_lead l SET
                state = x.state, reason = x.reason, group_id = COALESCE(x.grp, CASE WHEN x.state IN ('ready', 'desk')
                    THEN l.group_id END), owner_id = x.rep, hop = x.hop_after,
                waiting_until = CASE WHEN x.state = 'held' THEN x.until END,
                sourced_by_id = COALESCE(l.sourced_by_id, x.sourced),
                handed_stage_id = COALESCE(x.handed, l.handed_stage_id),
                due_at = x.due_at, tries = 0, error = '',
                decided_at = CASE WHEN x.decided THEN %s ELSE l.decided_at END,
                band = COALESCE(l.set_band, CASE WHEN x.state <> 'ready' THEN COALESCE(x.band, l.band) END),
                ready_at = CASE WHEN x.state = 'ready' THEN %s ELSE l.ready_at END,
                assigned_at = CASE WHEN x.rep IS NOT NULL THEN %s ELSE NULL END,
                opened_at = CASE WHEN x.rep IS DISTINCT FROM l.owner_id THEN NULL ELSE l.opened_at END
            FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[],
                %s::int[], %s::timestamptz[], %s::timestamptz[], %s::bool[], %s::bigint[], %s::int[],
                %s::bigint[])
                AS x(lead, hop, before, state, reason, grp, rep, hop_after, until, due_at, decided, sourced, band,
                    handed)
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
                [m.sourced_by for m in moves],
                [m.band for m in moves],
                [m.handed for m in moves],
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
    "territory_id",
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
                m.state.value, m.rule, m.rule_name, m.group,
                m.rep or m.offered, m.territory, m.until, m.reason, m.record, _array(m.prints), uuid4(),
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
                uuid4(), m.lead, m.hop_after, m.rep, m.group, decisions.get(m.lead, m.decision), m.how,
                held.now, "", m.due_at, m.by,
            )
            for m in moves
            if m.rep is not None
        ),
    )  # fmt: skip


def write_entries(held: Turn, moves: Sequence[Move], decisions: Mapping[int, int]) -> None:
    """The transfers and the entry of each move, in order: their replay gives the balances."""
    copy_rows(
        EntryRow._meta.db_table,  # noqa: SLF001 - as above
        (
            "division_id", "group_id", "lead_id", "decision_id", "kind", "at", "reps", "weights", "winner", "amount",
            "reverses_id",
        ),
        (row for m in moves for row in _entry_rows(held, m, decisions.get(m.lead))),
    )  # fmt: skip


def write_entries_of(held: Turn, entry: LedgerEntry, decision: int | None) -> None:
    """The entry of one lead, as the one by which its spell of ownership began."""
    EntryRow.objects.create(
        division_id=held.division,
        group_id=entry.group,
        lead_id=entry.lead,
        decision_id=decision,
        kind=kind_of(entry),
        at=held.now,
        reps=list(entry.reps),
        weights=list(entry.weights),
        winner=entry.winner,
    )


def _entry_rows(held: Turn, m: Move, decision: int | None) -> Iterator[tuple[object, ...]]:
    for moved in m.transfers:
        yield (
            held.division, moved.group, m.lead, decision, moved.why.value, held.now, "{}", "{}", moved.rep,
            moved.amount, None,
        )  # fmt: skip
    if m.entry is not None:
        yield (
            held.division, m.entry.group, m.lead, decision, kind_of(m.entry), held.now, _array(m.entry.reps),
            _array(m.entry.weights), m.entry.winner, 0, m.reverses,
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
    won: Counter[Key] = Counter()
    for m in moves:
        if m.entry is not None:
            won[m.entry.group, m.entry.winner] += -1 if m.entry.reverses else 1
    write_balances(held, shares, won)
    repaid = {(t.group, t.rep) for m in moves for t in m.transfers if t.why is Moved.REPAID}
    for group, rep in sorted(repaid):
        Share.objects.filter(group=group, rep=rep).update(repaid_at=held.now)


def write_balances(held: Turn, shares: Mapping[Key, tuple[int, int]], won: Mapping[Key, int]) -> None:
    """Rows of reps, the house's, and arrears (which stand in the rep's row), each by its kind of key."""
    own = sorted(key for key in shares if key[1] > 0)
    if own:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO routing_share AS s (group_id, rep_id, balance, last_turn, received, last_at, arrears)
                SELECT x.grp, x.rep, x.balance, x.turn, x.received, CASE WHEN x.received > 0 THEN %s END, 0
                FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
                    AS x(grp, rep, balance, turn, received)
                ON CONFLICT (group_id, rep_id) WHERE rep_id IS NOT NULL DO UPDATE SET
                    balance = EXCLUDED.balance, last_turn = EXCLUDED.last_turn,
                    received = s.received + EXCLUDED.received, last_at = COALESCE(EXCLUDED.last_at, s.last_at)
                """,
                [
                    held.now,
                    [key[0] for key in own],
                    [key[1] for key in own],
                    [shares[key][0] for key in own],
                    [shares[key][1] for key in own],
                    [won.get(key, 0) for key in own],
                ],
            )
    for group, rep in sorted(key for key in shares if key[1] < 0):
        row = {"arrears": shares[group, rep][0]}
        Share.objects.update_or_create(group_id=group, rep_id=-rep, defaults=row)
    for group, rep in sorted(key for key in shares if key[1] == HOUSE):
        Share.objects.update_or_create(group_id=group, rep=None, defaults={"balance": shares[group, rep][0]})


def _news(move: Move, now: datetime) -> timeline.News:
    return timeline.News(
        lead=move.lead,
        kind=move.event,
        at=now,
        rep=move.rep or move.offered or move.about,
        user=move.by,
        hop=move.hop_after,
        payload={"reason": move.reason, "rule": move.rule_name, **move.payload},
        private=move.private,
    )
