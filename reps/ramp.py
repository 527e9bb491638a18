"""A new rep's ramp: part of the weight and the limits for some weeks, as membership rows that follow each other.

Each row holds a percentage, so what counted at any instant can be read like every other membership.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from math import ceil, gcd
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from reps import roster, schedule
from reps.models import Membership

FULL = 100
MOST_STEPS = 12
LONGEST = 90  # days of one step


class RampError(ValueError):
    """The ramp was refused; `field` and the message say why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def weights(rows: Sequence[Membership]) -> list[int]:
    """The weights of members of one group as they count: only their proportions matter, so a ramp makes all finer."""
    if all(row.percent == FULL for row in rows):
        return [row.weight for row in rows]
    finer = [row.weight * row.percent for row in rows]
    common = gcd(*finer) or 1
    return [weight // common for weight in finer]


def limited(most: int | None, percent: int) -> int | None:
    """A limit at that percentage, rounded up; none stays none."""
    return most if most is None or percent == FULL else ceil(most * percent / FULL)


def steps_of(row: Membership, *, now: datetime) -> list[tuple[datetime, int]]:
    """From when which percentage holds, beginning with the row in force; empty where there is no ramp."""
    return steps_by_row([row], now=now)[row.pk]


def steps_by_row(rows: Sequence[Membership], *, now: datetime) -> dict[int, list[tuple[datetime, int]]]:
    """The same of several rows in one question, by the row's number."""
    reps, groups = {row.rep_id for row in rows}, {row.group_id for row in rows}
    among = Membership.objects.filter(rep__in=reps, group__in=groups)
    known = [one for one in among.order_by("starts_at") if one.ends_at is None or one.ends_at > now]
    found = {}
    for row in rows:
        places = [one for one in known if (one.rep_id, one.group_id) == (row.rep_id, row.group_id)]
        steps = [(one.starts_at, one.percent) for one in places if one.starts_at >= row.starts_at]
        found[row.pk] = steps if any(percent != FULL for _at, percent in steps) else []
    return found


@transaction.atomic
def start(*, row: Membership, percents: Sequence[int], days: int, now: datetime) -> None:
    """From now on the first percentage, each for so many days, then all of it. Raises RampError."""
    current = _alone(row, now)
    if not 0 < len(percents) <= MOST_STEPS or not all(0 < one < FULL for one in percents):
        raise RampError("percents", _("Up to 12 steps, each between 1 and 99, such as 25, 50, 75."))
    if not 1 <= days <= LONGEST:
        raise RampError("days", _("Between 1 and 90 days a step."))
    until = current.ends_at
    edges = [now, *(_midnight(current, now, days * n) for n in range(1, len(percents) + 1))]
    if until is not None and until <= edges[-1]:
        raise RampError("days", _("The membership ends before the ramp does."))
    first = roster.revise(row=current, now=now, changes={"percent": percents[0], "ends_at": edges[1]})
    for n, percent in enumerate([*percents[1:], FULL], start=1):
        following = Membership(
            **{f.attname: getattr(first, f.attname) for f in first._meta.concrete_fields if not f.primary_key}  # noqa: SLF001 - Django's documented API
        )
        following.percent, following.starts_at = percent, edges[n]
        following.ends_at = edges[n + 1] if n + 1 < len(edges) else until
        following.save(force_insert=True)


@transaction.atomic
def stop(*, row: Membership, now: datetime) -> None:
    """All of it from now on."""
    _alone(row, now)


def _alone(row: Membership, now: datetime) -> Membership:
    """The row in force, at its full weight, with nothing of a ramp after it."""
    current = Membership.objects.select_for_update().get(pk=row.pk)
    later = list(
        Membership.objects.select_for_update()
        .filter(group=row.group_id, rep=row.rep_id, starts_at__gt=now)
        .order_by("starts_at")
    )
    until = current.ends_at
    for one in later:
        if one.starts_at == until:  # without a gap: a step, not another membership
            until = one.ends_at
            one.delete()
    if current.percent == FULL and until == current.ends_at:
        return current
    return roster.revise(row=current, now=now, changes={"percent": FULL, "ends_at": until})


def _midnight(row: Membership, now: datetime, days: int) -> datetime:
    """A step ends with a day of the rep's."""
    place = ZoneInfo(row.rep.time_zone)
    day: date = now.astimezone(place).date() + timedelta(days=days)
    return schedule.instant(day, place)
