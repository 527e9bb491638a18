"""A rep's week as people would say it: “Monday to Friday, 09:00 to 17:00 (Berlin time)”."""

from collections.abc import Sequence
from datetime import datetime, time
from itertools import groupby

from django.utils.translation import gettext as _

from reps.models import Rep, Shift

Blocks = tuple[tuple[time, time], ...]


def working_hours(rep: Rep, *, at: datetime) -> str:
    """The week in force at the instant; empty where the rep has no hours."""
    days: dict[int, list[tuple[time, time]]] = {}
    rows = Shift.objects.at(at).filter(rep=rep).order_by("weekday", "begins")
    for weekday, begins, ends in rows.values_list("weekday", "begins", "ends"):
        days.setdefault(weekday, []).append((begins, ends))
    week = [(day, tuple(days.get(day, ()))) for day in range(7)]
    parts = [_part([day for day, _b in same], blocks) for blocks, same in groupby(week, key=_blocks) if blocks]
    return f"{'; '.join(parts)} ({zone_of(rep.time_zone)})" if parts else ""


def zone_of(zone: str) -> str:
    """A time zone by its city."""
    return _("%s time") % zone.rpartition("/")[2].replace("_", " ") if "/" in zone else zone


def _blocks(day: tuple[int, Blocks]) -> Blocks:
    return day[1]


def _part(days: Sequence[int], blocks: Blocks) -> str:
    first, last = (str(Shift.Weekday(day).label) for day in (days[0], days[-1]))
    named = first if len(days) == 1 else _("%(first)s to %(last)s") % {"first": first, "last": last}
    return f"{named}, {_(' and ').join(_block(*block) for block in blocks)}"


def _block(begins: time, ends: time) -> str:
    if begins == ends == time():
        return _("all day")
    return _("%(begins)s to %(ends)s") % {"begins": f"{begins:%H:%M}", "ends": f"{ends:%H:%M}"}
