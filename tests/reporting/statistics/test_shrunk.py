"""The score: worked by hand, held against scipy, and what is said of places only where it can be."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.statistics.shrunk import (
    Record,
    best_of,
    between_reps,
    board,
    draw,
    interval,
    leading_group,
    record,
    score,
    strength_of,
    too_close,
)


def even(rep, observed, expected=10.0, leads=100):
    """A record of leads that all have the same chance."""
    return Record(rep, leads, observed, expected, expected * (1 - expected / leads))


def test_a_record_counts_each_leads_own_chance():
    assert record(7, [(True, 0.5), (False, 0.5), (False, 0.1)]) == Record(7, 3, 1, 1.1, pytest.approx(0.59))
    assert record(7, []) == Record(7, 0, 0, 0, 0)
    with pytest.raises(ValueError, match="chance"):
        record(7, [(True, 1.2)])


def test_the_variance_between_reps_by_hand():
    # E = 10, 20, 20; (O-E)²/E = 10, 7.2, 0.8: together 18. φ = (9 + 16 + 16)/50 = 0.82.
    # ΣE - ΣE²/ΣE = 50 - 900/50 = 32. τ² = (18 - 2 · 0.82)/32.
    records = [Record(1, 100, 20, 10, 9), Record(2, 100, 8, 20, 16), Record(3, 100, 24, 20, 16)]

    between, noise = between_reps(records)

    assert (between, noise) == (pytest.approx(16.36 / 32), pytest.approx(0.82))
    assert strength_of(between) == 4
    assert strength_of(0.05) == pytest.approx(20)
    assert strength_of(0) == strength_of(1e-9) == 400
    assert score(records[0], 4) == pytest.approx(100 * 24 / 14)


def test_with_less_spread_than_luck_makes_all_are_taken_for_alike():
    found = board([even(1, 10), even(2, 11), even(3, 9)], seed=1)

    assert (found.between, found.strength) == (0, 400)
    assert all(99 < each.score < 101 for each in found.standings)
    assert (found.leader, len(found.leading)) == (None, 3)
    assert {each.rep: set(each.close) for each in found.standings} == {1: {2, 3}, 2: {1, 3}, 3: {1, 2}}


@pytest.mark.reference
@pytest.mark.parametrize("observed", [0, 1, 8, 40, 260])
@pytest.mark.parametrize("strength", [4, 17.5, 400])
def test_the_interval_is_scipys(observed, strength):
    from scipy import stats

    one = even(1, observed, expected=12.5)
    posterior = stats.gamma(observed + strength, scale=1 / (12.5 + strength))

    assert interval(one, strength) == pytest.approx((100 * posterior.ppf(0.05), 100 * posterior.ppf(0.95)), rel=1e-9)
    assert score(one, strength) == pytest.approx(100 * posterior.mean(), rel=1e-12)


@pytest.mark.reference
def test_the_chances_of_places_are_what_integration_gives():
    import numpy as np
    from scipy import integrate, special, stats

    records, strength = [even(1, 16), even(2, 12), even(3, 7, expected=8.0)], 10
    drawn = draw(records, strength, seed=3, draws=40_000)
    posteriors = [stats.gamma(each.observed + strength, scale=1 / (each.expected + strength)) for each in records]
    at = np.linspace(0.01, 5, 4_000)

    for index, each in enumerate(records):
        others = [posterior.cdf(at) for n, posterior in enumerate(posteriors) if n != index]
        best = integrate.trapezoid(posteriors[index].pdf(at) * np.prod(others, axis=0), at)
        assert best_of(drawn)[each.rep] == pytest.approx(best, abs=0.01)
    # P(1 ahead of 2) = I_{r1/(r1+r2)}(...) of the beta distribution; here the rates are equal.
    ahead = special.betainc(12 + strength, 16 + strength, 0.5)
    assert sum(map(float.__gt__, drawn[1], drawn[2])) / 40_000 == pytest.approx(ahead, abs=0.01)


def test_a_leader_is_named_only_when_sure():
    rest = [even(rep, 10) for rep in range(2, 8)]

    clear = board([even(1, 34), *rest], seed=2)
    assert (clear.leader, clear.leading) == (1, (1,))
    assert clear.standings[0].best > 0.8
    assert all(1 not in each.close for each in clear.standings)

    two = board([even(1, 26), even(9, 25), *rest], seed=2)
    assert two.leader is None
    assert set(two.leading) == {1, 9}
    assert {1: two.standings[0].close, 9: two.standings[1].close} == {1: (9,), 9: (1,)}


def test_the_leading_group_is_the_smallest_that_holds_nine_in_ten():
    assert leading_group({1: 0.05, 2: 0.5, 3: 0.25, 4: 0.2}) == (2, 3, 4)
    assert leading_group({1: 0.05, 2: 0.7, 3: 0.25}) == (2, 3)
    assert leading_group({1: 0.9, 2: 0.1}) == (1,)
    assert leading_group({}) == ()


@pytest.mark.parametrize(("leads", "expected", "shown"), [(29, 9, False), (30, 4.99, False), (30, 5, True)])
def test_too_early_is_no_place(leads, expected, shown):
    early = Record(5, leads, 25, expected, expected * 0.8)
    found = board([even(1, 12), even(2, 9), early], seed=1)

    standing = next(each for each in found.standings if each.rep == 5)
    assert (standing.shown, standing.best is not None, bool(standing.close or found.leader == 5)) == (shown,) * 3
    assert shown or found.standings[-1].rep == 5
    assert sum(each.best or 0 for each in found.standings) == pytest.approx(1)


def test_boards_of_few():
    assert board([], seed=1).standings == ()
    nobody = board([Record(1, 0, 0, 0, 0)], seed=1)
    assert (nobody.leader, nobody.leading, nobody.standings[0].ratio) == (None, (), None)
    assert nobody.standings[0].score == 100
    alone = board([even(1, 20)], seed=1)
    assert (alone.leader, alone.between) == (1, 0)


RECORDS = st.lists(
    st.builds(even, st.integers(1, 9), st.integers(0, 40), st.floats(0.5, 30), st.integers(31, 200)),
    max_size=9,
    unique_by=lambda each: each.rep,
)


@pytest.mark.property
@given(RECORDS, st.randoms())
def test_the_order_of_records_says_nothing_and_scores_lie_between_par_and_the_ratio(records, random):
    mixed = random.sample(records, len(records))
    found = board(records, seed=4, draws=60)

    assert board(mixed, seed=4, draws=60) == found
    for each in found.standings:
        low, high = sorted([100, 100 * each.ratio])
        assert low - 1e-9 <= each.score <= high + 1e-9
        assert each.low < each.score < each.high
        for other in each.close:
            assert each.rep in next(one for one in found.standings if one.rep == other).close


def test_two_who_are_always_apart_are_told_apart_and_equal_ones_are_not():
    apart = too_close({1: [2.0] * 100, 2: [1.0] * 95 + [3.0] * 5, 3: [1.5] * 4 + [2.5] * 96})

    assert apart == {1: (2,), 2: (1, 3), 3: (2,)}


def test_fifty_reps_are_quick():
    started = time.process_time()
    board([even(rep, rep % 17 + 3) for rep in range(50)], seed=1)

    assert time.process_time() - started < 2
