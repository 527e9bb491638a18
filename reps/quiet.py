"""Quiet hours: whether an instant falls into them, and when they end; no framework, no clock."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_MOST = 15  # spans in a row: a week of whole days, twice


@dataclass(frozen=True, slots=True)
class Hours:
    """From `begins` to `ends` on these weekdays (Monday is 0); at or before the beginning means on the next day."""

    begins: time
    ends: time
    days: frozenset[int]


def over_at(hours: Hours, *, at: datetime, zone: str) -> datetime | None:
    """When it is no longer quiet; None where it is not quiet at that instant, or where it never ends."""
    found = at
    for _n in range(_MOST):
        end = _end_of(hours, found, ZoneInfo(zone))
        if end is None:
            return found if found > at else None
        found = end
    return None


def _end_of(hours: Hours, at: datetime, zone: ZoneInfo) -> datetime | None:
    """The end of the span that holds the instant; the one that began yesterday may still run."""
    today = at.astimezone(zone).date()
    for day in (today - _DAY, today):
        if day.weekday() not in hours.days:
            continue
        last = day if hours.ends > hours.begins else day + _DAY
        if _instant(day, hours.begins, zone) <= at < _instant(last, hours.ends, zone):
            return _instant(last, hours.ends, zone)
    return None


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def weekdays(days: Collection[int]) -> frozenset[int]:
    """Those that are weekdays."""
    return frozenset(day for day in days if 0 <= day <= 6)
