"""Priority by hand: where leads that nobody has yet stand in line, until it is taken off again."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from leads import timeline
from leads.life import EventKind, State
from leads.models import Lead
from reps.models import User
from routing import rulesets
from routing.assign import queue, turn
from routing.hand.acts import noted
from routing.hand.moved import Moved, Split, chunks, locked
from routing.models import Act

# Whoever is with a rep, or is through, waits in no line.
_WAITS = frozenset({State.NEW, State.READY, State.OFFERED, State.POOLED, State.HELD, State.DESK, State.SET_ASIDE})


def set_priority(*, leads: Sequence[Lead], band: int | None, by: User | None, why: str, now: datetime) -> Moved:
    """Let the leads wait at this place, 0 first and 9 last, whatever rules and score say; with None as these say.

    It stays with a lead: where it comes back from a rep, it waits there again. What does not wait stays as it is.
    """
    if not leads:
        return Moved()
    asked = {"leads": len(leads), "priority": band}
    with noted(Act.Kind.PRIORITY, division_id=leads[0].division_id, by=by, why=why, asked=asked, now=now) as done:
        for division, pks in chunks(leads):
            done.add(_set(division, pks, band, by, why))
    return done


def _set(division: int, pks: Sequence[int], band: int | None, by: User | None, why: str) -> Moved:
    with turn(division) as held:
        if held is None:
            return Moved()
        split = split_priority(locked(pks), band)
        going = [lead.pk for lead in split.going]
        if band is None:
            version = rulesets.published(division)
            queue.unset_bands(division, going, rulesets.rules_of(version) if version else None)
        else:
            queue.set_bands(division, going, band)
        timeline.record(
            timeline.News(
                lead=lead.pk,
                kind=EventKind.PRIORITY,
                at=held.now,
                user=by.pk if by else None,
                hop=lead.hop,
                payload={"priority": band},
                private={"reason": why} if why else None,
            )
            for lead in split.going
        )
    return Moved(going, split.stayed())


def split_priority(leads: Iterable[Lead], band: int | None) -> Split:
    """Those that wait, and why the others stay as they are."""
    split = Split()
    for lead in leads:
        state = State(lead.state)
        same = lead.set_band == band
        split.place(lead, state.value if state not in _WAITS else "so_already" if same else "")
    return split
