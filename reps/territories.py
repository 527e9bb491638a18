"""The writer of territories and who covers them: covers are period rows, so who covered what can be read."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from reps import marks, roster
from reps.models import Group, Rep, Territory, TerritoryCover
from reps.models.territory import check_market


class TerritoryError(ValueError):
    """The change was refused; `field` and the message say why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a territory shall read."""

    name: str
    group: Group
    market: list[dict[str, Any]]
    reps: Collection[Rep]


def mark(territory: Territory | None, *, now: datetime) -> str:
    """What was read, so that a save on top of another's is noticed."""
    if territory is None:
        return "new"
    reps = sorted(TerritoryCover.objects.at(now).filter(territory=territory).values_list("rep", flat=True))
    return marks.of(territory.pk, territory.name, territory.group_id, territory.market, territory.active, reps)


@transaction.atomic
def save(*, territory: Territory | None, wanted: Wanted, read: str, now: datetime) -> Territory:
    """As wanted from now on. Raises TerritoryError; ValidationError where an area cannot be read."""
    check_market(wanted.market)
    current = _locked(territory, read, now)
    others = Territory.objects.filter(division=wanted.group.division_id, name=wanted.name)
    if others.exclude(pk=current.pk).exists():
        raise TerritoryError("name", _("Another territory has this name."))
    current.name, current.group, current.market = wanted.name, wanted.group, wanted.market
    current.save()
    reps = {rep.pk for rep in wanted.reps}
    roster.hold(rows=TerritoryCover.objects.all(), about="rep", wanted=reps, now=now, territory=current)
    return current


@transaction.atomic
def remove(*, territory: Territory, read: str, now: datetime) -> None:
    """Covers nothing from now on; what it was stays. Raises TerritoryError."""
    current = _locked(territory, read, now)
    current.active = False
    current.save(update_fields=["active"])
    for row in TerritoryCover.objects.filter(territory=current):
        roster.end(row=row, now=now)


def _locked(territory: Territory | None, read: str, now: datetime) -> Territory:
    if territory is None:
        return Territory()
    current = Territory.objects.select_for_update(no_key=True).get(pk=territory.pk)
    if mark(current, now=now) != read:
        raise TerritoryError("", _("Somebody else changed this meanwhile."))
    return current
