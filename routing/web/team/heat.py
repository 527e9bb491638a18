"""The heat map of arrivals against duty: colour is how many came, an outline that nobody was there; in words first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reps.models import Group, Shift
from reps.web import heat
from routing.coverage import arrivals as read
from routing.coverage.arrivals import Arrivals, Gap, Hour

_SHOWN = 3


def context(groups: Sequence[Group], *, ungrouped: bool, now: datetime) -> dict[str, Any]:
    """Of leads in these groups, and in none."""
    zone = ZoneInfo(timezone.get_current_timezone_name())
    return drawn(read.arrivals(groups=groups, ungrouped=ungrouped, until=now, zone=zone))


def drawn(found: Arrivals) -> dict[str, Any]:
    """The table and its sentences."""
    gaps = read.gaps(found)
    return {
        "leads": found.leads,
        "weeks": read.WEEKS,
        "summary": _summary(found),
        "gaps": [gap_says(gap) for gap in gaps[:_SHOWN]],
        "hours": range(24),
        "rows": [
            {"day": _day(n), "short": _day(n)[:3], "hours": [_hour(hour, found.most) for hour in hours]}
            for n, hours in enumerate(found.week)
        ],
        "most": found.most,
    }


def _summary(found: Arrivals) -> str:
    if not found.leads:
        return _("No leads came in these weeks.")
    if not found.missed:
        return _("Somebody was on duty whenever a lead came.")
    return ngettext(
        "%(percent)s of leads came while nobody was on duty: %(n)d of %(all)d.",
        "%(percent)s of leads came while nobody was on duty: %(n)d of %(all)d.",
        found.missed,
    ) % {"percent": _percent(found.missed / found.leads), "n": found.missed, "all": found.leads}


def _percent(part: float) -> str:
    return _("Under 1 %") if part < 0.01 else _("%d %%") % round(100 * part)


def gap_says(gap: Gap) -> str:
    """Monday 8 to 10: 31 leads came, nobody was on shift."""
    days = _day(gap.first_day)
    if gap.last_day != gap.first_day:
        names = {"first": days, "last": _day(gap.last_day)}
        two = gap.last_day == gap.first_day + 1
        days = (_("%(first)s and %(last)s") if two else _("%(first)s to %(last)s")) % names
    hours = _("all day") if (gap.begins, gap.ends) == (0, 24) else f"{gap.begins}-{gap.ends}"
    return ngettext(
        "%(days)s %(hours)s: %(n)d lead came, nobody was on shift.",
        "%(days)s %(hours)s: %(n)d leads came, nobody was on shift.",
        gap.missed,
    ) % {"days": days, "hours": hours, "n": gap.missed}


def _hour(hour: Hour, most: int) -> dict[str, Any]:
    return heat.hour(leads=hour.leads, missed=hour.missed, empty=hour.empty, most=most)


def _day(n: int) -> str:
    return str(Shift.Weekday(n).label)
