"""The writer of a rep's hours: the week, time off, holidays worked, and where the rep is. What is past stays."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from reps import roster, schedule
from reps.models import CalendarFeed, HolidayWorked, PeriodRow, Rep, Shift, TimeOff

FARTHEST = timedelta(days=731)
MOST_BLOCKS = 6  # a day
_DAY = 86_400
Block = tuple[
    int, time, time
]  # weekday (Monday is 0), begins, ends; one that ends no later than it begins ends next day


class HoursError(ValueError):
    """The change was refused; `field` and the message say why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def week_at(rep: Rep, at: datetime) -> list[Block]:
    """The blocks in force at the instant, Monday first."""
    rows = Shift.objects.at(at).filter(rep=rep).order_by("weekday", "begins")
    return list(rows.values_list("weekday", "begins", "ends"))


def next_week_from(rep: Rep, now: datetime) -> datetime | None:
    """When another week begins that is planned already."""
    edges = Shift.objects.filter(rep=rep).filter(Q(starts_at__gt=now) | Q(ends_at__gt=now))
    found = [at for pair in edges.values_list("starts_at", "ends_at") for at in pair if at is not None and at > now]
    return min(found, default=None)


@transaction.atomic
def set_week(*, rep: Rep, blocks: Collection[Block], since: datetime, now: datetime) -> int:
    """From `since` on the week reads so, until further notice; returns how many blocks changed.

    A block that stays keeps its row. What was planned to begin later is replaced. Raises HoursError.
    """
    _locked(rep)
    check_week(blocks)
    if since < now:
        raise HoursError("since", _("This lies in the past."))
    if since > now + FARTHEST:
        raise HoursError("since", _("Choose a day within two years."))
    wanted, changed = set(blocks), 0
    for row in Shift.objects.filter(Q(ends_at=None) | Q(ends_at__gt=since), rep=rep).order_by("starts_at"):
        block = (row.weekday, row.begins, row.ends)
        if row.starts_at <= since and row.ends_at is None and block in wanted:
            wanted.discard(block)
            continue
        roster.end(row=row, now=since)
        changed += 1
    Shift.objects.bulk_create(
        Shift(rep=rep, weekday=day, begins=begins, ends=ends, starts_at=since) for day, begins, ends in sorted(wanted)
    )
    return changed + len(wanted)


def check_week(blocks: Iterable[Block]) -> None:
    """Raise HoursError, `field` the weekday, where blocks of a day overlap or there are too many."""
    found = sorted(blocks)
    for day, count in Counter(day for day, *_rest in found).items():
        if count > MOST_BLOCKS:
            raise HoursError(str(day), _("At most %d blocks a day.") % MOST_BLOCKS)
    for (day, begins, ends), (following, next_begins, _ends) in pairwise(found):
        if day == following and (next_begins < ends or ends <= begins):
            raise HoursError(str(day), _("These blocks overlap. Let one end before the next begins."))


def weekly_hours(blocks: Iterable[Block]) -> float:
    """How long the week is."""
    seconds = 0
    for _day, begins, ends in blocks:
        first, last = (at.hour * 3600 + at.minute * 60 + at.second for at in (begins, ends))
        seconds += (last - first) % _DAY or _DAY
    return seconds / 3600


@transaction.atomic
def take_off(*, rep: Rep, starts_at: datetime, ends_at: datetime, kind: str, now: datetime) -> TimeOff:
    """Plan an absence; one that began already holds from now on. Raises HoursError."""
    _locked(rep)
    begins = max(starts_at, now)
    _check_off(rep, begins, ends_at, now=now)
    return TimeOff.objects.create(rep=rep, starts_at=begins, ends_at=ends_at, kind=kind)


@transaction.atomic
def move_off(*, row: TimeOff, starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Other times; the beginning only moves while it lies ahead. Raises HoursError."""
    _locked(row.rep)
    begins = row.starts_at if row.starts_at <= now else max(starts_at, now)
    _check_off(row.rep, begins, ends_at, now=now, but=row.pk)
    changes = {"ends_at": ends_at} if begins == row.starts_at else {"starts_at": begins, "ends_at": ends_at}
    roster.revise(row=row, now=now, changes=dict(changes))


@transaction.atomic
def cancel_off(*, row: TimeOff, now: datetime) -> None:
    """Back from now on, or never gone."""
    _locked(row.rep)
    roster.end(row=TimeOff.objects.get(pk=row.pk), now=now)


def _check_off(rep: Rep, starts_at: datetime, ends_at: datetime, *, now: datetime, but: int = 0) -> None:
    if ends_at <= now:
        raise HoursError("until", _("This is over already."))
    if ends_at <= starts_at:
        raise HoursError("until", _("The end must be after the start."))
    if ends_at > now + FARTHEST:
        raise HoursError("until", _("Choose a day within two years."))
    if rep.time_off.within(starts_at, ends_at).exclude(pk=but).exists():
        raise HoursError("from", _("This overlaps time off that is planned already. Change or remove that one."))


@transaction.atomic
def work_on(*, rep: Rep, day: date, works: bool) -> None:
    """Whether a public holiday is worked all the same."""
    if works:
        HolidayWorked.objects.get_or_create(rep=rep, day=day)
    else:
        HolidayWorked.objects.filter(rep=rep, day=day).delete()


@transaction.atomic
def settle(*, rep: Rep, zone: str, country: str, subdivision: str, backup: Rep | None, now: datetime) -> list[str]:
    """Where the rep is and who stands in; returns what changed. Shifts are read in the new zone from now on."""
    current = _locked(rep)
    values = {
        "time_zone": zone,
        "country": country,
        "subdivision": subdivision,
        "backup_id": backup.pk if backup else None,
    }
    changed = [name for name, value in values.items() if getattr(current, name) != value]
    if "time_zone" in changed:
        _keep_past(current, now)
    if changed:
        # Not `save`: who is written here may have been changed elsewhere meanwhile.
        Rep.objects.filter(pk=rep.pk).update(**{name: values[name] for name in changed})
    if "time_zone" in changed:
        # Whole days of calendars begin elsewhere now: they are read again, whether they changed or not.
        CalendarFeed.objects.filter(rep=rep, active=True).update(far=None)
    return changed


def _keep_past(rep: Rep, now: datetime) -> None:
    """What was worked until now was worked by the old zone's clock."""
    begun = Shift.objects.filter(rep=rep, starts_at__lt=now)
    for row in begun.filter(Q(ends_at=None) | Q(ends_at__gt=now)):
        until, row.ends_at = row.ends_at, now
        row.save(update_fields=["ends_at"])
        row.pk, row.starts_at, row.ends_at, row.time_zone = None, now, until, ""
        row.save(force_insert=True)
    begun.filter(ends_at__lte=now, time_zone="").update(time_zone=rep.time_zone)


def midnight(rep: Rep, day: date) -> datetime:
    """When the day begins where the rep is."""
    return schedule.instant(day, ZoneInfo(rep.time_zone))


def wall(rep: Rep, day: date, at: time) -> datetime:
    """An instant of the rep's own clock."""
    return schedule.instant(datetime.combine(day, at), ZoneInfo(rep.time_zone))


def in_force(row: PeriodRow, now: datetime) -> bool:
    """Whether it has begun and is not over."""
    return row.starts_at <= now and (row.ends_at is None or row.ends_at > now)


def _locked(rep: Rep) -> Rep:
    """A double click waits here; no_key, as the router points at reps while it holds the roster."""
    return Rep.objects.select_for_update(no_key=True).get(pk=rep.pk)
