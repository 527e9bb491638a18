"""The flow picture: bands carry what came in, words never lie over each other, any day can be drawn."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reps.web.flow import DESK, PHONE, Picture, Sheet, draw

counts = st.integers(0, 400)


@st.composite
def days(make: st.DrawFn) -> dict:
    sources = [
        {"label": f"s{n}", "qualified": make(counts), "dropped": make(counts)} for n in range(make(st.integers(0, 6)))
    ]
    left = sum(s["qualified"] for s in sources)
    went = []
    for key in ("pooled", "desk", "held", "other"):
        went.append({"key": key, "label": key, "count": make(st.integers(0, left))})
        left -= went[-1]["count"]
    assigned, answered = left, []
    for key in ("due", "late", "runs"):
        answered.append({"key": key, "label": key, "count": make(st.integers(0, left))})
        left -= answered[-1]["count"]
    return {
        "sources": sources,
        "dropped": {"label": "not qualified", "note": "x"},
        "went": [{"key": "assigned", "label": "assigned", "count": assigned}, *went],
        "answered": [{"key": "answered", "label": "answered", "count": left}, *answered],
    }


def columns(picture: Picture) -> dict[int, list]:
    found: dict[int, list] = {}
    for node in picture.nodes:
        found.setdefault(node.x, []).append(node)
    return found


@pytest.mark.property
@pytest.mark.parametrize("sheet", [DESK, PHONE], ids=["wide", "narrow"])
@given(day=days())
def test_any_day_is_drawn_without_overlap(sheet: Sheet, day: dict) -> None:
    picture = draw(day, sheet)

    for nodes in columns(picture).values():
        for upper, lower in pairwise(nodes):
            assert lower.y >= upper.y + upper.height - 0.2
            if upper.label and lower.label:
                assert lower.middle - upper.middle >= 13
    assert all(node.y + node.height <= picture.height for node in picture.nodes)


@pytest.mark.property
@given(day=days())
def test_bands_fill_every_bar_they_touch(day: dict) -> None:
    picture = draw(day, DESK)

    for node in picture.nodes:
        for used in (node.used_in, node.used_out):
            assert used == 0 or used <= node.height + 0.01


def test_day_without_leads_draws_nothing() -> None:
    picture = draw({"sources": [], "went": [], "answered": []}, DESK)

    assert (picture.nodes, picture.bands) == ([], [])


def test_paths_hold_only_numbers() -> None:
    from tests.face.cast_board import FLOW

    for band in draw(FLOW, DESK).bands:
        assert re.fullmatch(r"[MCVZ0-9. -]+", band["path"])
