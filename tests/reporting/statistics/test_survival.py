"""Kaplan-Meier: printed figures, lifelines and statsmodels on published data, and the cases at the edges."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.statistics.shares import wilson
from reporting.statistics.survival import Curve, Estimate, Quantile, kaplan_meier, rows_of
from tests.reporting.statistics import samples

# Freireich et al. (1963), weeks of remission under 6-MP, as in Collett, Modelling Survival Data, and many others.
FREIREICH = [
    (6, 3, 1), (7, 1, 0), (9, 0, 1), (10, 1, 1), (11, 0, 1), (13, 1, 0), (16, 1, 0), (17, 0, 1), (19, 0, 1),
    (20, 0, 1), (22, 1, 0), (23, 1, 0), (25, 0, 1), (32, 0, 2), (34, 0, 1), (35, 0, 1),
]  # fmt: skip
# time, survival, standard error as printed there.
PRINTED = [
    (6, 0.857, 0.0764),
    (7, 0.807, 0.0869),
    (10, 0.753, 0.0963),
    (13, 0.690, 0.1068),
    (16, 0.627, 0.1141),
    (22, 0.538, 0.1282),
    (23, 0.448, 0.1346),
]


@pytest.mark.reference
def test_the_remissions_of_freireich():
    curve = kaplan_meier(FREIREICH)

    steps = {step.time: step for step in curve.steps}
    assert (curve.n, curve.events, curve.last) == (21, 9, 35)
    for at, survival, error in PRINTED:
        assert steps[at].survival == pytest.approx(survival, abs=0.0006)
        assert steps[at].variance ** 0.5 == pytest.approx(error, abs=0.00006)
    # R: survfit(..., conf.type = "log-log") prints 23, 13, NA.
    assert curve.median() == Quantile(23, 13, None, None)


@pytest.mark.reference
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", samples.SETS)
def test_lifelines_agrees(name):
    from lifelines import KaplanMeierFitter
    from lifelines.utils import median_survival_times

    times, ended = samples.survival(name)
    curve = kaplan_meier(rows_of(times, ended))
    fitted = KaplanMeierFitter().fit(times, ended)

    known = fitted.survival_function_at_times([step.time for step in curve.steps]).tolist()
    assert [step.survival for step in curve.steps] == pytest.approx(known, rel=1e-9, abs=1e-12)
    bounds = fitted.confidence_interval_
    for step in curve.steps:
        if 0 < step.survival < 1:
            assert curve.at(step.time)[1:] == pytest.approx(tuple(bounds.loc[step.time]), rel=1e-9, abs=1e-300)
    for share in (0.25, 0.5, 0.75):
        assert or_never(curve.quantile(share).value) == fitted.percentile(1 - share)
    ends = median_survival_times(bounds).iloc[0]
    assert [or_never(end) for end in curve.median()[1:3]] == ends.tolist()


@pytest.mark.reference
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", samples.SETS)
def test_statsmodels_agrees(name):
    import numpy as np
    from statsmodels.duration.survfunc import SurvfuncRight

    times, ended = samples.survival(name)
    curve = kaplan_meier(rows_of(times, ended))
    fitted = SurvfuncRight(np.array(times), np.array(ended, dtype=float))

    steps = [step for step in curve.steps if step.events]
    assert [step.time for step in steps] == fitted.surv_times.tolist()
    assert [step.at_risk for step in steps] == fitted.n_risk.tolist()
    assert [step.survival for step in steps] == pytest.approx(fitted.surv_prob.tolist(), rel=1e-9, abs=1e-12)
    inner = [n for n, step in enumerate(steps) if step.survival > 0]
    errors = [steps[n].variance ** 0.5 for n in inner]
    assert errors == pytest.approx(fitted.surv_prob_se[inner].tolist(), rel=1e-9)
    if curve.quantile(0.5).value is not None:
        low, high = fitted.quantile_ci(0.5)
        assert (curve.median().value, *curve.median()[1:3]) == (fitted.quantile(0.5), low, high)


def or_never(time):
    return float("inf") if time is None else time


def test_nothing_gives_nothing():
    curve = kaplan_meier([])

    assert curve == Curve(0, 0, ())
    assert curve.last is None
    assert curve.at(10) == Estimate(None)
    assert curve.median() == Quantile(None, None, None, None)
    assert kaplan_meier([(5, 0, 0)]) == curve


def test_all_still_waiting():
    curve = kaplan_meier([(30, 0, 4), (60, 0, 6)])

    assert curve.median() == Quantile(None, None, None, beyond=60)
    # Ten were followed to 30, six past it; all of them still waited.
    assert curve.at(0) == curve.at(30) == Estimate(1.0, *wilson(10, 10))
    assert curve.at(31) == curve.at(60) == Estimate(1.0, *wilson(6, 6))
    assert curve.at(61) == Estimate(None)


def test_one_that_ended():
    curve = kaplan_meier([(7, 1, 0)])

    assert curve.median() == Quantile(7, None, None, None)
    assert curve.at(6) == Estimate(1.0, *wilson(1, 1))
    assert curve.at(7) == curve.at(700) == Estimate(0.0, *wilson(0, 1))


def test_one_that_ended_among_some_that_wait():
    curve = kaplan_meier([(7, 1, 0), (9, 0, 3)])

    assert curve.steps[0].survival == 0.75
    assert curve.steps[0].variance == pytest.approx(0.75 * 0.25 / 4)
    assert curve.median().beyond == 9
    assert curve.quantile(0.25).value == 7
    assert curve.at(9).value == 0.75
    assert curve.at(10).value is None


def test_what_ends_comes_before_what_is_lost_at_the_same_time():
    # Of four, one ends at 5 while one is lost there: the lost one was at risk. Then one of two at 6.
    curve = kaplan_meier([(5, 0, 1), (5, 1, 0), (6, 1, 0), (8, 0, 1)])

    assert [(step.time, step.at_risk, step.events, step.censored) for step in curve.steps] == [
        (5, 4, 1, 1),
        (6, 2, 1, 0),
        (8, 1, 0, 1),
    ]
    assert [step.survival for step in curve.steps] == [0.75, 0.375, 0.375]


def test_time_zero_is_a_time():
    curve = kaplan_meier([(0, 2, 1), (3, 1, 0)])

    assert curve.at(0).value == 0.5
    assert curve.median() == Quantile(0, 0, None, None)
    assert curve.at(3).value == 0


@pytest.mark.parametrize("n", [2, 24, 38, 1000])
def test_a_median_in_the_middle_of_an_even_number_is_found(n):
    """The product of the shares comes to 0.5 only but for rounding."""
    assert kaplan_meier([(at, 1, 0) for at in range(1, n + 1)]).median().value == n // 2


def test_nothing_known_of_all_that_ended_when_some_were_lost():
    assert kaplan_meier([(1, 0, 3), (2, 2, 0)]).at(2) == Estimate(0.0, None, None)


@pytest.mark.parametrize("row", [(-1, 1, 0), (float("nan"), 1, 0), (float("inf"), 0, 1), (1, -1, 0), (1, 0, -1)])
def test_what_cannot_be_is_refused(row):
    with pytest.raises(ValueError, match="must be 0 or more"):
        kaplan_meier([row])


def test_as_many_ends_as_times():
    with pytest.raises(ValueError, match="zip"):
        rows_of([1, 2], [True])
    with pytest.raises(ValueError, match="share"):
        kaplan_meier([]).quantile(1)


ROWS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 3), st.integers(0, 3)), max_size=30)


@pytest.mark.property
@given(ROWS)
def test_the_order_and_the_grouping_of_rows_say_nothing(rows):
    single = [(at, 1, 0) for at, events, _ in rows for _ in range(events)]
    single += [(at, 0, 1) for at, _, censored in reversed(rows) for _ in range(censored)]

    assert kaplan_meier(single) == kaplan_meier(rows)


@pytest.mark.property
@given(ROWS)
def test_the_mass_moves_to_the_right(rows):
    """Efron's other way to the same curve: who is lost gives the weight to those still there, in equal parts."""
    curve = kaplan_meier(rows)
    people = sorted([(at, 0) for at, n, _ in rows for _ in range(n)] + [(at, 1) for at, _, n in rows for _ in range(n)])
    mass = [1 / max(1, len(people))] * len(people)
    for index, (_, lost) in enumerate(people):
        after = len(people) - index - 1
        if lost and after:
            mass[index + 1 :] = [each + mass[index] / after for each in mass[index + 1 :]]
            mass[index] = 0.0

    for step in curve.steps:
        gone = sum(each for each, (at, lost) in zip(mass, people, strict=True) if at <= step.time and not lost)
        assert step.survival == pytest.approx(1 - gone, abs=1e-9)


def test_fifty_thousand_times_take_no_time():
    rows = [(second, 1 + second % 2, 1) for second in range(50_000)]
    started = time.process_time()

    curve = kaplan_meier(rows)
    middle = curve.median()

    assert time.process_time() - started < 1.5
    assert len(curve.steps) == 50_000
    assert middle.low < middle.value < middle.high
