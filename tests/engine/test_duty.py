"""Duty is shifts less absences, at every instant."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.engine.world import Absence, AbsenceKind, Rep
from tests.engine.builders import MONDAY


def instant(minute):
    return MONDAY + timedelta(minutes=minute)


SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=5)
AWAY = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20) | st.none()), max_size=4)


def made(shifts, away):
    duty = tuple((instant(start), instant(start + length)) for start, length in sorted(shifts))
    absences = tuple(
        Absence(instant(start), None if length is None else instant(start + length), AbsenceKind.LEAVE)
        for start, length in away
    )
    return Rep(1, duty, absences)


@pytest.mark.property
@given(SPANS, AWAY)
def test_on_duty_is_on_shift_and_not_away_at_every_minute(shifts, away):
    one = made(shifts, away)

    for minute in range(-1, 85):
        on_shift = any(start <= minute < start + length for start, length in shifts)
        is_away = any(start <= minute and (length is None or minute < start + length) for start, length in away)
        assert one.on_duty(instant(minute)) == (on_shift and not is_away)
        assert (one.off_duty(instant(minute)) is None) == one.on_duty(instant(minute))


@pytest.mark.property
@given(SPANS, AWAY, st.integers(-1, 85))
def test_next_duty_is_the_first_later_begin(shifts, away, minute):
    one = made(shifts, away)

    begins = [m for m in range(-1, 86) if one.on_duty(instant(m)) and not one.on_duty(instant(m - 1)) and m > minute]

    assert one.next_duty(instant(minute)) == (instant(begins[0]) if begins else None)
