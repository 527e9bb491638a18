"""Giving leads to a rep by hand, whoever had them before: one or many, counted or not, told to both."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from leads import dispatch
from leads.life import EventKind, State
from leads.models import Lead
from leads.qualify.by_hand import let_through
from reps.models import Group, Membership, Rep, User
from routing import terms
from routing.assign import Move, NotYoursError, Turn, turn, write
from routing.engine.trace import Code
from routing.hand.acts import noted
from routing.hand.books import Books
from routing.hand.moved import Moved, Split, chunks, locked
from routing.models import Act, Assignment

GIVEABLE = frozenset(
    {State.DESK, State.POOLED, State.HELD, State.SET_ASIDE, State.ASSIGNED, State.READY, State.OFFERED}
)


def give(
    *,
    lead: Lead,
    rep: Rep,
    group: Group | None,
    by: User | None,
    why: str = "",
    counted: bool | None = None,
    owner: Rep | None = None,
) -> None:
    """Make the rep the owner, whoever had it before. Counted in the group's fair share where the group says so.

    Raises NotYoursError where the lead is closed, erased or the rep's already, or the rep is no longer active; and
    where it is not `owner`'s any more, if its owner gives it.
    """
    with turn(lead.division_id) as held:
        if held is None or not may_get(rep):
            raise NotYoursError
        (current,) = locked([lead.pk])
        if stays(current, rep) or (owner is not None and current.owner_id != owner.pk):
            raise NotYoursError
        give_all(held, [(current, group)], rep=rep, by=by, why=why, counted=counted)
        transaction.on_commit(dispatch.ring)


def hand_over(
    *, leads: Sequence[Lead], rep: Rep, by: User | None, why: str, now: datetime, counted: bool | None = None
) -> Moved:
    """Give many leads to one rep, each in its own group where the rep is in it, else in one of the rep's groups.

    What is closed, rejected or theirs already stays and is counted. Raises NotYoursError where the rep is not active.
    """
    if not may_get(rep):
        raise NotYoursError
    asked = {"leads": len(leads), "to": str(rep.uid), "counted": counted}
    with noted(Act.Kind.HAND_OVER, division_id=rep.division_id, by=by, why=why, asked=asked, now=now) as done:
        for division, pks in chunks(leads):
            done.add(_hand_over(division, pks, rep, by, why, counted=counted))
    return done


def _hand_over(
    division: int, pks: Sequence[int], rep: Rep, by: User | None, why: str, *, counted: bool | None
) -> Moved:
    with turn(division) as held:
        if held is None or not may_get(rep, division):
            return Moved([], Counter({"not_theirs": len(pks)}))
        split = split_give(locked(pks), rep)
        groups = groups_for(rep, split.going, held)
        give_all(held, [(row, groups[row.pk]) for row in split.going], rep=rep, by=by, why=why, counted=counted)
        transaction.on_commit(dispatch.ring)
    return Moved([row.pk for row in split.going], split.stayed())


def split_give(leads: Iterable[Lead], rep: Rep) -> Split:
    """Those that can be given to the rep, and why others cannot."""
    split = Split()
    for lead in leads:
        split.place(lead, "not_theirs" if lead.division_id != rep.division_id else stays(lead, rep))
    return split


def may_get(rep: Rep, division: int | None = None) -> bool:
    """Whether the rep works here and may sign in."""
    found = Rep.objects.filter(pk=rep.pk, active=True, user__is_active=True)
    return (found.filter(division=division) if division else found).exists()


def stays(lead: Lead, rep: Rep) -> str:
    """Why the lead cannot be given to the rep; empty where it can."""
    if lead.owner_id == rep.pk:
        return "theirs"
    return "" if State(lead.state) in GIVEABLE else lead.state


def groups_for(rep: Rep, leads: Sequence[Lead], held: Turn) -> dict[int, Group | None]:
    """In which group each lead counts: its own where the rep is a member, else the first of the rep's, else its own."""
    rows = Membership.objects.at(held.now).filter(rep=rep, group__active=True).select_related("group")
    mine = {row.group_id: row.group for row in rows.order_by("group_id")}
    others = Group.objects.in_bulk({lead.group_id for lead in leads if lead.group_id and lead.group_id not in mine})
    first = next(iter(mine.values()), None)
    return {lead.pk: mine.get(lead.group_id or 0) or first or others.get(lead.group_id or 0) for lead in leads}


def give_all(
    held: Turn,
    leads: Sequence[tuple[Lead, Group | None]],
    *,
    rep: Rep,
    by: User | None,
    why: str,
    counted: bool | None = None,
    end: Assignment.End = Assignment.End.HAND_OVER,
    kept: bool = False,
) -> None:
    """Write the moves under the turn, and word to whoever had them; `end` is why their spells end.

    `kept`: the rep added them, and needs no word of it.
    """
    # Whoever gives it by hand has looked.
    let_through([lead for lead, _group in leads if lead.reason == Code.LOOK_FIRST], now=held.now)
    books = Books(held, {group.pk for _lead, group in leads if group})
    moves = [
        _move(held, books, lead, group, rep, by, why, counted=counted, end=end, kept=kept) for lead, group in leads
    ]
    write(held, moves, books.after())
    dispatch.plan(
        (
            dispatch.Word(lead.pk, lead.hop, lead.owner_id, "handed_over", why, payload={"rep": rep.pk})
            for lead, _group in leads
            if lead.owner_id
        ),
        now=held.now,
    )


def _move(  # noqa: PLR0917 - one row from many sources
    held: Turn,
    books: Books,
    lead: Lead,
    group: Group | None,
    rep: Rep,
    by: User | None,
    why: str,
    *,
    counted: bool | None,
    end: Assignment.End,
    kept: bool,
) -> Move:
    owned = lead.owner_id is not None
    how = Assignment.How.HAND_OVER if owned else Assignment.How.MANUAL
    counts = group is not None and (group.count_manual if counted is None else counted)
    due_at, alarms = terms.given(rep, group, held.now) if group else (None, ())
    return Move(
        lead=lead.pk,
        hop=lead.hop,
        before=State(lead.state),
        state=State.ASSIGNED,
        reason=how.value,
        event=EventKind.HANDED_OVER if owned else EventKind.ASSIGNED,
        group=group.pk if group else lead.group_id,
        rep=rep.pk,
        due_at=due_at,
        timers=alarms,
        end=end.value if owned else "",
        how=how.value,
        by=by.pk if by else None,
        entry=books.give(lead, rep, group) if group and counts else None,
        tell="" if kept else "assigned",
        why=told(by, why),
        payload={"kept": True} if kept else {},
        private={"reason": why} if why else None,
    )


def told(by: User | None, why: str) -> str:
    """Why it came to the new owner, in their mail."""
    name = by.name if by else _("A manager")
    if why:
        return _("%(name)s gave it to you: %(why)s") % {"name": name, "why": why}
    return _("%s gave it to you.") % name
