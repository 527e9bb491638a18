"""Round ticks: they hold what is shown, are few, evenly spaced, and such as people would write."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from reporting.pictures import ticks
from reporting.pictures.words import marked
from tests.lengths import examples

CASES = settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.too_slow])

MINUTE, HOUR, DAY = 60, 3600, 86_400


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, (0, 0.2, 0.4, 0.6, 0.8, 1)),
        (0, 97, (0, 20, 40, 60, 80, 100)),
        (0.07, 0.24, (0.05, 0.1, 0.15, 0.2, 0.25)),
        (-3, 4, (-4, -2, 0, 2, 4)),
        (5, 5, (5, 6, 7, 8, 9, 10)),
        (0, 0, (0, 0.2, 0.4, 0.6, 0.8, 1)),
    ],
)
def test_numbers(low: float, high: float, expected: tuple[float, ...]) -> None:
    assert ticks.numbers(low, high) == expected


def test_what_is_counted_has_whole_ticks() -> None:
    assert ticks.numbers(0, 1, whole=True) == (0, 1)
    assert ticks.numbers(0, 13, most=4, whole=True) == (0, 5, 10, 15)


@pytest.mark.property
@CASES
@given(low=st.floats(-1e7, 1e7), reach=st.floats(1e-3, 1e7), most=st.integers(2, 9), whole=st.booleans())
def test_numbers_hold_what_is_shown(low: float, reach: float, most: int, *, whole: bool) -> None:
    # An axis of a great number and a hair's breadth is nobody's picture.
    assume(reach > abs(low) / 1e5)
    found = ticks.numbers(low, low + reach, most=most, whole=whole)
    near = 1e-6 * reach + 1e-9

    assert found[0] <= low + near
    assert found[-1] >= low + reach - near
    assert 2 <= len(found) <= most + 1
    steps = {round(after - before, 6) for before, after in pairwise(found)}
    assert max(steps) - min(steps) <= 1e-5 * max(steps) + 2e-6
    assert not whole or all(tick == int(tick) for tick in found)


@pytest.mark.parametrize(
    ("high", "expected"),
    [
        (4, (0, 1, 2, 3, 4)),
        (0, (0, 1)),
        (25 * MINUTE, tuple(n * 5 * MINUTE for n in range(6))),
        (31 * MINUTE, tuple(n * 10 * MINUTE for n in range(5))),
        (5 * HOUR, tuple(n * HOUR for n in range(6))),
        (40 * HOUR, tuple(n * 12 * HOUR for n in range(5))),
        (20 * DAY, tuple(n * 5 * DAY for n in range(5))),
    ],
)
def test_durations_are_counted_as_people_do(high: float, expected: tuple[float, ...]) -> None:
    assert ticks.durations(high) == expected


@pytest.mark.property
@CASES
@given(high=st.floats(0, 1e10), most=st.integers(2, 9))
def test_durations_hold_what_is_shown(high: float, most: int) -> None:
    found = ticks.durations(high, most=most)

    assert found[0] == 0
    assert found[-1] >= high * (1 - 1e-9)
    assert 2 <= len(found) <= most + 1


@pytest.mark.property
@CASES
@given(low=st.floats(0, 1e6), more=st.floats(0, 1e9))
def test_landmarks_hold_what_is_shown(low: float, more: float) -> None:
    found = ticks.landmarks(low, low + more)

    assert len(found) >= 2
    assert found[0] <= max(low, 1)
    assert found[-1] >= min(low + more, 36_400 * DAY)


@pytest.mark.parametrize("end", [float("inf"), float("nan")])
def test_an_axis_without_an_end_is_refused(end: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        ticks.numbers(0, end)


@pytest.mark.parametrize(
    ("values", "unit", "words"),
    [
        ((0.0, 0.5, 1.0), "share", ["0 %", "50 %", "100 %"]),
        ((0.0, 0.125, 0.25), "share", ["0.0 %", "12.5 %", "25.0 %"]),
        ((0.0, 900.0, 1800.0), "seconds", ["0", "15 min", "30 min"]),
        ((0.0, 5000.0, 10_000.0), "count", ["0", "5,000", "10,000"]),
        ((0.1, 0.15, 0.2), "per_100", ["10", "15", "20"]),
        ((0.0, 2.5, 5.0), "number", ["0.0", "2.5", "5.0"]),
    ],
)
def test_ticks_in_words(values: tuple[float, ...], unit: str, words: list[str]) -> None:
    assert marked(values, unit) == words
