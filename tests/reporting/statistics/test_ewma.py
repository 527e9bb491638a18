"""The moving average: Montgomery's printed example, scipy's filter, and false alarms worked out exactly."""

import pytest

from reporting.statistics.ewma import Chart, Side, State, step, watch

# Montgomery, Introduction to Statistical Quality Control, example 9.2: mean 10, deviation 1, λ = 0.1, L = 2.7.
VALUES = [
    9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.20, 10.34, 9.03, 11.47, 10.51, 9.40, 10.08,
    9.37, 10.62, 10.31, 8.52, 10.84, 10.90, 9.33, 12.29, 11.50, 10.60, 11.08, 10.38, 11.62, 11.31, 10.52,
]  # fmt: skip
AVERAGES = [
    9.945, 9.7495, 9.70355, 9.8992, 10.1253, 10.1307, 9.92167, 10.0755, 9.98796, 10.0232, 9.92384, 10.0785, 10.1216,
    10.0495, 10.0525, 9.98426, 10.0478, 10.074, 9.91864, 10.0108, 10.0997, 10.0227, 10.2495, 10.3745, 10.3971, 10.4654,
    10.4568, 10.5731, 10.6468, 10.6341,
]  # fmt: skip


@pytest.mark.reference
def test_montgomerys_example():
    _, points = watch(VALUES, chart=Chart(10, 1, smoothing=0.1, width=2.7))

    assert [point.average for point in points] == pytest.approx(AVERAGES, abs=0.00006)
    assert (points[0].low, points[0].high) == pytest.approx((9.73, 10.27))
    assert (points[1].low, points[1].high) == pytest.approx((9.64, 10.36), abs=0.006)
    assert (points[-1].low, points[-1].high) == pytest.approx((9.38, 10.62), abs=0.006)
    assert [n for n, point in enumerate(points, start=1) if point.passed] == [29, 30]
    assert points[-1].passed == Side.HIGH


@pytest.mark.reference
def test_scipy_agrees():
    from scipy.signal import lfilter

    known, _ = lfilter([0.2], [1, -0.8], VALUES, zi=[0.8 * 10])
    state, points = watch(VALUES, chart=Chart(10, 1))

    assert [point.average for point in points] == pytest.approx(known.tolist(), rel=1e-9)
    assert state == State(points[-1].average, 30)


@pytest.mark.reference
def test_about_370_values_between_false_alarms():
    """The mean run inside the final limits, by the integral equation of the average (Crowder) at Gauss' points."""
    import numpy as np
    from scipy import stats

    chart = Chart(0, 1)
    state = State(0.0, 10_000)
    _, point = step(state, 0.0, chart=chart)
    nodes, weights = np.polynomial.legendre.leggauss(80)
    at, weights = nodes * point.high, weights * point.high
    density = stats.norm.pdf((at[None, :] - 0.8 * at[:, None]) / 0.2) / 0.2
    runs = np.linalg.solve(np.eye(80) - density * weights, np.ones(80))

    assert float(np.interp(0, at, runs)) == pytest.approx(370, rel=0.02)


def test_it_goes_on_from_where_it_was():
    chart = Chart(5, 2)
    state, first = watch(VALUES[:7], chart=chart)
    _, second = watch(VALUES[7:], chart=chart, state=state)

    assert first + second == watch(VALUES, chart=chart)[1]
    assert watch([], chart=chart) == (State(), [])


def test_both_sides():
    chart = Chart(0, 1)

    assert step(State(), 2.85, chart=chart)[1].passed is None
    assert step(State(), 2.87, chart=chart)[1].passed == Side.HIGH
    assert step(State(), -2.87, chart=chart)[1].passed == Side.LOW


@pytest.mark.parametrize(
    "wrong", [{"deviation": 0}, {"deviation": 1, "smoothing": 0}, {"deviation": 1, "smoothing": 1.1}]
)
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match="must be"):
        Chart(0, **wrong)
