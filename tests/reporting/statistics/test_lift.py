"""The lift against statsmodels, and at its edges."""

import pytest

from reporting.statistics.lift import lift

TABLES = [(189, 11034, 104, 11037), (30, 200, 10, 50), (0, 40, 5, 40), (7, 40, 0, 40), (40, 40, 39, 40), (1, 1, 0, 1)]


@pytest.mark.reference
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("table", TABLES)
def test_statsmodels_agrees(table):
    from statsmodels.stats.proportion import confint_proportions_2indep

    known = confint_proportions_2indep(*table, alpha=0.1, compare="ratio", method="log-adjusted")

    assert [end + 1 for end in lift(*table)[1:]] == pytest.approx(list(known), rel=1e-9)


@pytest.mark.reference
def test_the_printed_trial_of_aspirin():
    """Agresti, Categorical Data Analysis: 189 of 11,034 against 104 of 11,037; ratio 1.82, from 1.43 to 2.30 (95 %)."""
    found = lift(*TABLES[0], z=1.959963984540054)

    assert [1 + end for end in found] == pytest.approx([1.82, 1.43, 2.30], abs=0.011)


def test_edges():
    assert lift(0, 0, 3, 9) is lift(3, 9, 0, 0) is None
    assert lift(3, 9, 0, 9).value is None
    none = lift(0, 9, 3, 9)
    assert none.value == -1 < none.low < none.high
    even = lift(10, 100, 5, 50)
    assert even.value == pytest.approx(0)
    assert even.low < 0 < even.high
    for wrong in [(4, 3, 1, 2), (-1, 3, 1, 2), (1, 2, 3, 2)]:
        with pytest.raises(ValueError, match="won must be"):
            lift(*wrong)
