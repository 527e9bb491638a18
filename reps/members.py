"""The writer of who is in which group, on what terms: a change closes one row and opens the next, so the past stays."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Avg
from django.utils.translation import gettext as _

from reps import marks, roster
from reps.models import Group, Membership, Rep

TERMS = ("weight", "tier", "cap_open", "cap_hour", "cap_day", "cap_week", "cap_month", "caps_rolling")
_OUT = "out"


class MembersError(ValueError):
    """The change was refused; the message says why."""


class StaleError(MembersError):
    """Somebody changed the same since it was read; `row` is what holds now (None: not in the group)."""

    def __init__(self, row: Membership | None) -> None:
        super().__init__(_("Somebody else changed this meanwhile."))
        self.row = row


def row_at(*, group: Group, rep: Rep, now: datetime) -> Membership | None:
    """The membership in force."""
    return Membership.objects.at(now).filter(group=group, rep=rep).first()


def mark(row: Membership | None) -> str:
    """What was read, so that a save on top of another's is noticed."""
    return _OUT if row is None else marks.of(row.pk, *terms_of(row).values())


def terms_of(row: Membership) -> dict[str, Any]:
    """On what terms the rep is in the group."""
    return {name: getattr(row, name) for name in TERMS}


@transaction.atomic
def join(*, group: Group, rep: Rep, terms: Mapping[str, Any], now: datetime) -> Membership:
    """In the group from now on; until another membership that is planned begins. Raises MembersError."""
    _locked(rep)
    current = row_at(group=group, rep=rep, now=now)
    if current is not None:
        raise StaleError(current)
    if not rep.active or not group.active or group.division_id != rep.division_id:
        raise MembersError(_("This rep or this group is not active any more."))
    planned = Membership.objects.filter(group=group, rep=rep, starts_at__gt=now).order_by("starts_at").first()
    until = planned.starts_at if planned else None
    if group.even_percent and "weight" not in terms:
        terms = {**terms, "weight": _usual_weight(group, now)}
    return Membership.objects.create(group=group, rep=rep, starts_at=now, ends_at=until, **terms)


@transaction.atomic
def change(*, group: Group, rep: Rep, read: str, terms: Mapping[str, Any], now: datetime) -> list[str]:
    """Other terms from now on, for the steps of a ramp too; returns what changed. Raises StaleError."""
    current = _as_read(group, rep, read, now)
    changed = [name for name, value in terms.items() if getattr(current, name) != value]
    if changed:
        for row in (current, *_following(current)):
            roster.revise(row=row, now=now, changes={name: terms[name] for name in changed})
    return changed


@transaction.atomic
def take_out(*, group: Group, rep: Rep, read: str, now: datetime) -> None:
    """Not in the group from now on; the rest of a ramp goes with it. Raises StaleError."""
    current = _as_read(group, rep, read, now)
    for row in (*_following(current), current):
        roster.end(row=row, now=now)


@transaction.atomic
def limit(*, rep: Rep, read: int | None, cap_open: int | None) -> bool:
    """How many open leads the rep may hold over all groups; whether that is another number. Raises MembersError."""
    current = _locked(rep)
    if current.cap_open != read:
        raise MembersError(_("Somebody else changed this meanwhile."))
    if current.cap_open == cap_open:
        return False
    current.cap_open = cap_open
    current.save(update_fields=["cap_open"])
    return True


def _usual_weight(group: Group, now: datetime) -> int:
    """What an even share weighs where weights follow output: 1 would be next to nothing beside weights of 100."""
    known = Membership.objects.at(now).filter(group=group, weight__gt=0).aggregate(usual=Avg("weight"))["usual"]
    return max(1, round(known or 1))


def _as_read(group: Group, rep: Rep, read: str, now: datetime) -> Membership:
    _locked(rep)
    current = row_at(group=group, rep=rep, now=now)
    if current is None or mark(current) != read:
        raise StaleError(current)
    return current


def _following(row: Membership) -> list[Membership]:
    """The rows that go on without a gap: steps of a ramp, not another membership."""
    found, until = [], row.ends_at
    later = Membership.objects.filter(group=row.group_id, rep=row.rep_id, starts_at__gt=row.starts_at)
    for one in later.order_by("starts_at"):
        if one.starts_at != until:
            break
        found.append(one)
        until = one.ends_at
    return found


def _locked(rep: Rep) -> Rep:
    """A double click waits here; no_key, as the router points at reps while it holds the roster."""
    return Rep.objects.select_for_update(no_key=True).get(pk=rep.pk)
