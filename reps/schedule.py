"""The calculus of working hours: shifts, time off, pauses and holidays become spans of UTC, and spans are counted.

Pure: no clock, no Django, no rows. Two rules settle what a zone's clock leaves open, in every zone alike:

- **A shift's clock never runs backward.** Where the clock is put back, it stands still until the zone's clock has
  caught up: who was on stays on, who was off stays off. So a wall time that comes twice means its first coming, a
  night shift over that hour lasts an hour longer, and a shift wholly inside it happens once.
- **A wall time that never comes means the instant of the jump.** Where the clock is put forward, a shift that begins
  or ends in the gap begins or ends when the clock jumps, and a shift wholly inside the gap does not happen.

A holiday is the whole day of the rep's own zone, midnight to midnight: it cuts a night shift there. All spans are
half-open, and those answered are sorted, apart and never empty.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

Span = tuple[datetime, datetime]

DAY = timedelta(days=1)
NONE = timedelta(0)
FOREVER = datetime.max.replace(tzinfo=UTC)
PATTERNS = 4096  # most reps of a company share a few weekly patterns


@dataclass(frozen=True, slots=True)
class Shift:
    """A weekly block on the wall clock; one that ends at or before its beginning ends on the next day."""

    weekday: int  # Monday is 0
    begins: time
    ends: time

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise ValueError(f"weekday: must be 0 (Monday) to 6 (Sunday), not {self.weekday}")
        if self.begins.tzinfo or self.ends.tzinfo:
            raise ValueError("begins, ends: are wall times, without a zone of their own")

    def on(self, day: date) -> tuple[datetime, datetime]:
        """The block that begins on `day`, in wall time."""
        last = day if self.begins < self.ends else day + DAY
        return datetime.combine(day, self.begins), datetime.combine(last, self.ends)


@dataclass(frozen=True, slots=True)
class Week:
    """Shifts that hold over the same period: an edited week is the old one up to then and the new one from then."""

    shifts: tuple[Shift, ...]
    starts_at: datetime | None = None
    ends_at: datetime | None = None


# From plan to spans


def compile_duty(
    *,
    zone: str,
    weeks: Sequence[Week],
    horizon: Span,
    holidays: Iterable[date] = (),
    absences: Iterable[tuple[datetime, datetime | None]] = (),
) -> tuple[Span, ...]:
    """When a rep is on duty within `horizon`; `absences` are time off and pauses, a null end is open."""
    planned = compile_shifts(zone=zone, weeks=weeks, horizon=horizon)
    closed = [(start, FOREVER if end is None else end) for start, end in absences]
    return subtract(planned, merge([*closed, *compile_days(zone=zone, days=holidays)]))


def compile_shifts(*, zone: str, weeks: Sequence[Week], horizon: Span) -> tuple[Span, ...]:
    """The planned hours within `horizon`, before any absence."""
    check_span(horizon)
    place = ZoneInfo(zone)
    # a block may have begun on the day before, and ends at most two wall days after it began
    first = horizon[0].astimezone(place).date() - 2 * DAY
    last = horizon[1].astimezone(place).date() + DAY
    spans: list[Span] = []
    for week in weeks:
        start = max(week.starts_at or horizon[0], horizon[0])
        end = min(week.ends_at or horizon[1], horizon[1])
        spans += clip(lay_out(zone, week.shifts, first, last), (start, end))
    return merge(spans)


def compile_days(*, zone: str, days: Iterable[date]) -> tuple[Span, ...]:
    """Whole days of a zone as spans."""
    place = ZoneInfo(zone)
    return merge((instant(day, place), instant(day + DAY, place)) for day in days)


@lru_cache(maxsize=PATTERNS)
def lay_out(zone: str, shifts: tuple[Shift, ...], first: date, last: date) -> tuple[Span, ...]:
    """Every block that begins on a day from `first` to `last`."""
    place = ZoneInfo(zone)
    days = (first + DAY * n for n in range((last - first).days + 1))
    blocks = (shift.on(day) for day in days for shift in shifts if shift.weekday == day.weekday())
    return merge((instant(begins, place), instant(ends, place)) for begins, ends in blocks)


def calendar_edges(*, zone: str, period: str, horizon: Span) -> tuple[datetime, ...]:
    """The instants in the horizon at which an hour, a day, a week (Monday) or a month of the zone's clock begins.

    The first may lie before the horizon, so that the period in force at its start is known.
    """
    place = ZoneInfo(zone)
    start, end = horizon
    if period == "hour":
        # By the clock on the wall: zones and changes of half an hour move the edges with them.
        edge = start - timedelta(
            minutes=start.astimezone(place).minute, seconds=start.second, microseconds=start.microsecond
        )
        found = []
        while edge < end:
            found.append(edge)
            following = edge + timedelta(hours=1)
            edge = following - timedelta(minutes=following.astimezone(place).minute)
            edge = following if edge <= found[-1] else edge
        return tuple(found)
    day = start.astimezone(place).date()
    days = [{"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1)}[period]]
    while instant(days[-1], place) < end:
        days.append(_following(days[-1], period))
    return tuple(instant(one, place) for one in days[:-1])


def _following(day: date, period: str) -> date:
    """The day on which the next period of the kind begins."""
    if period == "month":
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day + timedelta(days=7 if period == "week" else 1)


def instant(wall: datetime | date, place: ZoneInfo) -> datetime:
    """When the clock of `place` first shows `wall`, or jumps over it; see the head of this module."""
    local = wall if isinstance(wall, datetime) else datetime.combine(wall, time())
    shown = local.replace(tzinfo=place, fold=0).astimezone(UTC)
    if shown.astimezone(place).replace(tzinfo=None) == local:
        return shown
    return jump(local.replace(tzinfo=place, fold=1).astimezone(UTC), shown, place)


def jump(before: datetime, after: datetime, place: ZoneInfo) -> datetime:
    """The first instant in (before, after] with the offset of `after`: zoneinfo tells offsets, not when they change."""
    offset = after.astimezone(place).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(place).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return before + timedelta(seconds=high)


# What spans answer; `duty` is sorted and apart, as compiled


def on_duty(duty: Sequence[Span], *, at: datetime) -> bool:
    place = bisect_right(duty, at, key=starts) - 1
    return place >= 0 and at < duty[place][1]


def next_on_duty(duty: Sequence[Span], *, at: datetime) -> datetime | None:
    """The first instant from `at` on that is on duty: `at` itself during a span; None where the spans end before."""
    if on_duty(duty, at=at):
        return at
    place = bisect_right(duty, at, key=starts)
    return duty[place][0] if place < len(duty) else None


def working_time(duty: Sequence[Span], *, start: datetime, end: datetime) -> timedelta:
    """How much of [start, end) is on duty; nothing where `end` is not after `start`."""
    return sum((last - first for first, last in clip(from_instant(duty, start), (start, end))), NONE)


def add_working_time(duty: Sequence[Span], *, start: datetime, amount: timedelta) -> datetime | None:
    """The first instant by which `amount` of duty has passed since `start`; None where the spans end before.

    It is when a response falls due. Without any amount that is `start` itself, on duty or not.
    """
    if amount <= NONE:
        return start
    left = amount
    for first, last in from_instant(duty, start):
        begins = max(first, start)
        if last - begins >= left:
            return begins + left
        left -= last - begins
    return None


# Spans


def starts(span: Span) -> datetime:
    return span[0]


def from_instant(spans: Sequence[Span], at: datetime) -> Iterator[Span]:
    """The spans that are not over at `at`."""
    place = max(bisect_right(spans, at, key=starts) - 1, 0)
    return (span for span in spans[place:] if span[1] > at)


def merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Sorted and apart: what overlaps or touches becomes one, what is empty goes."""
    merged: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def clip(spans: Iterable[Span], frame: Span) -> Iterator[Span]:
    for start, end in spans:
        first, last = max(start, frame[0]), min(end, frame[1])
        if first < last:
            yield first, last


def subtract(spans: Sequence[Span], holes: Sequence[Span]) -> tuple[Span, ...]:
    """What of `spans` lies in none of `holes`; both sorted and apart."""
    left: list[Span] = []
    for span in spans:
        start, end = span
        for hole_start, hole_end in from_instant(holes, start):
            if hole_start >= end:
                break
            if start < hole_start:
                left.append((start, hole_start))
            start = hole_end
        if start < end:
            left.append((start, end))
    return tuple(left)


def check_span(span: Span) -> None:
    if any(end.tzinfo is None for end in span):
        raise ValueError("horizon: needs instants with a zone")
    if span[1] < span[0]:
        raise ValueError("horizon: ends before it starts")
