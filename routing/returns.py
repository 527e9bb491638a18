"""A rep hands a lead back with a reason; it goes to To assign, and a manager rules on it later."""

from leads.life import EventKind, State
from leads.models import Lead
from reps.models import Rep, User
from routing.assign import Move, NotYoursError, turn, write
from routing.models import Assignment, Return


def give_back(*, lead: Lead, rep: Rep, by: User, reason: Return.Reason, note: str) -> Return:
    """Write the return and take the lead from the rep. Raises NotYoursError where it is not theirs any more."""
    with turn(lead.division_id) as held:
        current = Lead.objects.select_for_update(of=("self",)).get(pk=lead.pk)
        if held is None or current.owner_id != rep.pk or current.state != State.ASSIGNED:
            raise NotYoursError
        row = Return.objects.create(lead=current, hop=current.hop, rep=rep, reason=reason, note=note, at=held.now)
        write(
            held,
            [
                Move(
                    lead=current.pk,
                    hop=current.hop,
                    before=State.ASSIGNED,
                    state=State.DESK,
                    reason="returned",
                    event=EventKind.RETURNED,
                    group=current.group_id,
                    end=Assignment.End.RETURNED.value,
                    by=by.pk,
                    about=rep.pk,
                    payload={"return_reason": reason.value},
                    private={"note": note} if note else None,
                )
            ],
        )
    return row
