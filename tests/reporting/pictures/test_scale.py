"""Values to places: ends meet ends, nothing leaves the axis, and coordinates read the same in every language."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reporting.pictures.scale import LogScale, Scale, percents, put
from tests.lengths import examples

CASES = settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.too_slow])

amounts = st.floats(-1e9, 1e9)


@pytest.mark.parametrize(("value", "place"), [(0, 200), (1, 0), (0.25, 150)])
def test_scale_runs_from_end_to_end(value: float, place: float) -> None:
    assert Scale(0, 1, 200, 0)(value) == place


def test_scale_of_one_value_puts_it_in_the_middle() -> None:
    assert Scale(3, 3, 0, 100)(3) == 50


@pytest.mark.property
@CASES
@given(low=amounts, high=amounts, value=amounts)
def test_held_values_stay_on_the_axis(low: float, high: float, value: float) -> None:
    assert -1e-6 <= Scale(min(low, high), max(low, high), 0, 100).held(value) <= 100 + 1e-6


def test_tenfold_steps_are_as_far_apart_as_each_other() -> None:
    x = LogScale(1, 1000, 0, 90)

    assert [round(x(at), 9) for at in (0, 1, 10, 100, 1000)] == [0, 0, 30, 60, 90]
    assert round(x.held(5_000), 9) == 90


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (-0.001, "0"), (12.5, "12.5"), (1000.0, "1000"), (33.33333, "33.33"), (-4.5, "-4.5")],
)
def test_coordinates_are_short(value: float, text: str) -> None:
    assert put(value) == text
    assert percents(value) == f"{text}%"
