"""The shape of a rule set that has been read: ordered rules, the first whose condition holds decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from leads.conditions.tree import Condition
from routing.engine.ruleset.index import Index
from routing.engine.world import Stage, Step

DEFAULT_BAND = 5


class To(StrEnum):
    """Where a rule or its otherwise can send a lead."""

    GROUP = "group"
    REP = "rep"
    TERRITORY = "territory"
    ACCOUNT = "account"
    DESK = "desk"
    REJECT = "reject"
    NEXT_RULE = "next_rule"
    POOL = "pool"
    HOLD = "hold"


DESTINATIONS = (To.GROUP, To.REP, To.TERRITORY, To.ACCOUNT, To.DESK, To.REJECT)
AWAY = ("pass", "wait", "backup", "rotate")
OTHERWISE = (To.NEXT_RULE, To.GROUP, To.POOL, To.HOLD, To.DESK)


@dataclass(frozen=True, slots=True)
class Place:
    """One destination, or one link of an otherwise chain; `id` is the group or rep where the kind names one."""

    to: To
    id: int | None = None
    reason: str | None = None  # reject: told to people
    mode: str = "open"  # pool: open, blind or broadcast
    away: str = "pass"  # account: what if the owner cannot take it
    returning: bool = False  # account: who last worked with the person counts as the owner


@dataclass(frozen=True, slots=True)
class Rule:
    """Condition, destination, how to share there, and what to do when nobody can take the lead."""

    key: str
    name: str
    condition: Condition
    destination: Place
    steps: tuple[Step, ...] | None = None  # None: the group's own
    otherwise: tuple[Place, ...] = ()  # empty: the desk
    respond_within: int | None = None  # seconds; None: the group's own
    clock: str | None = None  # working or wall; None: the group's own
    escalation: tuple[Stage, ...] | None = None  # None: the group's own
    priority: int | None = None  # band 0 (first) ... 9


@dataclass(frozen=True, slots=True)
class Band:
    """Leads for which the condition holds wait in this band of the queue: 0 is served first, 9 last."""

    condition: Condition
    band: int


@dataclass(frozen=True, slots=True)
class RuleSet:
    """An immutable printing of the rules."""

    rules: tuple[Rule, ...] = ()
    bands: tuple[Band, ...] = ()
    default_band: int = DEFAULT_BAND
    version: int = 0  # 0: a draft
    index: Index = field(default_factory=Index, compare=False, repr=False)
    by_key: Mapping[str, Rule] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_key", {rule.key: rule for rule in self.rules})

    def band(self, folded: Mapping[str, Any]) -> int:
        """The band of the queue this lead waits in, from its folded facts."""
        named = self.named_band(folded)
        return self.default_band if named is None else named

    def named_band(self, folded: Mapping[str, Any]) -> int | None:
        """The band that is said of this lead; None where nothing is."""
        return next((band.band for band in self.bands if band.condition.holds(folded)), None)


@dataclass(frozen=True, slots=True)
class Directory:
    """Which ids exist, so that a rule naming a removed group or rep is refused; None: not asked."""

    groups: frozenset[int]
    reps: frozenset[int]
