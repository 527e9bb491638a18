"""Working hours by cases: the ordinary week, the nights, and the hours that a clock skips or shows twice."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from reps.schedule import (
    Shift,
    Week,
    add_working_time,
    compile_duty,
    merge,
    next_on_duty,
    on_duty,
    subtract,
    working_time,
)

OFFICE = Week(tuple(Shift(day, time(9), time(17)) for day in range(5)))
HOUR = timedelta(hours=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def spans(*texts: str) -> tuple[tuple[datetime, datetime], ...]:
    """Spans of "2026-03-02 08:00/16:00" or "2026-03-02 20:00/2026-03-03 04:00"."""
    found = []
    for text in texts:
        start, end = text.split("/")
        found.append((utc(start), utc(end if "-" in end else f"{start[:10]} {end}")))
    return tuple(found)


def duty(zone: str, first: str, last: str, *shifts: Shift, **more) -> tuple[tuple[datetime, datetime], ...]:
    weeks = [Week(tuple(shifts))] if shifts else [OFFICE]
    return compile_duty(zone=zone, weeks=weeks, horizon=(utc(first), utc(last)), **more)


def every_day(begins: str, ends: str) -> list[Shift]:
    return [Shift(day, time.fromisoformat(begins), time.fromisoformat(ends)) for day in range(7)]


def test_office_hours_follow_the_zone_through_summer_time():
    week = duty("Europe/Berlin", "2026-03-26", "2026-04-01")

    assert week == spans(
        "2026-03-26 08:00/16:00", "2026-03-27 08:00/16:00", "2026-03-30 07:00/15:00", "2026-03-31 07:00/15:00"
    )


def test_several_blocks_a_day_stay_apart_and_touching_ones_become_one():
    lunch = duty(
        "UTC", "2026-03-02", "2026-03-03", Shift(0, time(9), time(12)), Shift(0, time(13), time(15)),
        Shift(0, time(15), time(17)),
    )  # fmt: skip

    assert lunch == spans("2026-03-02 09:00/12:00", "2026-03-02 13:00/17:00")


def test_a_night_shift_goes_over_midnight_and_is_found_from_the_next_day():
    assert duty("UTC", "2026-03-03", "2026-03-04", Shift(0, time(22), time(6))) == spans("2026-03-03 00:00/06:00")


def test_equal_ends_mean_a_whole_day():
    assert duty("UTC", "2026-03-02", "2026-03-04", Shift(0, time(0), time(0))) == spans(
        "2026-03-02 00:00/2026-03-03 00:00"
    )


# (zone, what happens, horizon in UTC, shift on every day, expected)
CLOCK_CHANGES = [
    # Berlin: 02:00 -> 03:00 at 01:00 UTC on 29 March; 03:00 -> 02:00 at 01:00 UTC on 25 October
    ("Europe/Berlin", "gap: wholly inside, does not happen", "2026-03-28 12:00", "2026-03-29 12:00",
     "02:15", "02:45", ()),
    ("Europe/Berlin", "gap: begins inside", "2026-03-28 12:00", "2026-03-29 12:00", "02:30", "04:00",
     ("2026-03-29 01:00/02:00",)),
    ("Europe/Berlin", "gap: ends inside", "2026-03-28 12:00", "2026-03-29 12:00", "01:00", "02:30",
     ("2026-03-29 00:00/01:00",)),
    ("Europe/Berlin", "gap: night shift is an hour shorter", "2026-03-28 12:00", "2026-03-29 12:00", "22:00", "06:00",
     ("2026-03-28 21:00/2026-03-29 04:00",)),
    ("Europe/Berlin", "twice: wholly inside, once, the first time", "2026-10-24 12:00", "2026-10-25 12:00",
     "02:15", "02:45", ("2026-10-25 00:15/00:45",)),
    ("Europe/Berlin", "twice: begins inside, with the first", "2026-10-24 12:00", "2026-10-25 12:00", "02:30", "04:00",
     ("2026-10-25 00:30/03:00",)),
    ("Europe/Berlin", "twice: ends inside, with the first", "2026-10-24 12:00", "2026-10-25 12:00", "01:00", "02:30",
     ("2026-10-24 23:00/2026-10-25 00:30",)),
    ("Europe/Berlin", "twice: night shift is an hour longer", "2026-10-24 12:00", "2026-10-25 12:00", "22:00", "06:00",
     ("2026-10-24 20:00/2026-10-25 05:00",)),
    # Lord Howe: half an hour only; 02:00 -> 02:30 at 15:30 UTC on 3 October, 02:00 -> 01:30 at 15:00 UTC on 4 April
    ("Australia/Lord_Howe", "gap of 30 min", "2026-10-03 06:00", "2026-10-04 06:00", "01:30", "03:00",
     ("2026-10-03 15:00/16:00",)),
    ("Australia/Lord_Howe", "30 min twice", "2026-04-04 06:00", "2026-04-05 06:00", "01:00", "02:00",
     ("2026-04-04 14:00/15:30",)),
    # Chatham: 02:45 -> 03:45 at 14:00 UTC on 26 September, 03:45 -> 02:45 at 14:00 UTC on 4 April
    ("Pacific/Chatham", "gap at a quarter to", "2026-09-26 06:00", "2026-09-27 06:00", "02:00", "03:50",
     ("2026-09-26 13:15/14:05",)),
    ("Pacific/Chatham", "twice at a quarter to", "2026-04-04 06:00", "2026-04-05 06:00", "03:00", "03:45",
     ("2026-04-04 13:15/15:00",)),
    # Beirut: the day itself begins at 01:00, as midnight never comes; 22:00 UTC on 28 March
    ("Asia/Beirut", "no midnight", "2026-03-28 12:00", "2026-03-29 12:00", "00:00", "02:00",
     ("2026-03-28 22:00/23:00",)),
    # Samoa left out 30 December 2011 to change sides of the date line
    ("Pacific/Apia", "no such day", "2011-12-30 00:00", "2011-12-31 10:00", "09:00", "17:00",
     ("2011-12-30 00:00/03:00", "2011-12-30 19:00/2011-12-31 03:00")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "first", "last", "begins", "ends", "expected"),
    [pytest.param(zone, *rest, id=f"{zone} {what}") for zone, what, *rest in CLOCK_CHANGES],
)
def test_shifts_where_the_clock_changes(zone, first, last, begins, ends, expected):
    assert duty(zone, first, last, *every_day(begins, ends)) == spans(*expected)


def test_one_shift_ends_where_the_next_begins_even_in_the_hour_that_comes_twice():
    early = duty("Europe/Berlin", "2026-10-24 12:00", "2026-10-25 12:00", *every_day("00:00", "02:30"))
    late = duty("Europe/Berlin", "2026-10-24 12:00", "2026-10-25 12:00", *every_day("02:30", "05:00"))

    assert early[0][1] == late[0][0]


def test_time_off_cuts_part_of_a_day_and_an_open_pause_all_that_follows():
    absences = [(utc("2026-03-02 11:00"), utc("2026-03-02 13:30")), (utc("2026-03-03 10:00"), None)]

    cut = duty("UTC", "2026-03-02", "2026-03-07", absences=absences)

    assert cut == spans("2026-03-02 09:00/11:00", "2026-03-02 13:30/17:00", "2026-03-03 09:00/10:00")


def test_a_holiday_is_a_day_of_the_reps_own_zone_and_cuts_the_night_before_it():
    night = duty(
        "America/New_York", "2026-07-02 12:00", "2026-07-04 12:00", *every_day("22:00", "06:00"),
        holidays=[date(2026, 7, 3)],
    )  # fmt: skip

    assert night == spans("2026-07-03 02:00/04:00", "2026-07-04 04:00/10:00")


def test_an_edited_week_holds_from_the_edit_on():
    edit = utc("2026-03-02 12:00")
    before = Week((Shift(0, time(9), time(17)),), ends_at=edit)
    after = Week((Shift(0, time(14), time(20)),), starts_at=edit)

    both = compile_duty(zone="UTC", weeks=[before, after], horizon=(utc("2026-03-02"), utc("2026-03-03")))

    assert both == spans("2026-03-02 09:00/12:00", "2026-03-02 14:00/20:00")


def test_on_duty_at_both_ends_of_a_span():
    one = spans("2026-03-02 09:00/17:00")

    assert [on_duty(one, at=utc(f"2026-03-02 {t}")) for t in ("08:59:59", "09:00", "16:59:59", "17:00")] == [
        False, True, True, False,
    ]  # fmt: skip
    assert not on_duty((), at=utc("2026-03-02"))


def test_next_on_duty():
    two = spans("2026-03-02 09:00/17:00", "2026-03-05 09:00/17:00")

    assert next_on_duty(two, at=utc("2026-03-01")) == utc("2026-03-02 09:00")
    assert next_on_duty(two, at=utc("2026-03-02 10:00")) == utc("2026-03-02 10:00")
    assert next_on_duty(two, at=utc("2026-03-02 17:00")) == utc("2026-03-05 09:00")
    assert next_on_duty(two, at=utc("2026-03-05 17:00")) is None


def test_working_time_counts_what_lies_between():
    friday_to_monday = duty("Europe/Berlin", "2026-03-27", "2026-04-01")

    assert working_time(friday_to_monday, start=utc("2026-03-27 15:00"), end=utc("2026-03-30 08:00")) == 2 * HOUR
    assert working_time(friday_to_monday, start=utc("2026-03-28"), end=utc("2026-03-29")) == 0 * HOUR
    assert working_time(friday_to_monday, start=utc("2026-03-30 10:00"), end=utc("2026-03-30 09:00")) == 0 * HOUR


def test_a_response_due_in_two_working_hours_is_due_on_monday():
    hours = duty("Europe/Berlin", "2026-03-27", "2026-04-01")

    assert add_working_time(hours, start=utc("2026-03-27 15:00"), amount=2 * HOUR) == utc("2026-03-30 08:00")
    assert add_working_time(hours, start=utc("2026-03-27 15:00"), amount=HOUR) == utc("2026-03-27 16:00")
    assert add_working_time(hours, start=utc("2026-03-28"), amount=0 * HOUR) == utc("2026-03-28")
    assert add_working_time(hours, start=utc("2026-03-27 15:00"), amount=100 * HOUR) is None


def test_merge_joins_what_touches_and_drops_what_is_empty():
    day = "2026-01-01 "
    mixed = spans(day + "05:00/06:00", day + "01:00/02:00", day + "02:00/03:00", day + "04:00/04:00")

    assert merge(mixed) == spans(day + "01:00/03:00", day + "05:00/06:00")


def test_subtract_cuts_at_both_ends_and_in_the_middle():
    day = "2026-01-01 "
    holes = spans(day + "00:00/02:00", day + "04:00/05:00", day + "08:00/10:00")

    assert subtract(spans(day + "01:00/09:00"), holes) == spans(day + "02:00/04:00", day + "05:00/08:00")


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: Shift(7, time(9), time(17)), "weekday"),
        (lambda: Shift(0, time(9, tzinfo=UTC), time(17)), "begins, ends"),
        (lambda: compile_duty(zone="UTC", weeks=[], horizon=(datetime(2026, 1, 1), datetime(2026, 1, 2))), "horizon"),
        (lambda: compile_duty(zone="UTC", weeks=[], horizon=(utc("2026-01-02"), utc("2026-01-01"))), "horizon"),
    ],
)
def test_bad_input_names_the_field(act, words):
    with pytest.raises(ValueError, match=words):
        act()
