"""Handoffs: a stage is reached whose rules give the lead to the next rep; the first one stays as the source."""

from collections.abc import Iterator, Mapping

from django.db import connection

from leads import dispatch
from leads.life import EventKind, State
from routing.assign import Move, Turn, queue, write
from routing.engine.decide import Decision
from routing.models import Assignment, RuleSetVersion

MOST = 200


def begin(held: Turn, stages: Mapping[int, RuleSetVersion]) -> int:
    """Make leads ready that reached one of these stages since their owner got them; returns how many.

    They keep the owner as the source. The new assignment is later than the stage, so that each is found once.
    """
    if not stages:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, hop, owner_id FROM leads_lead
            WHERE division_id = %s AND state = 'assigned' AND stage_id = ANY(%s) AND stage_at > assigned_at
            ORDER BY stage_at, id LIMIT %s FOR UPDATE SKIP LOCKED
            """,
            [held.division, sorted(stages), MOST],
        )
        rows = cursor.fetchall()
    write(held, [_move(*row) for row in rows])
    return len(rows)


def waiting(division_id: int, stages: Mapping[int, RuleSetVersion]) -> bool:
    """Whether some lead of the division reached a stage and was not handed on yet."""
    if not stages:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM leads_lead WHERE division_id = %s AND state = 'assigned'"
            " AND stage_id = ANY(%s) AND stage_at > assigned_at)",
            [division_id, sorted(stages)],
        )
        return bool(cursor.fetchone()[0])


def words(waits: queue.Waiting, decision: Decision) -> Iterator[dispatch.Word]:
    """Word to the first rep: who takes it from here."""
    if waits.sourced_by is not None and decision.rep is not None and decision.rep != waits.sourced_by:
        yield dispatch.Word(waits.facts.id, waits.hop, waits.sourced_by, "handoff", payload={"rep": decision.rep})


def _move(lead: int, hop: int, owner: int) -> Move:
    return Move(
        lead=lead,
        hop=hop,
        before=State.ASSIGNED,
        state=State.READY,
        reason="stage_reached",
        event=EventKind.HANDED_OFF,
        end=Assignment.End.HANDOFF.value,
        about=owner,
        sourced_by=owner,
        decided=False,
    )
