"""What happens, folded: `step` for one event on a frozen world, `Fold` for many on a private mutable copy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from routing.engine.decide import Decision
from routing.engine.ledger import Key, LedgerEntry
from routing.engine.ruleset import RuleSet
from routing.engine.trace import Trace
from routing.engine.world import Group, Lead, Rep, Territory, World


@dataclass(frozen=True, slots=True)
class Arrived:
    """A lead is ready; changes nothing in the world, decides nothing by itself."""

    at: datetime
    lead: Lead


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision stands: its entry settles, its rep's load grows."""

    at: datetime
    decision: Decision


@dataclass(frozen=True, slots=True)
class Touched:
    """A rep responded; neither load nor ledger move."""

    at: datetime
    lead: int
    rep: int


@dataclass(frozen=True, slots=True)
class Closed:
    """A lead no longer is open load of its rep (closed, released, handed over, returned)."""

    at: datetime
    lead: int
    rep: int
    group: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A rep took a lead that no decision gave: claimed, handed over, assigned by hand; counted if an entry is given."""

    at: datetime
    lead: int
    rep: int
    group: int | None = None
    entry: LedgerEntry | None = None


@dataclass(frozen=True, slots=True)
class Reversed:
    """An entry is undone wholly: an approved return, a free decline."""

    at: datetime
    entry: LedgerEntry


@dataclass(frozen=True, slots=True)
class TimerDue:
    """A timer of the lead ran out."""

    at: datetime
    lead: int
    kind: str


@dataclass(frozen=True, slots=True)
class RosterChanged:
    """Groups, reps and territories as they are from now on (those named here replace those of the same id)."""

    at: datetime
    groups: tuple[Group, ...] = ()
    reps: tuple[Rep, ...] = ()
    territories: tuple[Territory, ...] | None = None


Event = Arrived | Decided | Touched | Closed | Taken | Reversed | TimerDue | RosterChanged


def step(world: World, event: Event) -> World:
    """The world after the event; the given one is left as it was."""
    raise NotImplementedError


class Fold:
    """A run of decisions and events on a private copy of the world: what one batch, one simulation is made of."""

    def __init__(self, world: World, rules: RuleSet | None) -> None:
        raise NotImplementedError

    def decide(self, lead: Lead, at: datetime, trace: Trace | None = None) -> Decision:
        """Decide and advance: the next decision sees this one's load and ledger."""
        raise NotImplementedError

    def step(self, event: Event) -> None:
        """Advance by an event that was no decision of this fold."""
        raise NotImplementedError

    def world(self) -> World:
        """A frozen copy of the world as it stands now."""
        raise NotImplementedError

    def shares(self) -> dict[Key, tuple[int, int]]:
        """(group, rep) -> (balance, turn) for every share that changed since the start: what live writes."""
        raise NotImplementedError


def replay(world: World, rules: RuleSet | None, events: Iterable[Event]) -> tuple[list[Decision], World]:
    """Decide every lead that arrives, advance by everything else, in the order given."""
    raise NotImplementedError


def reach(rules: RuleSet | None, leads: Iterable[Lead], territories: Sequence[Territory] = ()) -> frozenset[int]:
    """The groups these leads can touch by these rules, otherwise chains included."""
    raise NotImplementedError
