"""The gamma distribution against scipy, and at its edges."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.statistics.gamma import cdf, quantile

SHAPES = [0.5, 0.7, 1, 1.5, 2, 3.3, 4, 10, 50, 123.4, 400, 1000, 2500, 5000]
CHANCES = [1e-6, 0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999, 1 - 1e-6]


@pytest.mark.reference
@pytest.mark.parametrize("shape", SHAPES)
def test_scipy_agrees(shape):
    from scipy import stats

    for p in CHANCES:
        for rate in (1, 37.5):
            known = stats.gamma.ppf(p, shape, scale=1 / rate)
            assert quantile(p, shape, rate) == pytest.approx(known, rel=1e-9)
            assert cdf(known, shape, rate) == pytest.approx(stats.gamma.cdf(known, shape, scale=1 / rate), rel=1e-9)
    for x in (0.01, 0.5, 0.99, 1.01, 2):
        known = stats.gamma.cdf(x * shape, shape)
        assert cdf(x * shape, shape) == pytest.approx(known, rel=1e-9, abs=1e-300)


@pytest.mark.reference
def test_chi_square_as_printed():
    """Quantiles of chi-square with k degrees are twice those of Gamma(k/2), as in the tables of any textbook."""
    for degrees, p, printed in [
        (1, 0.95, 3.841),
        (2, 0.95, 5.991),
        (10, 0.05, 3.940),
        (10, 0.99, 23.209),
        (30, 0.95, 43.773),
    ]:
        assert 2 * quantile(p, degrees / 2) == pytest.approx(printed, abs=0.0006)


@pytest.mark.property
@given(st.floats(0.5, 5000), st.floats(0.0001, 0.9999))
def test_there_and_back(shape, p):
    assert cdf(quantile(p, shape), shape) == pytest.approx(p, rel=1e-8)


def test_ends():
    assert (quantile(0, 3), quantile(1, 3)) == (0, inf)
    assert cdf(0, 3) == cdf(-1, 3) == 0
    assert cdf(1e6, 3) == 1


@pytest.mark.parametrize(("p", "shape", "rate"), [(-0.1, 1, 1), (1.1, 1, 1), (nan, 1, 1), (0.5, 0, 1), (0.5, 1, -2)])
def test_what_cannot_be_is_refused(p, shape, rate):
    with pytest.raises(ValueError, match="must be"):
        quantile(p, shape, rate)
