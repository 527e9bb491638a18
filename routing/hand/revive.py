"""Letting leads through that qualification stopped: by a person, or because providers answered late."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from leads.life import EventKind, State
from leads.models import Lead, Lookup
from leads.qualify.by_hand import let_through
from reps.models import User
from routing.assign import turn
from routing.engine.trace import Code
from routing.hand.acts import noted
from routing.hand.again import send_back, with_twins
from routing.hand.moved import CHUNK, Moved, chunks, locked
from routing.models import Act

TURNED_AWAY = (State.REJECTED, Code.REJECTED_BY_QUALIFICATION)
TO_LOOK_AT = (State.DESK, Code.LOOK_FIRST)


def may_revive(lead: Lead) -> bool:
    """Whether it stands where it stands because of its qualification."""
    return (lead.state, lead.reason) in {TURNED_AWAY, TO_LOOK_AT}


def stopped() -> Q:
    """The same as a filter."""
    return Q(state=TURNED_AWAY[0], reason=TURNED_AWAY[1]) | Q(state=TO_LOOK_AT[0], reason=TO_LOOK_AT[1])


def revive(*, leads: Sequence[Lead], by: User | None, why: str = "", now: datetime) -> Moved:
    """They are qualified because a person says so, and go through the rules.

    What qualification does not hold stays; so does one that was turned away whose person has an open lead by now.
    """
    if not leads:
        return Moved()
    asked = {"leads": len(leads)}
    with noted(Act.Kind.REVIVE, division_id=leads[0].division_id, by=by, why=why, asked=asked, now=now) as done:
        for division, pks in chunks(leads):
            done.add(_revive(division, pks, by, why))
    return done


def _revive(division: int, pks: Sequence[int], by: User | None, why: str) -> Moved:
    with turn(division) as held:
        if held is None:
            return Moved()
        rows = locked(pks)
        twins = with_twins(rows)
        going = [row for row in rows if may_revive(row) and row.pk not in twins]
        let_through(going, now=held.now, why=why)
        send_back(held, going, by, why, "revived", event=EventKind.QUALIFIED)
    gone = {row.pk for row in going}
    return Moved(sorted(gone), Counter(_stays(row, twins) for row in rows if row.pk not in gone))


def _stays(row: Lead, twins: set[int]) -> str:
    return "twin" if row.pk in twins else row.state


def route_late(division_id: int) -> int:
    """Send leads through the rules again about which providers answered late; returns how many.

    Each once, and only who never had an owner; its timeline tells already what was learned.
    """
    late = Lookup.objects.filter(again=True, lead__division=division_id)
    pks = list(late.values_list("lead", flat=True)[:CHUNK])
    if not pks:
        return 0
    with turn(division_id) as held:
        if held is None:
            return 0
        rows = locked(pks)
        twins = with_twins(rows)
        free = {State.POOLED, State.HELD, State.DESK, State.REJECTED}
        going = [row for row in rows if row.hop == 0 and row.state in free and row.pk not in twins]
        send_back(held, going, None, "", "late_answer", quiet=True)
        Lookup.objects.filter(lead__in=pks).update(again=False)
    return len(going)
