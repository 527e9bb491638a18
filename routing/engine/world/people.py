"""The people: when they work, what they can, how much they may hold, and the groups they stand in."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from routing.engine.trace import Code, Reason, iso, reason

NOTHING: Mapping[Any, Any] = MappingProxyType({})
Span = tuple[datetime, datetime]  # half-open, UTC
ROLLING = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}


class Limit(NamedTuple):
    """At most so many new leads in a period: of the rep's own calendar, or one that rolls with the clock."""

    period: str  # one of ROLLING
    most: int
    rolling: bool = False


class AbsenceKind(StrEnum):
    """Why somebody with a shift does not work it."""

    LEAVE = "leave"
    HOLIDAY = "holiday"
    PAUSED = "paused"
    BUSY = "busy"  # a calendar says so


ABSENT = {
    AbsenceKind.LEAVE: Code.ON_LEAVE,
    AbsenceKind.HOLIDAY: Code.PUBLIC_HOLIDAY,
    AbsenceKind.PAUSED: Code.PAUSED,
    AbsenceKind.BUSY: Code.BUSY,
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
    limits: tuple[Limit, ...] = ()  # new leads over all groups
    edges: Mapping[str, tuple[datetime, ...]] = field(default_factory=lambda: NOTHING)  # period -> its beginnings
    skills: frozenset[str] = frozenset()  # "kind:value", folded
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

    def counted(self, limit: Limit, received: Sequence[datetime], at: datetime) -> int:
        """How many of the leads received (ascending) fall into the limit's period at this instant."""
        if limit.rolling:
            return len(received) - bisect_right(received, at - ROLLING[limit.period])
        edges = self.edges.get(limit.period, ())
        place = bisect_right(edges, at)
        return len(received) - (bisect_left(received, edges[place - 1]) if place else 0)

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
    limits: tuple[Limit, ...] = ()  # new leads of this group


@dataclass(frozen=True, slots=True)
class Step:
    """The use of one strategy with its options."""

    strategy: str
    options: Any


class Stage(NamedTuple):
    """What is done when a lead's owner stays silent for so many seconds: remind, warn, release or pause."""

    after: int
    do: str


class OnReturn(StrEnum):
    """What becomes of the fair share of who was away."""

    KEEP = "keep"
    FORGIVE = "forgive"
    REPAY = "repay"


@dataclass(frozen=True, slots=True)
class Group:
    """A named set of reps and how they share when a rule does not say."""

    id: int
    members: tuple[Member, ...] = ()  # ascending by rep
    steps: tuple[Step, ...] = ()
    respond_within: int | None = None  # seconds
    clock: str = "working"  # or "wall": what response times count
    escalation: tuple[Stage, ...] = ()
    on_return: OnReturn = OnReturn.KEEP
    repay_per_day: int = 2  # leads
    count_accounts: bool = True
    paused: bool = False
    has_pool: bool = True
    even_percent: int = 0  # of 100 leads shared by weight so many are shared evenly, to compare

    def __post_init__(self) -> None:
        """Members in the one order that the ledger's ties need."""
        object.__setattr__(self, "members", tuple(sorted(self.members, key=lambda member: member.rep)))
