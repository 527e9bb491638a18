"""Shares by output: floors, ceilings, sums, and what equal and unequal reps get."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.statistics.shrunk import Record
from reporting.statistics.thompson import Bounds, decayed, fill, shares, weights


def even(rep, observed, expected=10.0, leads=100):
    return Record(rep, leads, observed, expected, expected * 0.9)


def test_the_places_by_hand():
    # Ten reps, half of an even share each for sure; the other five go to the top in parts of 1.5.
    assert fill(10, Bounds(0.5, 2)) == [2, 2, 2, 1, *[0.5] * 6]
    assert fill(4, Bounds(1, 2)) == [1] * 4
    assert fill(4, Bounds(0.3, 1)) == pytest.approx([1] * 4)
    assert fill(3, Bounds(0, 9)) == [3, 0, 0]
    assert fill(0, Bounds()) == []


def test_one_far_ahead_gets_the_ceiling_and_the_rest_share():
    found = shares([even(1, 400), *(even(rep, 8) for rep in range(2, 11))], strength=4, seed=1)

    assert found[1] == 2
    assert all(0.5 <= found[rep] <= 1.25 for rep in range(2, 11))
    assert weights(found)[1] == 200


def test_close_reps_get_close_shares():
    found = shares([even(rep, 10 + rep % 2) for rep in range(1, 11)], strength=60, seed=1)

    assert all(0.8 < share < 1.2 for share in found.values())
    assert found[1] > found[2]


def test_who_is_new_gets_an_even_share_and_takes_it_from_nobody_in_particular():
    known = [even(rep, 4 * rep) for rep in range(1, 5)]
    new = Record(9, 29, 29, 3, 2)

    found = shares([*known, new], strength=4, seed=3)

    assert found.pop(9) == 1
    assert found == shares(known, strength=4, seed=3)
    assert shares([new], strength=4, seed=3) == {9: 1}
    assert shares([], strength=4, seed=3) == {}


RECORDS = st.lists(
    st.builds(even, st.integers(1, 99), st.integers(0, 60), st.floats(0.5, 30), st.integers(0, 90)),
    max_size=12,
    unique_by=lambda each: each.rep,
)
BOUNDS = st.builds(Bounds, st.floats(0, 1), st.floats(1, 20))


@pytest.mark.property
@given(RECORDS, BOUNDS, st.randoms())
def test_shares_keep_their_sum_and_their_bounds(records, bounds, random):
    found = shares(records, strength=20, seed=8, bounds=bounds, draws=20)

    assert sum(found.values()) == pytest.approx(len(records))
    assert all(bounds.floor - 1e-9 <= share <= bounds.ceiling + 1e-9 for share in found.values())
    assert shares(random.sample(records, len(records)), strength=20, seed=8, bounds=bounds, draws=20) == found


def test_weights_are_whole_and_never_nothing():
    assert weights({1: 1, 2: 0.504, 3: 1.996, 4: 0.001}) == {1: 100, 2: 50, 3: 200, 4: 1}


def test_old_weeks_count_less():
    weeks = [Record(1, 10, 4, 2, 1), Record(1, 20, 1, 3, 2)]

    assert decayed(weeks, decay=0.5) == Record(1, 30, 3, 4, 2.5)
    assert decayed(weeks, decay=1) == Record(1, 30, 5, 5, 3)
    assert decayed(weeks).observed == pytest.approx(0.97 * 4 + 1)
    for wrong in (0, 1.1):
        with pytest.raises(ValueError, match="decay"):
            decayed(weeks, decay=wrong)
    with pytest.raises(ValueError, match="weeks"):
        decayed([])


@pytest.mark.parametrize(("floor", "ceiling"), [(-0.1, 2), (1.1, 2), (0.5, 0.9)])
def test_bounds_that_cannot_be_are_refused(floor, ceiling):
    with pytest.raises(ValueError, match="must be"):
        Bounds(floor, ceiling)
