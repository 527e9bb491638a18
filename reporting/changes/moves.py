"""Which rows of an ordered list were moved, and which only stand elsewhere because others were."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

_PLACE = "position"


def shifted(rows: Sequence[Any], before: Mapping[tuple[Any, int], Any]) -> set[tuple[Any, int]]:
    """Of what was done at one stroke: the events, by kind and row, whose other place says nothing.

    As few rows as possible count as moved: those outside of the longest run that kept its order.
    """
    found: set[tuple[Any, int]] = set()
    for kind in {type(row) for row in rows if hasattr(row, _PLACE)}:
        events = [row for row in rows if type(row) is kind]
        places = _places(events, before)
        moved = [place for row, place in places.items() if row not in _stayed(places)]
        gone = [was for was, _is in moved] + [row.position for row in events if row.pgh_label == "delete"]
        come = [now for _was, now in moved] + [row.position for row in events if row.pgh_label == "insert"]
        found |= {(kind, row) for row in _stayed(places) if _follows(places[row], gone, come)}
    return found


def _follows(place: tuple[int, int], gone: Sequence[int], come: Sequence[int]) -> bool:
    """Whether it stands where it stands because of what went from above it and what came there."""
    was, now = place
    return now == was - sum(one < was for one in gone) + sum(one < now for one in come)


def _places(events: Sequence[Any], before: Mapping[tuple[Any, int], Any]) -> dict[int, tuple[int, int]]:
    """Where each row stood before the stroke and after it."""
    found: dict[int, tuple[int, int]] = {}
    for event in sorted(events, key=lambda one: one.pgh_id):
        former = before.get((type(event), event.pgh_id))
        if event.pgh_label == "update" and former is not None:
            first = found.get(event.pgh_obj_id, (getattr(former, _PLACE), 0))[0]
            found[event.pgh_obj_id] = (first, getattr(event, _PLACE))
    return {row: pair for row, pair in found.items() if pair[0] != pair[1]}


def _stayed(places: Mapping[int, tuple[int, int]]) -> set[int]:
    """The longest run of rows that stand after each other as they did."""
    order = sorted(places, key=lambda row: places[row])
    ends: list[int] = []  # the last place of the best run of each length
    last: list[int] = []  # and the row that ends it
    former: dict[int, int | None] = {}
    for row in order:
        n = bisect_left(ends, places[row][1])
        former[row] = last[n - 1] if n else None
        ends[n : n + 1], last[n : n + 1] = [places[row][1]], [row]
    found: set[int] = set()
    row_ = last[-1] if last else None
    while row_ is not None:
        found.add(row_)
        row_ = former[row_]
    return found
