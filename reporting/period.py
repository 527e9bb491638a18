"""Periods of reports: half-open spans of the reader's own days, and the like span before, to compare with."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

DAYS = {"today": 1, "7": 7, "30": 30, "90": 90}
THIS_MONTH = "month"
KEYS = (*DAYS, THIS_MONTH)
BETWEEN = "between"  # two days that somebody chose
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` (inclusive) to `until` (exclusive), and the like span before."""

    key: str
    since: datetime
    until: datetime
    before_since: datetime
    before_until: datetime

    @property
    def before(self) -> tuple[datetime, datetime]:
        """The span to compare with."""
        return self.before_since, self.before_until


def midnight(at: datetime, zone: tzinfo, *, days: int = 0) -> datetime:
    """The beginning of the day of `at` in the zone, or of a day so many days later."""
    return datetime.combine(at.astimezone(zone).date() + timedelta(days=days), time(), tzinfo=zone)


def days_earlier(at: datetime, zone: tzinfo, *, days: int) -> datetime:
    """The same time of the wall clock so many days before, whatever the clocks did in between."""
    return (at.astimezone(zone).replace(tzinfo=None) - timedelta(days=days)).replace(tzinfo=zone)


def period(key: str, *, now: datetime, zone: tzinfo) -> Period:
    """The period of a key, up to now: like is compared with like, so the days before end at the same hour.

    Seven days are today and the six before. This month is compared with as much of the month before, at most all of it.
    """
    if key == THIS_MONTH:
        return _this_month(now, zone)
    days = DAYS[key]
    since = midnight(now, zone, days=1 - days)
    return Period(key, since, now, midnight(now, zone, days=1 - 2 * days), days_earlier(now, zone, days=days))


def between(first: date, last: date, *, now: datetime, zone: tzinfo) -> Period:
    """From the first day to the last, both included and at most until now; compared with as many days before."""
    since = datetime.combine(first, time(), tzinfo=zone)
    until = min(datetime.combine(last + timedelta(days=1), time(), tzinfo=zone), now)
    days = (last - first).days + 1
    before_since = datetime.combine(first - timedelta(days=days), time(), tzinfo=zone)
    return Period(BETWEEN, since, until, before_since, days_earlier(until, zone, days=days))


def _this_month(now: datetime, zone: tzinfo) -> Period:
    today = now.astimezone(zone)
    since = midnight(now, zone, days=1 - today.day)
    before = midnight(since, zone, days=-since.astimezone(zone).day)
    before = midnight(before, zone, days=1 - before.day)
    same_hour = days_earlier(now, zone, days=(since.date() - before.date()).days)
    return Period(THIS_MONTH, since, now, before, min(same_hour, since))
