"""Opens a spell of ownership again that a merge ended: the same owner, the same hand-over number, as it stood."""

from datetime import datetime

from leads.life import State
from leads.models import Lead
from reps.models import Group, Rep
from routing.assign.move import Alarm
from routing.assign.turn import Turn
from routing.assign.write import NotYoursError, write_balances, write_entries_of, write_timers
from routing.engine.ledger import Key, LedgerEntry
from routing.models import Assignment


def reopen(
    held: Turn,
    *,
    lead: Lead,
    rep: Rep,
    group: Group | None,
    reason: str,
    opened_at: datetime | None,
    due_at: datetime | None,
    timers: tuple[Alarm, ...],
    entry: LedgerEntry | None,
    shares: dict[Key, tuple[int, int]],
) -> None:
    """Give it back; `entry` is the one that was taken back, settled again. Raises NotYoursError where it is not so."""
    spell = Assignment.objects.filter(lead=lead, hop=lead.hop, rep=rep, end=Assignment.End.MERGED).first()
    moved = spell and Lead.objects.filter(pk=lead.pk, state=State.CLOSED.value, hop=lead.hop).update(
        state=State.ASSIGNED.value,
        owner=rep,
        group=group,
        reason=reason,
        assigned_at=spell.starts_at,
        opened_at=opened_at,
        due_at=due_at,
        closed_at=None,
        merged_into=None,
    )
    if not spell or not moved:
        raise NotYoursError
    Assignment.objects.filter(pk=spell.pk).update(ends_at=None, end="", due_at=due_at)
    write_timers([(lead.pk, lead.hop, alarm) for alarm in timers])
    if entry is not None:
        write_entries_of(held, entry, spell.decision_id)
        write_balances(held, shares, {(entry.group, entry.winner): 1})
