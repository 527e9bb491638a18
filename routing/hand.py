"""What people decide: giving a lead by hand, reassigning, unassigning, sending it through the rules again."""

from collections.abc import Sequence
from functools import partial

from django.db import transaction

from leads import dispatch, signals
from leads.life import EventKind, Kind, State
from leads.models import Lead
from reps import availability
from reps.models import Group, Rep, User
from routing.assign import Move, NotYoursError, turn, write
from routing.claim import counted_entry
from routing.models import Assignment

_GIVEABLE = frozenset({State.DESK, State.POOLED, State.HELD, State.SET_ASIDE, State.ASSIGNED, State.READY})


def give(*, lead: Lead, rep: Rep, group: Group | None, by: User) -> None:
    """Make the rep the owner, whoever had it before. Counted in the group's fair share where the group says so.

    Raises NotYoursError where the lead is closed, erased or the rep's already, or the rep is no longer active.
    """
    with turn(lead.division_id) as held:
        current = Lead.objects.select_for_update(of=("self",)).get(pk=lead.pk)
        before = State(current.state)
        active = Rep.objects.filter(pk=rep.pk, active=True, user__is_active=True).exists()
        if held is None or before not in _GIVEABLE or current.owner_id == rep.pk or not active:
            raise NotYoursError
        owned = current.owner_id is not None
        entry, shares = (
            counted_entry(group=group, winner=rep, lead=current.pk, now=held.now)
            if group is not None and group.count_manual and current.kind != Kind.TEST
            else (None, {})
        )
        how = Assignment.How.HAND_OVER if owned else Assignment.How.MANUAL
        write(
            held,
            [
                Move(
                    lead=current.pk,
                    hop=current.hop,
                    before=before,
                    state=State.ASSIGNED,
                    reason=how.value,
                    event=EventKind.HANDED_OVER if owned else EventKind.ASSIGNED,
                    group=group.pk if group else current.group_id,
                    rep=rep.pk,
                    due_at=availability.response_due(rep, group, held.now) if group else None,
                    end=Assignment.End.HAND_OVER.value if owned else "",
                    how=how.value,
                    by=by.pk,
                    entry=entry,
                    tell="assigned",
                    why=f"{by.name} gave it to you.",
                )
            ],
            shares,
        )
        transaction.on_commit(dispatch.ring)


def route_again(*, leads: Sequence[Lead], by: User | None) -> int:
    """Send leads through the published rules again, away from whoever has them. Returns how many.

    Closed leads stay, and those their owner has contacted; so does a rejected one whose person has an open lead by now.
    """
    moved = 0
    for division in sorted({lead.division_id for lead in leads}):
        with turn(division) as held:
            if held is None:
                continue
            wanted = [lead.pk for lead in leads if lead.division_id == division]
            rows = Lead.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk")
            moves = [_ready_again(row, by) for row in rows if _may_go_again(row)]
            write(held, moves)
            transaction.on_commit(partial(signals.ring, division_id=division))
            moved += len(moves)
    return moved


_AGAIN = frozenset({State.DESK, State.POOLED, State.HELD, State.SET_ASIDE, State.ASSIGNED, State.REJECTED})


def _may_go_again(lead: Lead) -> bool:
    if State(lead.state) not in _AGAIN or lead.touches.filter(hop=lead.hop, rep=lead.owner_id).exists():
        return False
    twins = Lead.objects.open().filter(contact=lead.contact_id, sole=True).exclude(pk=lead.pk)
    return not (lead.state == State.REJECTED and lead.sole and twins.exists())


def _ready_again(lead: Lead, by: User | None) -> Move:
    return Move(
        lead=lead.pk,
        hop=lead.hop,
        before=State(lead.state),
        state=State.READY,
        reason="route_again",
        event=EventKind.RELEASED,
        end=Assignment.End.RELEASED.value if lead.owner_id else "",
        by=by.pk if by else None,
        about=lead.owner_id,
        decided=False,
    )


def reject(*, lead: Lead, reason: str, by: User) -> None:
    """Turn a waiting lead away for good, with the reason. Raises NotYoursError where it no longer waits."""
    with turn(lead.division_id) as held:
        current = Lead.objects.select_for_update(of=("self",)).get(pk=lead.pk)
        if held is None or State(current.state) not in {State.DESK, State.SET_ASIDE}:
            raise NotYoursError
        write(
            held,
            [
                Move(
                    lead=current.pk,
                    hop=current.hop,
                    before=State(current.state),
                    state=State.REJECTED,
                    reason=f"by_hand_{reason}",
                    event=EventKind.REJECTED,
                    group=current.group_id,
                    by=by.pk,
                    payload={"reject_reason": reason},
                )
            ],
        )
