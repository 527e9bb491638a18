"""Taking back what somebody just decided by hand: the lead is on To assign again, as it was."""

from dataclasses import dataclass
from typing import Self

from django.db import transaction

from leads import dispatch
from leads.life import EventKind, State
from leads.models import Lead
from reps.models import Group, User
from routing import terms
from routing.assign import Move, NotYoursError, queue, turn, write
from routing.hand.again import contacted, tell_former, with_twins
from routing.hand.books import Books, gave
from routing.hand.moved import locked
from routing.models import Assignment


@dataclass(frozen=True, slots=True)
class Stood:
    """How a lead waited before somebody decided it: for a person, or set aside with an error after so many tries."""

    state: str
    reason: str
    group: int | None
    error: str = ""
    tries: int = 0

    @classmethod
    def of(cls, lead: Lead) -> Self:
        """As it was read before the decision."""
        return cls(lead.state, lead.reason, lead.group_id, lead.error, lead.tries)


def to_desk(*, lead: Lead, by: User, stood: Stood) -> None:
    """Put a lead back that `by` gave or turned away: where and why it waits, and of which group it is, as before.

    The entry of the fair share is taken back, and the rep told. Raises NotYoursError where somebody has moved it since,
    the rep has been in touch, or its person has another open lead by now.
    """
    group = Group.objects.filter(pk=stood.group).first() if stood.group else None
    aside = stood.state == State.SET_ASIDE
    with turn(lead.division_id) as held:
        (current,) = locked([lead.pk])
        if held is None or not _may(current, by):
            raise NotYoursError
        entry = gave([current]).get(current.pk)
        books = Books(held, {entry.group_id} if entry else ())
        move = Move(
            lead=current.pk,
            hop=current.hop,
            before=State(current.state),
            state=State.SET_ASIDE if aside else State.DESK,
            reason=stood.reason,
            event=EventKind.SET_ASIDE if aside else EventKind.DESK,
            group=group.pk if group else None,
            end=Assignment.End.HAND_OVER.value if current.owner_id else "",
            by=by.pk,
            about=current.owner_id,
            decided=False,
            entry=books.take_back(entry) if entry else None,
            reverses=entry.pk if entry else None,
            timers=(terms.alarm_for(group, held.now),),
        )
        write(held, [move], books.after())
        if group is None:
            Lead.objects.filter(pk=current.pk).update(group=None)
        if aside:
            queue.note_error(current.pk, stood.error, stood.tries)
        tell_former([current], "", held.now)
        transaction.on_commit(dispatch.ring)


def _may(lead: Lead, by: User) -> bool:
    if lead.state == State.REJECTED:
        return lead.reason.startswith("by_hand_") and not with_twins([lead])
    if lead.state != State.ASSIGNED or contacted([lead]):
        return False
    return Assignment.objects.filter(lead=lead, ends_at=None, how=Assignment.How.MANUAL, by=by).exists()
