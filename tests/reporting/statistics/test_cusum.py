"""The CUSUM: the weights printed by Steiner, a formulation of its own in numpy, and cases worked by hand."""

import json
from dataclasses import asdict
from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.statistics import cusum
from reporting.statistics.cusum import Chart, Measure, State, step, watch, weight
from tests.reporting.statistics import samples


@pytest.mark.reference
@pytest.mark.parametrize(("score", "survived", "died"), [(0, -0.024, 0.669), (50, -0.433, 0.26)])
def test_the_weights_steiner_printed(score, survived, died):
    """Biostatistics 1 (2000) p. 446: odds of death doubled, with logit p = -3.68 + 0.077 times Parsonnet's score.

    He counts deaths and looks for twice their odds; seen from those who live, that is half the odds.
    """
    death = 1 / (1 + exp(3.68 - 0.077 * score))

    assert weight(success=True, chance=1 - death, odds_ratio=0.5) == pytest.approx(survived, abs=0.0006)
    assert weight(success=False, chance=1 - death, odds_ratio=0.5) == pytest.approx(died, abs=0.0006)
    assert weight(success=True, chance=death, odds_ratio=2) == pytest.approx(died, abs=0.0006)


@pytest.mark.reference
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["lung", "rossi", "larynx", "gbsg2", "kidney", "dictators"])
def test_numpy_agrees(name):
    """The sum as the way of all weights above its lowest point so far, cut at each alarm: no running maximum."""
    import numpy as np

    _, ended = samples.survival(name)
    chances = np.linspace(0.2, 0.9, len(ended)) * 0.9
    chart = Chart(0.5, 1.5)
    added = np.where(ended, np.log(0.5), 0) - np.log1p(chances * (0.5 - 1))
    known, alarms, start = np.zeros(len(ended)), [], 0
    while start < len(ended):
        way = np.cumsum(added[start:])
        above = way - np.minimum(np.minimum.accumulate(way), 0)
        over = np.flatnonzero(above > chart.limit)
        stop = start + (over[0] + 1 if len(over) else len(above))
        known[start:stop] = above[: stop - start]
        if len(over):
            alarms.append((stop, known[stop - 1]))
        start = stop

    state, totals, found = State(), [], []
    for success, chance in zip(ended, chances.tolist(), strict=True):
        state, alarm = step(state, success=success, chance=chance, chart=chart)
        totals.append(alarm.total if alarm else state.total)
        if alarm:
            found.append((alarm.seen, alarm.total))

    assert totals == pytest.approx(known.tolist(), rel=1e-9, abs=1e-12)
    assert [seen for seen, _ in found] == [seen for seen, _ in alarms]
    assert found


def test_by_hand():
    """Chance 0.5 and half the odds: a success adds log(2/3), none adds log(4/3)."""
    down, up = log(2 / 3), log(4 / 3)
    state, alarms = watch([(False, 0.5), (False, 0.5), (True, 0.5)], chart=Chart(0.5, 1.0))

    assert alarms == []
    assert state.total == pytest.approx(2 * up + down)
    assert (state.seen, state.run, state.observed, state.expected) == (3, 3, 1, 1.5)

    state, alarms = watch([(False, 0.5)] * 4, chart=Chart(0.5, 1.0), state=state)

    assert [(each.seen, each.run, each.observed, each.expected) for each in alarms] == [(6, 6, 1, 3.0)]
    assert alarms[0].total == pytest.approx(5 * up + down)
    assert (state.seen, state.run, state.total) == (7, 1, pytest.approx(up))


def test_it_stands_at_nothing_while_all_goes_well():
    state, alarms = watch([(True, 0.5)] * 5, chart=Chart(0.5, 1.0))

    assert (state, alarms) == (State(seen=5), [])


@given(st.lists(st.tuples(st.booleans(), st.floats(0.05, 0.95)), max_size=60), st.integers(0, 60))
@pytest.mark.property
def test_it_goes_on_from_where_it_was_kept(leads, cut):
    chart = Chart(0.4, 1.2)
    whole = watch(leads, chart=chart)
    state, first = watch(leads[:cut], chart=chart)
    kept = State(**json.loads(json.dumps(asdict(state))))
    state, second = watch(leads[cut:], chart=chart, state=kept)

    assert (state, first + second) == whole


@pytest.mark.parametrize("chance", [-0.01, 1.01, float("nan")])
def test_what_cannot_be_is_refused(chance):
    with pytest.raises(ValueError, match="chance"):
        weight(success=True, chance=chance, odds_ratio=0.5)
    with pytest.raises(ValueError, match="odds_ratio"):
        Chart(1, 2)
    with pytest.raises(ValueError, match="limit"):
        Chart(0.5, 0)


def test_there_is_a_chart_for_every_measure():
    assert {measure for measure, _ in cusum.CHARTS} == set(Measure)
