"""The funnel: limits and spread by hand and by scipy's winsorising."""

import pytest

from reporting.statistics.funnel_plot import INNER, OUTER, funnel, overdispersion, winsorised


def test_limits_by_hand():
    plain = funnel([(1, 12, 10), (2, 9, 10), (3, 0, 0)])

    assert plain.spread == 1
    assert plain.limits(16) == pytest.approx((1 - 1.96 / 4, 1 + 1.96 / 4))
    assert plain.limits(4, z=OUTER) == pytest.approx((0, 1 + 3.09 / 2))
    assert [(point.rep, point.ratio) for point in plain.points] == [(1, 1.2), (2, 0.9)]
    assert plain.points[0].distance == pytest.approx(0.2 * 10**0.5)
    with pytest.raises(ValueError, match="expected"):
        plain.limits(0)
    assert funnel([]).spread == 1


def test_more_spread_than_luck_widens_the_limits_and_no_one_rep_makes_it():
    # z = ±2 each, so φ = 4; the limits are twice as wide, and all are inside again.
    wide = funnel([(rep, 25 + 10 * (-1) ** rep, 25) for rep in range(10)])
    assert wide.spread == pytest.approx(4)
    assert wide.limits(25) == pytest.approx((1 - 2 * INNER / 5, 1 + 2 * INNER / 5))
    assert all(abs(point.distance) == pytest.approx(1) for point in wide.points)

    # One of ten far off: drawn in to the next, so that it stands out instead of widening its own limits.
    alone = funnel([*((rep, 25, 25) for rep in range(9)), (9, 75, 25)])
    assert alone.spread == 1
    assert alone.points[9].distance == pytest.approx(10)


@pytest.mark.reference
@pytest.mark.parametrize("n", [1, 5, 9, 10, 11, 19, 20, 37])
def test_scipy_winsorises_alike(n):
    import numpy as np
    from scipy.stats.mstats import winsorize

    scores = [(7 * k * k + 3 * k) % 23 / 3 - 3 for k in range(n)]
    known = winsorize(np.array(scores), limits=(0.1, 0.1))

    assert winsorised(scores) == pytest.approx(sorted(known.tolist()))
    assert overdispersion(scores) == pytest.approx(max(1, float((known**2).mean())))
