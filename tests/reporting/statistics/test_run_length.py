"""How soon a CUSUM sounds: the chain against numpy with far finer cells, and against simulation."""

from functools import partial
from random import Random

import pytest

from reporting.statistics.cusum import CHARTS, Chart, Measure, weight
from reporting.statistics.run_length import limit_for, mean_run, simulate

BANDS = {0.03: 1, 0.08: 1, 0.17: 1, 0.30: 1}
USUAL = {Measure.CLOSED: 0.10, Measure.MEETING: 0.30, Measure.ANSWERED: 0.85}


def fine(chart, mix, cells=1_200):
    """The mean run by numpy: the same equations in other words, with twelve times the cells."""
    import numpy as np

    width = chart.limit / (cells - 0.5)
    chain, at = np.zeros((cells, cells)), np.arange(cells) * width
    for chance, often in mix.items():
        for success, odds in ((True, chance), (False, 1 - chance)):
            place = np.maximum((at + weight(success=success, chance=chance, odds_ratio=chart.odds_ratio)) / width, 0)
            lower = np.floor(place).astype(int)
            for cell, share in ((lower, lower + 1 - place), (lower + 1, place - lower)):
                inside = cell < cells
                likely = (odds * share)[inside] * often / sum(mix.values())
                np.add.at(chain, (np.flatnonzero(inside), cell[inside]), likely)
    return float(np.linalg.solve(np.eye(cells) - chain, np.ones(cells))[0])


@pytest.mark.reference
@pytest.mark.parametrize("measure", Measure)
@pytest.mark.parametrize("every", [1_000, 3_000])
def test_the_limits_give_the_false_alarms_they_are_for(measure, every):
    chart, mix = CHARTS[measure, every], {USUAL[measure]: 1}

    assert every * 0.8 < fine(chart, mix) < every * 1.25
    assert mean_run(chart, mix) == pytest.approx(fine(chart, mix), rel=0.05)


@pytest.mark.reference
def test_other_chances_have_other_rates_and_limits():
    chart = CHARTS[Measure.CLOSED, 3_000]

    assert fine(chart, BANDS) == pytest.approx(2_000, rel=0.02)
    assert fine(chart, {0.03: 1}) == pytest.approx(8_000, rel=0.02)
    for mix in (BANDS, {0.03: 1}, {0.85: 7}):
        found = limit_for(3_000, odds_ratio=0.5, mix=mix)
        assert fine(Chart(0.5, found), mix) == pytest.approx(3_000, rel=0.06)


@pytest.mark.reference
def test_simulation_agrees_with_the_chain():
    chart, random = Chart(0.4, 2.5), Random(5)
    run = partial(simulate, chart, chance=lambda: 0.85, draw=random.random, runs=1_500)

    for odds in (1, 0.4):
        lengths = run(odds=odds)
        # Four standard errors of 1,500 runs whose deviation is about their mean.
        assert sum(lengths) / len(lengths) == pytest.approx(mean_run(chart, {0.85: 1}, odds=odds), rel=0.1)


@pytest.mark.reference
@pytest.mark.long
@pytest.mark.parametrize(("measure", "noticed"), [(Measure.CLOSED, 179), (Measure.MEETING, 88), (Measure.ANSWERED, 47)])
def test_false_alarms_and_how_soon_a_true_drop_is_noticed(measure, noticed):
    """About one false alarm in 3,000 leads, and the median of leads until a true one."""
    chart, random = CHARTS[measure, 3_000], Random(11)
    run = partial(simulate, chart, chance=lambda: USUAL[measure], draw=random.random)

    lengths = run(runs=600)
    true = sorted(run(runs=1_001, odds=chart.odds_ratio))

    assert 2_400 < sum(lengths) / len(lengths) < 3_600
    assert true[500] == pytest.approx(noticed, rel=0.15)


def test_what_cannot_be_is_refused():
    for every in (99, 10_001):
        with pytest.raises(ValueError, match="every"):
            limit_for(every, odds_ratio=0.5, mix=BANDS)
    with pytest.raises(ValueError, match="mix"):
        mean_run(Chart(0.5, 2), {})
