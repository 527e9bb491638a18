"""Unassigning: leads are taken from their owners and routed again."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from leads.life import State
from leads.models import Lead
from reps.models import User
from routing.assign import turn
from routing.hand.acts import noted
from routing.hand.again import send_back
from routing.hand.moved import Moved, Split, chunks, locked
from routing.models import Act, Assignment


def release(
    *, leads: Sequence[Lead], by: User | None, why: str, now: datetime, bar: bool = False, counted: bool = False
) -> Moved:
    """Take the leads from their owners, contacted or not, and send them through the rules again.

    The turn each owner spent is given back, unless `counted`; with `bar` the rules must not give it to the same rep.
    """
    if not leads:
        return Moved()
    asked = {"leads": len(leads), "bar": bar, "counted": counted}
    division_id = leads[0].division_id
    with noted(Act.Kind.RELEASE, division_id=division_id, by=by, why=why, asked=asked, now=now) as done:
        for division, pks in chunks(leads):
            done.add(_release(division, pks, by, why, bar=bar, counted=counted))
    return done


def _release(division: int, pks: Sequence[int], by: User | None, why: str, *, bar: bool, counted: bool) -> Moved:
    with turn(division) as held:
        if held is None:
            return Moved()
        split = split_release(locked(pks))
        end = Assignment.End.RELEASED if bar else Assignment.End.HAND_OVER
        send_back(held, split.going, by, why, "released", end=end, take_back=lambda _lead: not counted)
    return Moved([row.pk for row in split.going], split.stayed())


def split_release(leads: Iterable[Lead]) -> Split:
    """Those a rep has, and where the others are."""
    split = Split()
    for lead in leads:
        split.place(lead, "" if lead.state == State.ASSIGNED else lead.state)
    return split
