"""When planned time off begins: leads its owner was not in touch about go on, where their group wants that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _

from leads import dispatch
from leads.life import State
from leads.models import Lead, Touch
from reps.models import Group, Rep, TimeOff
from routing.assign import Turn, turn
from routing.hand.again import contacted, send_back
from routing.hand.give import give_all, groups_for, may_get
from routing.hand.moved import locked
from routing.models import Act, Assignment

MOST = 200


@dataclass(frozen=True, slots=True)
class Onward:
    """Where the leads of one owner go when their time off begins."""

    again: tuple[int, ...]
    backup: Rep | None
    given: tuple[int, ...]


def untouched() -> "QuerySet[Lead]":
    """Owned leads whose present owner has not been in touch."""
    touches = Touch.objects.filter(lead=OuterRef("pk"), hop=OuterRef("hop"))
    rows = Lead.objects.filter(state=State.ASSIGNED.value).exclude(responded_at__gte=F("assigned_at"))
    return rows.filter(~Exists(touches))


def would_go(rep: Rep) -> "QuerySet[Lead]":
    """Which of the rep's leads would go on if time off began now."""
    return untouched().filter(owner=rep).exclude(group=None).exclude(group__when_away=Group.WhenAway.KEEP)


def stands_in(rep: Rep, *, at: datetime) -> Rep | None:
    """The rep's backup, unless they are away at the instant themselves."""
    backup = rep.backup
    if backup is None or not may_get(backup, rep.division_id):
        return None
    return None if TimeOff.objects.at(at).filter(rep=backup).exists() else backup


def onward(rep: Rep, leads: Sequence[Lead], *, at: datetime) -> Onward:
    """Where each of them goes: to the backup where its group says so and there is one, else by the rules again."""
    groups = Group.objects.in_bulk({lead.group_id for lead in leads if lead.group_id})
    backup = stands_in(rep, at=at)
    given = tuple(
        lead.pk
        for lead in leads
        if backup is not None and groups[lead.group_id or 0].when_away == Group.WhenAway.BACKUP
    )
    return Onward(tuple(lead.pk for lead in leads if lead.pk not in given), backup, given)


def away_now(division_id: int, *, now: datetime) -> "QuerySet[Lead]":
    """Leads to move: their owner's time off began after they were given."""
    if not Group.objects.filter(division=division_id).exclude(when_away=Group.WhenAway.KEEP).exists():
        return Lead.objects.none()
    off = TimeOff.objects.at(now).filter(rep=OuterRef("owner"), starts_at__gte=OuterRef("assigned_at"))
    rows = untouched().filter(Exists(off), division=division_id).exclude(group=None)
    return rows.exclude(group__when_away=Group.WhenAway.KEEP)


def release_away(division_id: int, *, now: datetime) -> int:
    """Move what is to be moved, each lead once: it has another owner afterwards, or none. Returns how many."""
    if not away_now(division_id, now=now).exists():
        return 0
    with turn(division_id) as held:
        if held is None:
            return 0
        # Asked again under the turn: whoever came back or made contact meanwhile keeps the lead.
        pks = list(away_now(division_id, now=held.now).order_by("owner", "pk").values_list("pk", flat=True)[:MOST])
        rows = [row for row in locked(pks) if row.state == State.ASSIGNED]
        touched = contacted(rows)
        by_owner: dict[int, list[Lead]] = {}
        for row in rows:
            if row.pk not in touched and row.owner_id:
                by_owner.setdefault(row.owner_id, []).append(row)
        for rep in Rep.objects.filter(pk__in=by_owner).select_related("backup__user").order_by("pk"):
            _move(held, rep, by_owner[rep.pk])
        transaction.on_commit(dispatch.ring)
    return sum(map(len, by_owner.values()))


def _move(held: Turn, rep: Rep, leads: Sequence[Lead]) -> None:
    plan = onward(rep, leads, at=held.now)
    why = _("Time off began.")
    again = [lead for lead in leads if lead.pk in plan.again]
    # Nobody was in touch, so what giving it moved in the fair share is taken back.
    send_back(held, again, None, why, "owner_away", end=Assignment.End.RELEASED)
    given = [lead for lead in leads if lead.pk in plan.given]
    if given and plan.backup is not None:
        groups = groups_for(plan.backup, given, held)
        says = _("%s is away, and you stand in.") % rep.name
        give_all(held, [(lead, groups[lead.pk]) for lead in given], rep=plan.backup, by=None, why=says)
    Act.objects.create(
        division_id=held.division,
        kind=Act.Kind.AWAY,
        at=held.now,
        by=None,
        why=why,
        asked={"rep": str(rep.uid), "leads": "time_off"},
        result={"routed_again": len(again), "given": len(given)},
    )
