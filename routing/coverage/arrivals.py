"""Arrivals against duty: how many leads came in each hour of the week, and how many while nobody was on duty.

Leads are counted by the database in steps of a quarter of an hour, which is finer than shifts are and fits the offset
of every zone; duty is as it was, by the memberships of that time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, DateTimeField, Func, Q, QuerySet

from leads.life import Kind
from leads.models import Lead
from reps import availability, schedule
from reps.models import Group, Membership

# Whole weeks, so that each hour of the week was there as often as any other.
WEEKS = 13
SPAN = timedelta(weeks=WEEKS)
_STEP = timedelta(minutes=15)
_DAYS, _HOURS = 7, 24


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the week over all weeks."""

    leads: int
    missed: int  # of them, those that came while nobody was on duty
    empty: float  # part of the time without anybody on duty
    reps: float  # on duty, on average


@dataclass(frozen=True, slots=True)
class Gap:
    """Hours of one or more days that follow each other, on most of which nobody was on duty; half-open."""

    first_day: int
    last_day: int
    begins: int
    ends: int
    missed: int


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The week, Monday first; what came in all, and what while nobody was on duty."""

    week: tuple[tuple[Hour, ...], ...]
    leads: int
    missed: int

    @property
    def most(self) -> int:
        """Leads of a busy hour: one in twenty has more, so that a single wave does not pale all others."""
        some = sorted(hour.leads for day in self.week for hour in day if hour.leads)
        return some[int(0.95 * (len(some) - 1))] if some else 0


def arrivals(*, groups: Sequence[Group], ungrouped: bool, until: datetime, zone: ZoneInfo) -> Arrivals:
    """Of leads that stand in the groups (or in none), against the groups' members; in eight queries."""
    start = _floor(until) - SPAN
    came = dict(counted(groups, start, ungrouped=ungrouped))
    there = _on_duty(groups, start)
    leads, missed, empty, reps, steps = ([[0] * _HOURS for _ in range(_DAYS)] for _ in range(5))
    for n, on in enumerate(there):
        at = (start + n * _STEP).astimezone(zone)
        day, hour, count = at.weekday(), at.hour, came.get(start + n * _STEP, 0)
        steps[day][hour] += 1
        leads[day][hour] += count
        reps[day][hour] += on
        if not on:
            missed[day][hour] += count
            empty[day][hour] += 1
    week = tuple(
        tuple(
            Hour(
                leads[day][hour],
                missed[day][hour],
                empty[day][hour] / max(1, steps[day][hour]),
                reps[day][hour] / max(1, steps[day][hour]),
            )
            for hour in range(_HOURS)
        )
        for day in range(_DAYS)
    )
    return Arrivals(week, sum(map(sum, leads)), sum(map(sum, missed)))


def gaps(found: Arrivals) -> list[Gap]:
    """What was missed, the most first; days in a row with the same hours are one."""
    by_hours: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for day, hours in enumerate(found.week):
        for begins, ends in _runs(hour.empty >= 0.5 for hour in hours):
            missed = sum(hour.missed for hour in hours[begins:ends])
            if missed:
                by_hours.setdefault((begins, ends), []).append((day, missed))
    rows: list[Gap] = []
    for (begins, ends), days in by_hours.items():
        for day, missed in days:
            last = rows[-1] if rows else None
            if last and (last.begins, last.ends) == (begins, ends) and last.last_day == day - 1:
                rows[-1] = Gap(last.first_day, day, begins, ends, last.missed + missed)
            else:
                rows.append(Gap(day, day, begins, ends, missed))
    return sorted(rows, key=lambda gap: (-gap.missed, gap.first_day, gap.begins))


def _runs(marks: Iterable[bool]) -> list[tuple[int, int]]:
    """Where marks in a row begin and end."""
    found: list[tuple[int, int]] = []
    for n, mark in enumerate(marks):
        if not mark:
            continue
        if found and found[-1][1] == n:
            found[-1] = (found[-1][0], n + 1)
        else:
            found.append((n, n + 1))
    return found


class _Step(Func):
    """The step an instant lies in."""

    template = "date_bin('15 minutes', %(expressions)s, TIMESTAMPTZ '2000-01-01 00:00+00')"
    output_field = DateTimeField()


def counted(groups: Sequence[Group], start: datetime, *, ungrouped: bool) -> "QuerySet[Lead, Any]":
    """Leads by step, neither tests nor history, and a person once: rows of step and n."""
    of = Q(group__in=[group.pk for group in groups]) | (Q(group=None) if ungrouped else Q())
    rows = Lead.objects.filter(of, kind=Kind.NEW.value, merged_into=None)
    rows = rows.filter(arrived_at__gte=start, arrived_at__lt=start + SPAN).order_by().annotate(step=_Step("arrived_at"))
    return rows.values("step").annotate(n=Count("pk")).values_list("step", "n")


def _on_duty(groups: Sequence[Group], start: datetime) -> list[int]:
    """How many were on duty in each step, by its middle."""
    steps = int(SPAN / _STEP)
    end = start + SPAN
    rows = Membership.objects.within(start, end).filter(group__in=groups).values_list("rep", "starts_at", "ends_at")
    spells: dict[int, list[schedule.Span]] = {}
    for rep, begins, ends in rows:
        spells.setdefault(rep, []).append((max(begins, start), min(ends or end, end)))
    change = [0] * (steps + 1)
    for rep, calendar in availability.calendars(spells, since=start, until=end).items():
        for spell in schedule.merge(spells[rep]):
            for begins, ends in schedule.clip(calendar.duty, spell):
                change[_index(begins, start)] += 1
                change[_index(ends, start)] -= 1
    return list(accumulate(change[:steps]))


def _index(at: datetime, start: datetime) -> int:
    """The first step whose middle is not before the instant."""
    return -int((start + _STEP / 2 - at) // _STEP)


def _floor(at: datetime) -> datetime:
    return at - timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
