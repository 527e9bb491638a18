"""Words of a picture: none over another, at the width they were laid out for and at every wider one."""

from itertools import combinations, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reporting.pictures.labels import LINE, Box, Placed, Spot, beside, spread
from tests.lengths import examples

CASES = settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.too_slow])

SIGN = 6.7


@pytest.mark.property
@CASES
@given(st.lists(st.floats(-50, 250), max_size=8))
def test_spread_places_keep_apart_and_in_order(wanted: list[float]) -> None:
    places = spread(wanted, gap=16, low=0, high=200)
    order = sorted(range(len(wanted)), key=lambda n: wanted[n])

    assert all(-1e-6 <= place <= 200 + 1e-6 for place in places)
    assert all(places[b] - places[a] >= 16 - 1e-6 for a, b in pairwise(order))


def test_spread_leaves_what_has_room() -> None:
    assert spread([150, 20], gap=16, low=0, high=200) == [150, 20]
    assert spread([], gap=16, low=0, high=200) == []


def test_spread_without_room_for_all_stands_evenly() -> None:
    assert spread([5, 5, 5], gap=16, low=0, high=20) == [0, 10, 20]


def box(spot: Spot, placed: Placed, wider: float) -> tuple[float, float, float, float]:
    """What the words cover where the picture is `wider` times as wide."""
    long, x = len(spot.text) * SIGN, spot.x * wider + placed.dx
    left = {"": x, "e": x - long, "c": x - long / 2}[placed.anchor]
    base = spot.y + placed.dy
    return left, left + long, base - LINE + 4, base


spots = st.lists(
    st.builds(
        Spot,
        x=st.floats(0, 500),
        y=st.floats(0, 250),
        text=st.text("abcdefgh ", min_size=3, max_size=14),
        weight=st.floats(0, 9),
    ),
    max_size=25,
)


@pytest.mark.property
@CASES
@given(spots=spots, wider=st.sampled_from([1.0, 1.3, 2.0, 3.7]))
def test_names_lie_over_no_other(spots: list[Spot], wider: float) -> None:
    found = beside(spots, width=500, height=250)

    boxes = [box(spots[placed.spot], placed, wider) for placed in found]
    for (l1, r1, t1, b1), (l2, r2, t2, b2) in combinations(boxes, 2):
        assert r1 <= l2 + 1 or r2 <= l1 + 1 or b1 <= t2 + 1 or b2 <= t1 + 1
    for spot in spots:
        for placed, (left, right, top, bottom) in zip(found, boxes, strict=True):
            inside = left + 1 < spot.x * wider < right - 1 and top + 1 < spot.y < bottom - 1
            assert spots[placed.spot] is spot or not inside


def test_a_lone_point_is_named_even_in_a_corner() -> None:
    corners = [(0, 0), (500, 0), (0, 250), (500, 250)]

    assert [len(beside([Spot(x, y, "Pavel Novak")], width=500, height=250)) for x, y in corners] == [1, 1, 1, 1]


def test_who_matters_gets_the_room() -> None:
    found = beside([Spot(100, 100, "Ana Lindqvist"), Spot(101, 100, "Ben Okafor", weight=3)], width=140, height=110)

    assert [placed.spot for placed in found] == [1]


def test_words_that_would_meet_in_a_wider_picture_are_not_clear_of_each_other() -> None:
    words_left_of_100, words_right_of_95 = Box(100, 10, 92, 0, 15), Box(95, 103, 180, 0, 15)

    assert not words_left_of_100.clear_of(words_right_of_95)  # four times as wide: 392 and 388
    assert words_left_of_100.clear_of(Box(101, 103, 180, 0, 15))
    assert words_left_of_100.clear_of(Box(95, 10, 92, 15, 30))
