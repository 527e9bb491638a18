"""When a next step is due: quick choices and days after, always an instant at which the rep works."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reps import availability
from reps.models import Rep
from reps.schedule import Span

_MORNING, _AFTERNOON = time(9), time(15)
_LATEST_ASKED = 14  # from this hour on, this afternoon is no choice any more
HOUR, AFTERNOON, TOMORROW, MONDAY = "hour", "afternoon", "tomorrow", "monday"


@dataclass(frozen=True, slots=True)
class Hours:
    """A rep's hours over the horizon, less time off and holidays, and the zone their days are counted in."""

    zone: ZoneInfo
    duty: tuple[Span, ...]


def hours_of(reps: Sequence[Rep], *, since: datetime, days: int = 0) -> dict[int, Hours]:
    """The hours of each rep, far enough ahead for so many working days."""
    until = since + max(availability.HORIZON, timedelta(days=2 * days + 14))
    found = availability.calendars([rep.pk for rep in reps], since=since - timedelta(days=1), until=until)
    return {rep.pk: Hours(ZoneInfo(rep.time_zone), found[rep.pk].duty) for rep in reps}


def choices(hours: Hours, *, now: datetime) -> dict[str, datetime]:
    """The quick choices that make sense now, each moved to when the rep works next."""
    local = now.astimezone(hours.zone)
    tomorrow = local.date() + timedelta(days=1)
    monday = local.date() + timedelta(days=7 - local.weekday())
    found = {HOUR: now + timedelta(hours=1)}
    if local.hour < _LATEST_ASKED:
        found[AFTERNOON] = _at(hours, local.date(), _AFTERNOON)
    found[TOMORROW] = _at(hours, tomorrow, _MORNING)
    if monday != tomorrow:
        found[MONDAY] = _at(hours, monday, _MORNING)
    return {key: working(hours, at) for key, at in found.items()}


def working(hours: Hours, at: datetime) -> datetime:
    """The instant itself while the rep works, else when they work next; the instant where they have no hours."""
    return next((max(start, at) for start, end in hours.duty if end > at), at)


def after(hours: Hours, *, start: datetime, days: int, at: time | None = None) -> datetime:
    """So many of the rep's working days after `start`, at that time of day, else when their day begins.

    Day 0 is the day itself. Who has no hours works every day, from nine.
    """
    first = start.astimezone(hours.zone).date()
    if at is None and days == 0:
        return working(hours, start)
    day = first if days == 0 else _working_day(hours, first, days)
    return working(hours, max(start, _at(hours, day, at or _begins(hours, day))))


def _working_day(hours: Hours, first: date, days: int) -> date:
    last = max((end for _start, end in hours.duty), default=None)
    day, left = first, days
    while last is not None and left:
        day += timedelta(days=1)
        start, end = _at(hours, day, time()), _at(hours, day + timedelta(days=1), time())
        if start >= last:
            break
        left -= any(a < end and b > start for a, b in hours.duty)
    return first + timedelta(days=days) if left else day


def _begins(hours: Hours, day: date) -> time:
    """When the rep's day begins; at nine where they work around midnight."""
    midnight = _at(hours, day, time())
    begins = working(hours, midnight).astimezone(hours.zone)
    return _MORNING if begins == midnight or begins.date() != day else begins.time()


def _at(hours: Hours, day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=hours.zone)
