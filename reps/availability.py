"""Who may take a lead when: the rows of shifts, time off, pauses and holidays, read into spans of UTC."""

import zoneinfo
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import holidays
from django.db import transaction
from django.db.models import Q

from reps import schedule
from reps.models import BusySpan, HolidayWorked, Pause, Rep, Shift, TimeOff, User

# How far ahead duty is looked for: over any holiday season and a usual vacation.
HORIZON = timedelta(days=28)
LEAVE, HOLIDAY, PAUSED, BUSY = "leave", "holiday", "paused", "busy"


@dataclass(frozen=True, slots=True)
class Absence:
    """Away from `start` until `end` (None: until further notice)."""

    start: datetime
    end: datetime | None
    kind: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """A rep's planned hours and absences within the horizon asked for; `duty` is the one less the other."""

    rep: int
    shifts: tuple[schedule.Span, ...]
    absences: tuple[Absence, ...]
    duty: tuple[schedule.Span, ...]


def calendars(reps: Iterable[int], *, since: datetime, until: datetime) -> dict[int, Calendar]:
    """The calendar of each rep over the span, in six queries whatever their number."""
    wanted = sorted(set(reps))
    people = Rep.objects.filter(pk__in=wanted).values_list("pk", "time_zone", "country", "subdivision")
    weeks = _weeks(wanted, since, until)
    absences = _absences(wanted, since, until)
    worked = set(HolidayWorked.objects.filter(rep__in=wanted).values_list("rep_id", "day"))
    found = {}
    for pk, zone, country, subdivision in people:
        shifts = _planned(zone, weeks.get(pk, {}), (since, until))
        days = [d for year in _years(since, until) for d in public_holidays(country, subdivision, year)]
        days = [day for day in days if (pk, day) not in worked]
        off = [Absence(start, end, HOLIDAY) for start, end in schedule.compile_days(zone=zone, days=days)]
        off = [a for a in off if a.end is None or (a.end > since and a.start < until)] + absences.get(pk, [])
        holes = schedule.merge((a.start, a.end or schedule.FOREVER) for a in off)
        found[pk] = Calendar(pk, shifts, tuple(off), schedule.subtract(shifts, holes))
    return found


def calendar(rep: Rep, *, since: datetime, until: datetime) -> Calendar:
    """One rep's."""
    return calendars([rep.pk], since=since, until=until)[rep.pk]


def on_duty(reps: Iterable[int], now: datetime) -> set[int]:
    """Those of the reps who are on duty now."""
    found = calendars(reps, since=now - timedelta(days=1), until=now + timedelta(days=1))
    return {pk for pk, calendar in found.items() if schedule.on_duty(calendar.duty, at=now)}


def due_at(duty: Sequence[schedule.Span], *, start: datetime, seconds: int) -> datetime:
    """When that much working time has passed; by the wall clock where the rep has no hours to count in."""
    amount = timedelta(seconds=seconds)
    return schedule.add_working_time(duty, start=start, amount=amount) or start + amount


def working_seconds(rep: Rep, *, start: datetime, end: datetime) -> int:
    """The rep's working time between two instants."""
    if end <= start:
        return 0
    duty = calendar(rep, since=start - timedelta(days=1), until=end + timedelta(days=1)).duty
    return int(schedule.working_time(duty, start=start, end=end).total_seconds())


def day_start(rep: Rep, now: datetime) -> datetime:
    """Midnight of the rep's own day."""
    zone = zoneinfo.ZoneInfo(rep.time_zone)
    return datetime.combine(now.astimezone(zone).date(), time(), tzinfo=zone)


@transaction.atomic
def pause(*, rep: Rep, by: User, now: datetime, until: datetime | None = None) -> Pause:
    """Switch the rep off from now on; what committed is obeyed by every decision after it."""
    # A double click waits here; no_key, as the router points at reps while it holds the roster.
    Rep.objects.select_for_update(no_key=True).get(pk=rep.pk)
    resume(rep=rep, now=now)
    return Pause.objects.create(rep=rep, by=by, starts_at=now, ends_at=until)


@transaction.atomic
def pause_silent(*, rep: Rep, now: datetime) -> bool:
    """Switch off a rep who did not answer; False where they are off already."""
    Rep.objects.select_for_update(no_key=True).get(pk=rep.pk)
    if rep.pauses.at(now).exists():
        return False
    Pause.objects.create(rep=rep, by=None, starts_at=now, why=Pause.Why.SILENT)
    return True


def resume(*, rep: Rep, now: datetime) -> int:
    """End the pauses in force; returns how many there were."""
    Pause.objects.filter(rep=rep, starts_at__gte=now).delete()
    return Pause.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), rep=rep, starts_at__lt=now).update(ends_at=now)


def public_holidays(country: str, subdivision: str, year: int) -> tuple[date, ...]:
    """The public holidays of a country and subdivision; none where the library knows neither."""
    return _holidays(country, subdivision, year) if country else ()


def next_holidays(rep: Rep, *, after: date, most: int = 3) -> list[tuple[date, str]]:
    """The next public holidays where the rep is, with their names; from `after` on, within a year."""
    found = (named for year in (after.year, after.year + 1) for named in _named(rep.country, rep.subdivision, year))
    return [(day, name) for day, name in found if day >= after][:most] if rep.country else []


def _holidays(country: str, subdivision: str, year: int) -> tuple[date, ...]:
    return tuple(day for day, _name in _named(country, subdivision, year))


@lru_cache(maxsize=512)
def _named(country: str, subdivision: str, year: int) -> tuple[tuple[date, str], ...]:
    try:
        return tuple(sorted(holidays.country_holidays(country, subdiv=subdivision or None, years=year).items()))
    except NotImplementedError:
        return ()


def _years(since: datetime, until: datetime) -> range:
    return range((since - timedelta(days=1)).year, (until + timedelta(days=1)).year + 1)


def _planned(zone: str, weeks: dict[str, list[schedule.Week]], horizon: schedule.Span) -> tuple[schedule.Span, ...]:
    """Each week by the clock it was worked by: who moved to another zone keeps the past."""
    parts = [schedule.compile_shifts(zone=own or zone, weeks=found, horizon=horizon) for own, found in weeks.items()]
    return parts[0] if len(parts) == 1 else schedule.merge(span for part in parts for span in part)


def _weeks(reps: Sequence[int], since: datetime, until: datetime) -> dict[int, dict[str, list[schedule.Week]]]:
    """By rep, and by zone, which is empty where it is the rep's own."""
    rows = Shift.objects.within(since, until).filter(rep__in=reps)
    blocks: dict[tuple[int, str, datetime, datetime | None], list[schedule.Shift]] = {}
    for row in rows.order_by("rep", "weekday", "begins"):
        key = (row.rep_id, row.time_zone, row.starts_at, row.ends_at)
        blocks.setdefault(key, []).append(schedule.Shift(row.weekday, row.begins, row.ends))
    found: dict[int, dict[str, list[schedule.Week]]] = {}
    for (rep, zone, starts_at, ends_at), shifts in blocks.items():
        found.setdefault(rep, {}).setdefault(zone, []).append(schedule.Week(tuple(shifts), starts_at, ends_at))
    return found


def _absences(reps: Sequence[int], since: datetime, until: datetime) -> dict[int, list[Absence]]:
    found: dict[int, list[Absence]] = {}
    for model, kind in ((TimeOff, LEAVE), (Pause, PAUSED), (BusySpan, BUSY)):
        rows = model.objects.within(since, until).filter(rep__in=reps).order_by("rep", "starts_at")
        for rep, start, end in rows.values_list("rep_id", "starts_at", "ends_at"):
            found.setdefault(rep, []).append(Absence(start, end, kind))
    return found
