"""The market: territories, the areas they are made of, and which describes a lead most closely."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class AreaKind(StrEnum):
    """What a territory's area is made of, from most to least specific."""

    POSTAL = "postal"
    CITY = "city"
    REGION = "region"
    COUNTRY = "country"
    MARKET = "market"
    WORLD = "world"


SPECIFICITY = {kind: 6 - i for i, kind in enumerate(AreaKind)}  # postal 6 ... world 1


@dataclass(frozen=True, slots=True)
class Area:
    """A piece of the market; texts folded as in `Lead.folded`; a set left empty asks nothing."""

    kind: AreaKind
    countries: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()  # cities or regions
    low: str = ""  # postal prefixes, both ends included
    high: str = ""
    industries: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()

    def covers(self, folded: Mapping[str, Any]) -> bool:
        """Does the lead stand in this area? A missing value never does."""
        return (
            _asks(self.countries, folded.get("country"))
            and _asks(self.industries, folded.get("industry"))
            and _asks(self.segments, folded.get("segment"))
            and self._covers_place(folded)
        )

    def _covers_place(self, folded: Mapping[str, Any]) -> bool:
        match self.kind:
            case AreaKind.POSTAL:
                code = folded.get("postal_code")
                if not isinstance(code, str):
                    return False
                return self.low <= code[: len(self.low)] and code[: len(self.high)] <= self.high
            case AreaKind.CITY | AreaKind.REGION:
                return folded.get(self.kind.value) in self.names
            case AreaKind.COUNTRY:
                return bool(self.countries)
            case AreaKind.MARKET:
                return bool(self.countries or self.industries or self.segments)
        return True


@dataclass(frozen=True, slots=True)
class Territory:
    """A part of the market, the group that works it and the reps who cover it."""

    id: int
    group: int | None
    areas: tuple[Area, ...]
    reps: frozenset[int] = frozenset()

    def specificity(self, folded: Mapping[str, Any]) -> int:
        """How closely this territory describes the lead: postal 6 ... world 1, 0 = does not cover it."""
        return max((SPECIFICITY[area.kind] for area in self.areas if area.covers(folded)), default=0)


def closest_territory(territories: Iterable[Territory], folded: Mapping[str, Any]) -> Territory | None:
    """The territory with a group that describes the lead most closely; ties by lowest id."""
    covering = [(t.specificity(folded), -t.id, t) for t in territories if t.group is not None]
    level, _, found = max(covering, key=lambda row: row[:2], default=(0, 0, None))
    return found if level else None


def _asks(wanted: frozenset[str], value: object) -> bool:
    return not wanted or value in wanted
