"""Turning a waiting lead away for good, with the reason."""

from leads.life import EventKind, State
from leads.models import Lead
from reps.models import User
from routing.assign import Move, NotYoursError, turn, write


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
