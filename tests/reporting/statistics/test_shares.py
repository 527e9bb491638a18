"""Wilson's interval against values from elsewhere, and against its own definition."""

from math import isclose, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.metric import share
from reporting.statistics.shares import Z95, wilson

# Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3 (score, without continuity correction).
NEWCOMBE = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]


@pytest.mark.reference
@pytest.mark.parametrize(("count", "n", "low", "high"), NEWCOMBE)
def test_known_values(count, n, low, high):
    found = wilson(count, n)

    assert found == pytest.approx((low, high), abs=0.00005)


@pytest.mark.property
@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_bounds_are_where_the_score_test_just_does_not_reject(case):
    count, n = case
    low, high = wilson(count, n)

    assert 0 <= low <= count / n <= high <= 1
    for bound, end in ((low, 0), (high, n)):
        if count != end and 0 < bound < 1:
            assert isclose(abs(count / n - bound), Z95 * sqrt(bound * (1 - bound) / n), rel_tol=1e-6)


@pytest.mark.property
@given(st.integers(1, 1000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_it_mirrors(case):
    count, n = case
    low, high = wilson(count, n)

    assert wilson(n - count, n) == pytest.approx((1 - high, 1 - low), abs=1e-12)


def test_nothing_has_no_share():
    assert wilson(0, 0) is None
    assert share(0, 0).value is None


@pytest.mark.reference
@pytest.mark.filterwarnings("ignore")
def test_statsmodels_agrees():
    from statsmodels.stats.proportion import proportion_confint

    for n in (1, 2, 7, 30, 148, 5_000, 10**6):
        for count in {0, 1, n // 7, n // 2, n - 1, n}:
            for level, z in ((0.05, Z95), (0.1, 1.6448536269514722)):
                known = proportion_confint(count, n, alpha=level, method="wilson")
                assert wilson(count, n, z=z) == pytest.approx(known, rel=1e-9, abs=1e-12)
