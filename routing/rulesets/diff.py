"""What changed between two rule sets, rule by rule, known again by their keys; pure."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Body = Mapping[str, Any]

# Which entries of a rule's body make up each part that people speak of.
PARTS: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    "condition": ("condition",),
    "destination": ("destination",),
    "sharing": ("steps",),
    "otherwise": ("otherwise",),
    "response": ("respond_within", "clock"),
    "escalation": ("escalation",),
    "priority": ("priority",),
}


class Kind(StrEnum):
    """What happened to a rule."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One rule that is not as it was: its bodies, its places from 1, and the parts that differ."""

    kind: Kind
    before: Body | None
    after: Body | None
    place_before: int | None
    place_after: int | None
    parts: tuple[str, ...] = ()


def diff(before: Body, after: Body) -> tuple[Change, ...]:
    """In the order of the rules as they are after, then what was removed; a rule both moved and changed comes twice."""
    old, new = _places(before), _places(after)
    moved = _moved([key for key in old if key in new], [key for key in new if key in old])
    found: list[Change] = []
    for key, (place, rule) in new.items():
        if key not in old:
            found.append(Change(Kind.ADDED, None, rule, None, place))
            continue
        was, earlier = old[key]
        if key in moved:
            found.append(Change(Kind.MOVED, earlier, rule, was, place))
        parts = tuple(part for part, names in PARTS.items() if _differ(earlier, rule, names))
        if parts:
            found.append(Change(Kind.CHANGED, earlier, rule, was, place, parts))
    found += [Change(Kind.REMOVED, rule, None, place, None) for key, (place, rule) in old.items() if key not in new]
    return tuple(found)


def bands(before: Body, after: Body) -> tuple[list[Body], list[Body]]:
    """The priorities that went, and those that came."""
    old, new = list(before.get("bands") or []), list(after.get("bands") or [])
    gone = list(old)
    come = []
    for band in new:
        if band in gone:
            gone.remove(band)
        else:
            come.append(band)
    return gone, come


def _places(body: Body) -> dict[str, tuple[int, Body]]:
    rules = body.get("rules") or []
    return {str(rule.get("key") or f"r{place}"): (place, rule) for place, rule in enumerate(rules, start=1)}


def _differ(before: Body, after: Body, names: Sequence[str]) -> bool:
    return any(_said(before, name) != _said(after, name) for name in names)


def _said(rule: Body, name: str) -> object:
    """Null, left out and empty say the same, but no steps and no escalation are not those of the group."""
    value = rule.get(name)
    return value if value or (value is not None and name in {"steps", "escalation", "priority"}) else None


def _moved(before: Sequence[str], after: Sequence[str]) -> frozenset[str]:
    """The fewest rules that must be taken out and put elsewhere: all but a longest run that kept its order."""
    place = {key: n for n, key in enumerate(before)}
    ends: list[int] = []  # the lowest last place of a run of each length
    tails: list[str] = []
    previous: dict[str, str | None] = {}
    for key in after:
        at = bisect_left(ends, place[key])
        previous[key] = tails[at - 1] if at else None
        if at == len(ends):
            ends.append(place[key])
            tails.append(key)
        else:
            ends[at], tails[at] = place[key], key
    kept: set[str] = set()
    last = tails[-1] if tails else None
    while last is not None:
        kept.add(last)
        last = previous[last]
    return frozenset(before) - kept
