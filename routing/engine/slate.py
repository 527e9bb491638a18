"""Candidates standing in order, and those dropped with a coded reason: the receipt is a by-product."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from routing.engine.trace import Reason
from routing.engine.world import Member

Dropped = tuple[int, Reason]  # (rep, why)
Rank = tuple[int, ...]


class Outcome(StrEnum):
    """What the engine can say about a lead."""

    ASSIGNED = "assigned"
    OFFERED = "offered"
    POOLED = "pooled"
    HELD = "held"
    DESK = "desk"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a chain ends when not on one rep: in a pool (mode open, blind or broadcast), or with a manager."""

    outcome: Outcome
    mode: str | None


class Chosen(NamedTuple):
    """Another order than the ledger's decides: one of these wins (ties by the ledger), and the entry is forced."""

    reps: frozenset[int]
    why: Reason  # said of the winner, where `apart` says nothing else
    others: Reason  # said of those who came later, likewise; of equals the ledger says why not
    apart: Mapping[int, Reason] = MappingProxyType({})
    counted: bool = True  # in the fair share


class Slate(NamedTuple):
    """The members of a destination on their way through the steps at one instant.

    A tuple, because several are made for each decision and replacing a field must be cheap.
    """

    at: datetime
    group: int | None
    all: tuple[Member, ...]  # everybody, ascending by rep
    standing: tuple[Member, ...]
    dropped: tuple[Dropped, ...] = ()
    ranks: Mapping[int, Rank] | None = None  # lower is preferred; the ledger shares among the best rank standing
    rank_reasons: Mapping[int, Reason] | None = None  # why somebody's rank is not the best
    equal: bool = True  # share equally (a weight of 0 still gets nothing) or by weight
    chosen: Chosen | None = None
    ending: Ending | None = None
    offer: int | None = None  # the winner is not given the lead but offered it for so many seconds
    wait: tuple[int, ...] = ()  # with nobody standing the lead is held for these rather than passed on,
    retry_at: datetime | None = None  # and until this instant at the latest
    duty_asked: bool = False
    duty_from: int = 0  # so many were dropped before duty was asked
    untold: int | None = None  # whose duty a step looked at, where no verdict on them tells it
    even: bool | None = None  # of a group that compares: whether this lead is one of those shared evenly
    named: int | None = None  # the rep the rule names, whom a backup may represent

    def without(self, out: Mapping[int, Reason]) -> Slate:
        """Without these reps, each for a reason."""
        if not out:
            return self
        standing = tuple(member for member in self.standing if member.rep not in out)
        dropped = tuple((member.rep, out[member.rep]) for member in self.standing if member.rep in out)
        return self._replace(standing=standing, dropped=(*self.dropped, *dropped))

    def drop(self, verdict: Callable[[Member], Reason | None]) -> Slate:
        """Without those for whom `verdict` has a reason."""
        return self.without({m.rep: why for m in self.standing if (why := verdict(m)) is not None})

    def prefer(self, rank: Callable[[Member], int], why: Callable[[Member], Reason]) -> Slate:
        """With a finer order of preference: earlier steps weigh more; `why` tells it to those who come later."""
        ranks = {m.rep: (*(self.ranks or {}).get(m.rep, ()), rank(m)) for m in self.standing}
        best = min(ranks.values(), default=())
        reasons = dict(self.rank_reasons or {})
        reasons.update({m.rep: why(m) for m in self.standing if ranks[m.rep][-1:] != best[-1:]})
        return self._replace(ranks=ranks, rank_reasons=reasons)

    def best(self) -> tuple[Member, ...]:
        """Those of the best rank among the standing."""
        if not self.ranks or not self.standing:
            return self.standing
        ranks = self.ranks
        best = min(ranks.get(member.rep, ()) for member in self.standing)
        return tuple(member for member in self.standing if ranks.get(member.rep, ()) == best)

    def chosen_stands(self) -> bool:
        """Whether an earlier step's choice is still among those standing; no later step chooses over it."""
        return self.chosen is not None and any(member.rep in self.chosen.reps for member in self.standing)
