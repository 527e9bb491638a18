"""The writer of groups: what a group is called, how it shares, who is in it and who manages it, at one stroke."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from reps import marks, members
from reps.models import Division, Group, Membership, Rep, User

NEW = "new"
# What people set of a group; who is in it, and who manages it, are rows of their own.
TERMS = (
    *("name", "steps", "respond_within", "clock", "escalation", "wait_alert"),
    *("pool", "pool_cards", "public_fields", "claims_per_day", "claims_unworked", "claim_pause", "put_backs_per_day"),
    *("count_manual", "count_kept", "count_claims", "count_accounts", "free_decline"),
    *("on_return", "repay_per_day", "when_away", "visibility", "blind_for_managers"),
)


class GroupError(ValueError):
    """The change was refused; `field` and the message say why."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(message)
        self.field = where


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a group shall be; terms that are not named stay."""

    terms: Mapping[str, Any]
    members: Collection[Rep]
    managers: Collection[User] = field(default=())


def mark(group: Group | None, *, now: datetime) -> str:
    """What was read, so that a save on top of another's is noticed."""
    if group is None:
        return NEW
    reps = sorted(Membership.objects.at(now).filter(group=group).values_list("rep", flat=True))
    people = sorted(group.managers.values_list("pk", flat=True))
    return marks.of(group.pk, *(getattr(group, name) for name in TERMS), reps, people)


def locked(group: Group) -> Group:
    """As it stands, until the caller's transaction ends: whoever else saves it waits."""
    return Group.objects.select_for_update(no_key=True).get(pk=group.pk)


@transaction.atomic
def save(*, group: Group | None, division: Division | int, wanted: Wanted, read: str, now: datetime) -> Group:
    """As wanted from now on; who stays keeps their terms. Raises GroupError, MembersError."""
    number = division if isinstance(division, int) else division.pk
    if group is None:
        current = Group(division_id=number)
    else:
        current = locked(group)
        if mark(current, now=now) != read:
            raise GroupError("", _("Somebody else changed this group meanwhile."))
    name = wanted.terms.get("name", current.name)
    if Group.objects.filter(division=number, active=True, name__iexact=name).exclude(pk=current.pk).exists():
        raise GroupError("name", _("Another group has this name."))
    changed = [term for term, value in wanted.terms.items() if getattr(current, term) != value]
    for term in changed:
        setattr(current, term, wanted.terms[term])
    if changed or current.pk is None:
        current.save()
    _fill(current, {rep.pk: rep for rep in wanted.members}, now)
    if {user.pk for user in wanted.managers} != set(current.managers.values_list("pk", flat=True)):
        current.managers.set(wanted.managers)
    return current


@transaction.atomic
def share_evenly(*, group: Group, percent: int) -> None:
    """So many of 100 leads shared by weight are shared evenly from now on, to compare; 0: none."""
    current = locked(group)
    if current.even_percent != percent:
        current.even_percent = percent
        current.save(update_fields=["even_percent"])


def _fill(group: Group, wanted: Mapping[int, Rep], now: datetime) -> None:
    """Who is new joins on the usual terms, who is not wanted any more is taken out."""
    rows = {row.rep_id: row for row in Membership.objects.at(now).filter(group=group).select_related("rep")}
    for pk, rep in wanted.items():
        if pk not in rows:
            members.join(group=group, rep=rep, terms={}, now=now)
    for pk, row in rows.items():
        if pk not in wanted:
            members.take_out(group=group, rep=row.rep, read=members.mark(row), now=now)
