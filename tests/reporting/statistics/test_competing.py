"""Aalen-Johansen: lifelines and statsmodels on published data, hand-worked cases, and bands drawn to all leads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.statistics.competing import aalen_johansen, smoothed
from reporting.statistics.survival import kaplan_meier
from tests.reporting.statistics import samples

OPEN, FIRST, SECOND = 0, 1, 2


def rows(times, causes):
    return [
        (at, float(cause == FIRST), float(cause == SECOND), float(cause == OPEN))
        for at, cause in zip(times, causes, strict=True)
    ]


@pytest.mark.reference
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", samples.COMPETING)
def test_lifelines_agrees(name):
    """It takes no ties between causes (chance moves them apart), so all times are moved apart here, for both alike."""
    from lifelines import AalenJohansenFitter

    times, causes = samples.competing(name)
    # Ends before what is censored, as the rule for ties is.
    order = sorted(range(len(times)), key=lambda n: (times[n], causes[n] == OPEN))
    times = [times[n] + 1e-6 * place for place, n in enumerate(order)]
    causes = [causes[n] for n in order]
    curve = aalen_johansen(rows(times, causes))
    fitted = AalenJohansenFitter().fit(times, causes, event_of_interest=FIRST)

    known = fitted.cumulative_density_.iloc[1:, 0].tolist()
    assert [step.incidence for step in curve.steps] == pytest.approx(known, rel=1e-9, abs=1e-12)
    assert curve.steps[-1].incidence > 0.05
    spread = fitted.variance_.iloc[1:].tolist()
    assert [step.variance for step in curve.steps] == pytest.approx(spread, rel=1e-9, abs=1e-13)


@pytest.mark.reference
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", samples.COMPETING)
def test_statsmodels_agrees_ties_and_all(name):
    import numpy as np
    from statsmodels.duration.survfunc import CumIncidenceRight

    times, causes = samples.competing(name)
    curve = aalen_johansen(rows(times, causes))
    other = aalen_johansen(rows(times, [{FIRST: SECOND, SECOND: FIRST}.get(cause, OPEN) for cause in causes]))
    fitted = CumIncidenceRight(np.array(times), np.array(causes))

    assert [step.time for step in curve.steps] == fitted.times.tolist()
    for found, known, error in zip((curve, other), fitted.cinc, fitted.cinc_se, strict=True):
        assert [step.incidence for step in found.steps] == pytest.approx(known.tolist(), rel=1e-9, abs=1e-12)
        for step, one in zip(found.steps, error, strict=True):
            assert not one > 0 or step.variance == pytest.approx(one**2, rel=1e-9, abs=1e-13)


def test_by_hand():
    # Ten leads. Day 1: two won, one lost, one lost from sight; day 2: one won of six; day 5: the rest still open.
    curve = aalen_johansen([(1, 2, 1, 1), (2, 1, 0, 0), (5, 0, 0, 5)])

    assert [(step.at_risk, step.incidence) for step in curve.steps] == [
        (10, 0.2),
        (6, pytest.approx(0.2 + 0.7 / 6)),
        (5, pytest.approx(0.2 + 0.7 / 6)),
    ]
    assert curve.steps[0].variance == pytest.approx(0.2 * 0.8 / 10)
    assert [curve.at(day) for day in (0, 1, 1.5, 400)] == [0, 0.2, 0.2, pytest.approx(0.2 + 0.7 / 6)]


def test_edges():
    assert aalen_johansen([]).at(3) == 0
    assert aalen_johansen([(4, 0, 0, 7)]).at(9) == 0
    assert aalen_johansen([(0, 1, 0, 0)]).at(0) == 1
    alone = aalen_johansen([(0, 0, 2, 0), (3, 1, 0, 0)])
    assert (alone.at(0), alone.at(3), alone.steps[-1].survival) == (0, pytest.approx(1 / 3), 0)
    for row in [(-1, 1, 0, 0), (1, -1, 0, 0), (1, 0, 0, -2), (float("nan"), 1, 0, 0)]:
        with pytest.raises(ValueError, match="must be 0 or more"):
            aalen_johansen([row])


ROWS = st.lists(st.tuples(st.integers(0, 9), *[st.integers(0, 3)] * 3), max_size=12)


@pytest.mark.property
@given(ROWS)
def test_the_two_ends_and_those_who_go_on_make_one(found):
    first = aalen_johansen(found)
    second = aalen_johansen([(at, two, one, open_) for at, one, two, open_ in found])
    both = kaplan_meier([(at, one + two, open_) for at, one, two, open_ in found])

    for one, two, going_on in zip(first.steps, second.steps, both.steps, strict=True):
        assert one.survival == pytest.approx(going_on.survival, abs=1e-9)
        assert one.incidence + two.incidence + one.survival == pytest.approx(1, abs=1e-9)


@pytest.mark.property
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=12))
def test_where_nothing_is_censored_a_band_is_the_mean_of_its_own_and_twenty_of_all(found):
    band = [(at, won, lost, 0) for at, won, lost in found]
    overall = aalen_johansen([*band, (3, 5, 2, 0), (6, 1, 9, 0)])
    own, drawn = aalen_johansen(band), smoothed(band, overall)

    assert drawn.n == pytest.approx(own.n + 20)
    for day in range(10):
        mean = (own.n * own.at(day) + 20 * overall.at(day)) / (own.n + 20)
        assert drawn.at(day) == pytest.approx(mean, abs=1e-9)


def test_a_band_of_nothing_is_as_all_are_and_a_young_one_goes_on_as_they_do():
    overall = aalen_johansen([(10, 10, 20, 0), (20, 14, 16, 20), (30, 0, 0, 20)])
    young = smoothed([(10, 8, 0, 12), (15, 0, 0, 20)], overall)

    assert [smoothed([], overall).at(day) for day in (5, 10, 20, 99)] == pytest.approx(
        [overall.at(day) for day in (5, 10, 20, 99)]
    )
    assert young.at(10) == pytest.approx((8 + 20 * 0.1) / 60)
    # Past day 15 only the twenty of all leads are left, of whom 14 in 70 close on day 20.
    assert young.at(20) - young.at(10) == pytest.approx((1 - 10 / 60 - 20 * 0.2 / 60) * 14 / 70)
    assert smoothed([(1, 1, 0, 0)], aalen_johansen([])).at(1) == 1
