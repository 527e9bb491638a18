"""Working hours against a second calculation that knows nothing of spans: it walks a clock minute by minute."""

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reps.schedule import (
    Shift,
    Week,
    add_working_time,
    compile_duty,
    next_on_duty,
    on_duty,
    working_time,
)
from tests.lengths import examples

pytestmark = pytest.mark.property

MINUTE = timedelta(minutes=1)
CHANGING = [
    "Africa/Cairo", "America/Havana", "America/New_York", "America/St_Johns", "Antarctica/Troll", "Asia/Beirut",
    "Asia/Gaza", "Australia/Lord_Howe", "Europe/Berlin", "Europe/Dublin", "Pacific/Chatham", "America/Nuuk",
]  # fmt: skip
EVERY_ZONE = sorted(name for name in available_timezones() if name not in {"localtime", "Factory"})
YEARS = (datetime(2024, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))


def changes(zone: str) -> list[datetime]:
    """The days around which this zone's clock changes: where the cases are."""
    place = ZoneInfo(zone)
    days = [YEARS[0] + timedelta(days=n) for n in range((YEARS[1] - YEARS[0]).days)]
    offsets = [day.astimezone(place).utcoffset() for day in days]
    return [days[n] for n in range(len(days) - 1) if offsets[n] != offsets[n + 1]]


CHANGES = {zone: changes(zone) for zone in CHANGING}
times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
shifts = st.builds(Shift, st.integers(0, 6), times, times)
anywhere = st.tuples(st.sampled_from(EVERY_ZONE), st.integers(0, 1400).map(lambda n: YEARS[0] + timedelta(days=n)))
at_a_change = st.sampled_from(CHANGING).flatmap(
    lambda zone: st.tuples(st.just(zone), st.sampled_from(CHANGES[zone]).map(lambda day: day - timedelta(days=1)))
)


@st.composite
def plans(draw: st.DrawFn) -> dict:
    """A zone, three days (mostly about a change of its clock), shifts, absences in UTC and holidays."""
    zone, start = draw(st.one_of(at_a_change, at_a_change, anywhere))
    minutes = st.integers(-600, 4900).map(lambda n: start + n * MINUTE)
    absences = draw(st.lists(st.tuples(minutes, st.one_of(minutes, st.none())), max_size=2))
    return {
        "zone": zone,
        "weeks": [Week(tuple(draw(st.lists(shifts, max_size=6))))],
        "horizon": (start, start + timedelta(days=3)),
        "absences": [(a, b) for a, b in absences if b is None or a < b],
        "holidays": draw(st.lists(st.integers(-1, 4).map(lambda n: (start + timedelta(days=n)).date()), max_size=1)),
    }


def minute_by_minute(plan: dict) -> list[bool]:
    """Whether each minute of the horizon is on duty, by a clock that is never put back (it waits instead)."""
    place = ZoneInfo(plan["zone"])
    start, end = plan["horizon"]
    shown = datetime.min
    now = start - timedelta(days=1)  # a change shortly before the horizon may still hold the clock
    found = []
    while now < end:
        shown = max(shown, now.astimezone(place).replace(tzinfo=None))
        if now >= start:
            found.append(planned(plan, shown) and not away(plan, now, shown.date()))
        now += MINUTE
    return found


def planned(plan: dict, shown: datetime) -> bool:
    return any(covers(shift, shown) for week in plan["weeks"] for shift in week.shifts)


def covers(shift: Shift, shown: datetime) -> bool:
    today, yesterday = shown.weekday() == shift.weekday, (shown.weekday() - 1) % 7 == shift.weekday
    clock = shown.time()
    if shift.begins < shift.ends:
        return today and shift.begins <= clock < shift.ends
    return (today and clock >= shift.begins) or (yesterday and clock < shift.ends)


def away(plan: dict, now: datetime, day: date) -> bool:
    return day in plan["holidays"] or any(a <= now and (b is None or now < b) for a, b in plan["absences"])


@settings(max_examples=examples(150), deadline=None)
@given(plans())
def test_spans_agree_with_the_clock_at_every_minute(plan):
    duty = compile_duty(**plan)
    start = plan["horizon"][0]

    expected = minute_by_minute(plan)

    assert [on_duty(duty, at=start + n * MINUTE) for n in range(len(expected))] == expected
    assert working_time(duty, start=start, end=plan["horizon"][1]) == sum(expected) * MINUTE


@settings(max_examples=examples(150), deadline=None)
@given(plans())
def test_spans_are_sorted_apart_and_within_the_horizon(plan):
    duty = compile_duty(**plan)

    assert all(start < end for start, end in duty)
    assert all(before[1] < after[0] for before, after in itertools.pairwise(duty))
    assert all(plan["horizon"][0] <= start and end <= plan["horizon"][1] for start, end in duty)
    assert all(instant.tzinfo is UTC for span in duty for instant in span)


@settings(max_examples=examples(100), deadline=None)
@given(plans(), st.integers(0, 4320), st.integers(0, 4320))
def test_time_is_additive_and_a_cut_horizon_changes_nothing_inside_it(plan, one, other):
    start, end = plan["horizon"]
    first, last = sorted((start + one * MINUTE, start + other * MINUTE))
    whole = compile_duty(**plan)

    part = compile_duty(**{**plan, "horizon": (first, last)})

    parts = [working_time(whole, start=a, end=b) for a, b in ((start, first), (first, last), (last, end))]
    assert sum(parts, timedelta(0)) == working_time(whole, start=start, end=end)
    assert working_time(part, start=first, end=last) == parts[1]


@settings(max_examples=examples(150), deadline=None)
@given(plans(), st.integers(0, 4320), st.integers(1, 3000))
def test_a_due_instant_is_the_first_by_which_the_time_has_passed(plan, offset, minutes):
    duty = compile_duty(**plan)
    start, amount = plan["horizon"][0] + offset * MINUTE, minutes * MINUTE

    due = add_working_time(duty, start=start, amount=amount)

    if due is None:
        assert working_time(duty, start=start, end=plan["horizon"][1]) < amount
    else:
        assert working_time(duty, start=start, end=due) == amount
        assert working_time(duty, start=start, end=due - MINUTE) < amount


@settings(max_examples=examples(150), deadline=None)
@given(plans(), st.integers(-100, 4400))
def test_the_next_instant_on_duty_has_none_before_it(plan, offset):
    duty = compile_duty(**plan)
    at = plan["horizon"][0] + offset * MINUTE

    found = next_on_duty(duty, at=at)

    assert found is None or (found >= at and on_duty(duty, at=found))
    assert working_time(duty, start=at, end=found or plan["horizon"][1]) == timedelta(0)
