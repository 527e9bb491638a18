"""Handoffs: a stage is reached whose rules give the lead to the next rep; the first one stays as the source."""

from collections.abc import Iterator, Mapping, Sequence

from django.db import connection

from leads import dispatch
from leads.life import EventKind, State
from leads.models import Lead
from routing.assign import Move, Turn, queue, write
from routing.engine.decide import Decision
from routing.models import Assignment, RuleSetVersion

MOST = 200


def begin(held: Turn, stages: Mapping[int, RuleSetVersion]) -> int:
    """Make leads ready that just reached a stage with rules of its own; returns how many stages were looked at.

    Each move of a stage is looked at once, so that rules published later take nobody's old leads; and no lead is handed
    on twice by the same stage, however often it is moved back and forth.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, hop, owner_id, stage_id, state, handed_stage_id FROM leads_lead
            WHERE division_id = %s AND stage_news ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
            """,
            [held.division, MOST],
        )
        rows = cursor.fetchall()
    if not rows:
        return 0
    Lead.objects.filter(pk__in=[row[0] for row in rows]).update(stage_news=False)
    moves = [
        _move(lead, hop, owner, stage)
        for lead, hop, owner, stage, state, handed in rows
        if state == State.ASSIGNED and stage in stages and stage != handed
    ]
    write(held, moves)
    return len(rows)


def waiting(division_id: int) -> bool:
    """Whether some stage of the division was moved and not looked at yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM leads_lead WHERE division_id = %s AND stage_news)", [division_id])
        return bool(cursor.fetchone()[0])


def former_owners(leads: Sequence[int]) -> dict[int, int]:
    """Lead -> who had it until it was handed on, where nobody had it since."""
    last = {row.lead_id: row for row in Assignment.objects.filter(lead__in=leads).order_by("hop")}
    return {lead: row.rep_id for lead, row in last.items() if row.end == Assignment.End.HANDOFF}


def words(waits: queue.Waiting, decision: Decision, former: int | None) -> Iterator[dispatch.Word]:
    """Word to whoever had it: who takes it from here."""
    if former is not None and decision.rep is not None and decision.rep != former:
        yield dispatch.Word(waits.facts.id, waits.hop, former, "handoff", payload={"rep": decision.rep})


def _move(lead: int, hop: int, owner: int, stage: int) -> Move:
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
        handed=stage,
        decided=False,
    )
