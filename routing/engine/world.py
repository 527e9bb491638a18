"""All that the engine may know of a lead and of the rest: frozen values, nothing lazy."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from routing.engine.ledger import Key
from routing.engine.trace import Code, Reason, iso, reason

NOTHING: Mapping[Any, Any] = MappingProxyType({})
Span = tuple[datetime, datetime]  # half-open, UTC


@dataclass(frozen=True, slots=True)
class Lead:
    """One lead's frozen facts; conditions compare `folded`, people read `facts`."""

    id: int
    facts: Mapping[str, Any]
    folded: Mapping[str, Any]
    account: int | None = None
    barred: frozenset[int] = frozenset()  # reps who let it lapse, returned or declined it


class AbsenceKind(StrEnum):
    """Why somebody with a shift does not work it."""

    LEAVE = "leave"
    HOLIDAY = "holiday"
    PAUSED = "paused"


ABSENT = {
    AbsenceKind.LEAVE: Code.ON_LEAVE,
    AbsenceKind.HOLIDAY: Code.PUBLIC_HOLIDAY,
    AbsenceKind.PAUSED: Code.PAUSED,
}


@dataclass(frozen=True, slots=True)
class Absence:
    """A half-open time away; no end means until further notice."""

    start: datetime
    end: datetime | None
    kind: AbsenceKind

    def reason(self) -> Reason:
        """Why this rep is away, and until when."""
        return reason(ABSENT[self.kind], until=iso(self.end))


@dataclass(frozen=True, slots=True)
class Rep:
    """One rep: `duty` are the shifts (sorted, apart, over the world's horizon), `absences` cut holes into them."""

    id: int
    duty: tuple[Span, ...] = ()
    absences: tuple[Absence, ...] = ()
    cap: int | None = None  # open leads over all groups
    backup: int | None = None
    # where duty begins and ends in turn, absences taken out: an odd place in it is on duty
    changes: tuple[datetime, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "changes", _changes(self.duty, self.absences))

    def absence_at(self, at: datetime) -> Absence | None:
        """The absence that covers this instant; of several, the one that ends last."""
        covering = [a for a in self.absences if a.start <= at and (a.end is None or at < a.end)]
        return max(covering, key=lambda a: (a.end is None, a.end or a.start), default=None)

    def on_duty(self, at: datetime) -> bool:
        """Is this rep on shift and not away?"""
        return bisect_right(self.changes, at) % 2 == 1

    def off_duty(self, at: datetime) -> Reason | None:
        """Why this rep does not work at this instant; an absence tells more than the shift it falls into."""
        if bisect_right(self.changes, at) % 2:
            return None
        absence = self.absence_at(at)
        if absence is not None:
            return absence.reason()
        return reason(Code.OFF_SHIFT, next=iso(self.next_duty(at))) if self.duty else reason(Code.NO_SHIFTS)

    def next_duty(self, after: datetime) -> datetime | None:
        """The first instant later than `after` at which a spell of duty begins; None within the horizon."""
        place = bisect_right(self.changes, after)
        begin = place + place % 2
        return self.changes[begin] if begin < len(self.changes) else None


def _changes(duty: tuple[Span, ...], absences: tuple[Absence, ...]) -> tuple[datetime, ...]:
    """The shifts less the absences, as instants of change; shifts that touch become one spell."""
    spells: list[Span] = []
    for start, end in sorted(duty):
        for begin, stop in _without(start, end, absences):
            if spells and begin <= spells[-1][1]:
                spells[-1] = (spells[-1][0], max(stop, spells[-1][1]))
            else:
                spells.append((begin, stop))
    return tuple(instant for spell in spells for instant in spell)


def _without(start: datetime, end: datetime, absences: tuple[Absence, ...]) -> list[Span]:
    """What is left of one shift."""
    left = [(start, end)] if start < end else []
    for absence in absences:
        stop = end if absence.end is None else absence.end
        cut = [((s, min(e, absence.start)), (max(s, stop), e)) for s, e in left]
        left = [(s, e) for pair in cut for s, e in pair if s < e] if absence.start < stop else left
    return left


@dataclass(frozen=True, slots=True)
class Member:
    """One rep's place in one group."""

    rep: int
    weight: int = 1
    tier: int = 1
    cap: int | None = None  # open leads of this group


@dataclass(frozen=True, slots=True)
class Step:
    """The use of one strategy with its options."""

    strategy: str
    options: Any


@dataclass(frozen=True, slots=True)
class Group:
    """A named set of reps and how they share when a rule does not say."""

    id: int
    members: tuple[Member, ...] = ()  # ascending by rep
    steps: tuple[Step, ...] = ()
    respond_within: int | None = None  # seconds

    def __post_init__(self) -> None:
        """Members in the one order that the ledger's ties need."""
        object.__setattr__(self, "members", tuple(sorted(self.members, key=lambda member: member.rep)))


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


@dataclass(frozen=True, slots=True)
class Account:
    """A known company and who owns it."""

    id: int
    owner: int | None = None
    tier: str | None = None


@dataclass(frozen=True, slots=True)
class World:
    """The roster, load and ledger that decisions are made in."""

    groups: Mapping[int, Group] = field(default_factory=lambda: NOTHING)
    reps: Mapping[int, Rep] = field(default_factory=lambda: NOTHING)
    load: Mapping[int, int] = field(default_factory=lambda: NOTHING)  # open leads by rep
    group_load: Mapping[Key, int] = field(default_factory=lambda: NOTHING)  # by (group, rep)
    balances: Mapping[Key, int] = field(default_factory=lambda: NOTHING)  # units owed, by (group, rep)
    turns: Mapping[Key, int] = field(default_factory=lambda: NOTHING)  # number of the last entry won, 0 = never
    turn: int = 0  # the highest entry number of the groups at hand: ties are broken inside a group
    territories: tuple[Territory, ...] = ()  # ascending by id
    accounts: Mapping[int, Account] = field(default_factory=lambda: NOTHING)


def _asks(wanted: frozenset[str], value: object) -> bool:
    return not wanted or value in wanted
