"""Open leads whose owner works here no more: found by the sweeper and routed again, never orphaned."""

from collections import Counter
from collections.abc import Sequence

from django.db.models import Q, QuerySet

from leads.life import State
from leads.models import Lead
from reps.models import Rep
from routing.assign import turn
from routing.hand.again import contacted, send_back
from routing.hand.moved import CHUNK, Moved, locked
from routing.models import Assignment

_GONE = Q(active=False) | Q(user__is_active=False)


def stranded_owners(division_id: int) -> "QuerySet[Lead]":
    """Open leads of reps who were switched off, by whatever door."""
    # Who is gone is asked first: they are few, and their leads stand in an index by owner.
    gone = list(Rep.objects.filter(_GONE).values_list("pk", flat=True))
    rows = Lead.objects.filter(owner__in=gone) if gone else Lead.objects.none()
    return rows.filter(division=division_id, state=State.ASSIGNED.value).order_by("pk")


def rescue(division_id: int) -> int:
    """Route up to 200 of them again, with the reason; returns how many; the turn is only asked for if needed."""
    pks = list(stranded_owners(division_id).values_list("pk", flat=True)[:CHUNK])
    return _rescue(division_id, pks).count if pks else 0


def _rescue(division_id: int, pks: Sequence[int]) -> Moved:
    with turn(division_id) as held:
        if held is None:
            return Moved()
        still = set(stranded_owners(division_id).filter(pk__in=pks).values_list("pk", flat=True))
        going = [row for row in locked(pks) if row.pk in still and row.state == State.ASSIGNED]
        touched = contacted(going)
        send_back(
            held,
            going,
            None,
            "",
            "owner_left",
            end=Assignment.End.LEFT,
            take_back=lambda lead: lead.pk not in touched,
        )
    return Moved([row.pk for row in going], Counter())
