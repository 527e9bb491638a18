"""Where a rep stands just now, in a few words: on duty until when, or off, why, and until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reps import availability
from reps.availability import Calendar

GOOD, QUIET, DUE = "good", "quiet", "due"
# Where duty began before now, so that a shift under way is whole.
BEFORE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stands:
    """On duty or not; the tone of the dot; the words."""

    on: bool
    tone: str
    says: str


def stands(calendar: Calendar, now: datetime, *, full: bool = False) -> Stands:
    """The rep's; `full`: they hold as many leads as they may."""
    end = next((stop for start, stop in calendar.duty if start <= now < stop), None)
    if end is None:
        return Stands(on=False, tone=QUIET, says=_off(calendar, now))
    if full:
        return Stands(on=True, tone=DUE, says=_("on duty, at the limit"))
    if end >= now + availability.HORIZON:
        return Stands(on=True, tone=GOOD, says=_("on duty around the clock"))
    return Stands(on=True, tone=GOOD, says=_("on duty until %s") % when(end, now))


def _off(calendar: Calendar, now: datetime) -> str:
    away = [one for one in calendar.absences if one.start <= now and (one.end is None or now < one.end)]
    # A pause that was switched on says more than the time off it falls into.
    for kind, until_says, says in (
        (availability.PAUSED, _("paused until %s"), _("paused")),
        (availability.LEAVE, _("time off until %s"), _("time off")),
        (availability.HOLIDAY, _("public holiday until %s"), _("public holiday")),
        (availability.BUSY, _("busy until %s"), _("busy")),
    ):
        found = [one for one in away if one.kind == kind]
        if found:
            last = None if any(one.end is None for one in found) else max(one.end for one in found if one.end)
            return until_says % when(last, now) if last else says
    begins = next((start for start, _stop in calendar.duty if start > now), None)
    if begins:
        return _("off until %s") % when(begins, now)
    return _("off for the next weeks") if calendar.shifts else _("no shifts are planned")


def when(at: datetime, now: datetime) -> str:
    """The hour today, with the weekday within a week, else the day."""
    local = timezone.localtime(at)
    days = (local.date() - timezone.localtime(now).date()).days
    return date_format(local, "H:i" if not days else "D H:i" if days < 7 else "D j M")
