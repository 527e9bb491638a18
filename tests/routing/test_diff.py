"""What changed between two rule sets: bodies in, changes out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.rulesets import diff


def rule(key, **fields):
    return {"key": key, "name": key.upper(), "destination": {"to": "desk"}, **fields}


def seen(before, after):
    return [
        (c.kind.value, (c.after or c.before)["key"], c.place_before, c.place_after, c.parts)
        for c in diff.diff({"rules": before}, {"rules": after})
    ]


A, B, C, D = (rule(key) for key in "abcd")
GERMANY = {"field": "country", "operator": "is", "value": "DE"}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([A, B], [A, B], []),
        ([], [A], [("added", "a", None, 1, ())]),
        ([A, B], [B], [("removed", "a", 1, None, ())]),
        # what follows a removed or an added rule has not moved
        ([A, B, C], [B, C], [("removed", "a", 1, None, ())]),
        ([B, C], [A, B, C], [("added", "a", None, 1, ())]),
        ([A, B, C, D], [D, A, B, C], [("moved", "d", 4, 1, ())]),
        ([A, B, C, D], [B, C, D, A], [("moved", "a", 1, 4, ())]),
        ([A], [rule("a", name="Other")], [("changed", "a", 1, 1, ("name",))]),
        ([A], [rule("a", condition=GERMANY)], [("changed", "a", 1, 1, ("condition",))]),
        ([A], [rule("a", destination={"to": "group", "group": 1})], [("changed", "a", 1, 1, ("destination",))]),
        ([A], [rule("a", steps=[])], [("changed", "a", 1, 1, ("sharing",))]),
        ([A], [rule("a", otherwise=[{"to": "hold"}])], [("changed", "a", 1, 1, ("otherwise",))]),
        ([A], [rule("a", respond_within=60)], [("changed", "a", 1, 1, ("response",))]),
        ([A], [rule("a", clock="wall")], [("changed", "a", 1, 1, ("response",))]),
        ([A], [rule("a", escalation=[])], [("changed", "a", 1, 1, ("escalation",))]),
        ([A], [rule("a", priority=0)], [("changed", "a", 1, 1, ("priority",))]),
        # null, empty and left out say the same
        ([A], [rule("a", steps=None, otherwise=[], clock=None, respond_within=None, condition={})], []),
        (
            [A, B],
            [rule("b", name="Other"), A],
            [("moved", "b", 2, 1, ()), ("changed", "b", 2, 1, ("name",))],
        ),
    ],
)
def test_changes(before, after, expected):
    assert seen(before, after) == expected


@pytest.mark.property
@given(st.permutations("abcdefgh"), st.permutations("abcdefgh"))
def test_what_has_not_moved_keeps_its_order_and_no_fewer_could_move(before, after):
    moved = diff._moved(before, after)

    assert [key for key in before if key not in moved] == [key for key in after if key not in moved]
    for key in moved:
        less = moved - {key}
        assert [k for k in before if k not in less] != [k for k in after if k not in less]


def test_priorities_of_the_queue_are_told_apart_by_what_they_say():
    high, low = {"band": 0, "condition": GERMANY}, {"band": 9, "condition": None}

    assert diff.bands({"bands": [high]}, {"bands": [low]}) == ([high], [low])
    assert diff.bands({"bands": [high, low]}, {"bands": [low, high]}) == ([], [])
