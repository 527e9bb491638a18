"""Candidates standing in order, and those dropped with a coded reason: the receipt is a by-product."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

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
    """How a chain ends when not on one rep: in a pool (mode open or blind) or as an offer."""

    outcome: Outcome
    mode: str


@dataclass(frozen=True, slots=True)
class Slate:
    """The members of a destination on their way through the steps at one instant."""

    at: datetime
    group: int | None
    all: tuple[Member, ...]  # everybody, ascending by rep
    standing: tuple[Member, ...]
    dropped: tuple[Dropped, ...] = ()
    ranks: Mapping[int, Rank] | None = None  # lower is preferred; the ledger shares among the best rank standing
    rank_reasons: Mapping[int, Reason] | None = None  # why somebody's rank is not the best
    equal: bool = True  # share equally (a weight of 0 still gets nothing) or by weight
    ordered: str | None = None  # a strategy put `standing` in its own order: the first wins, the entry is forced
    ending: Ending | None = None
    duty_asked: bool = False
    named: int | None = None  # the rep the rule names, whom a backup may represent

    @property
    def members(self) -> Mapping[int, Member]:
        """All who were ever on the slate, by rep."""
        return {member.rep: member for member in self.all}

    def drop(self, verdict: Callable[[Member], Reason | None]) -> Slate:
        """Without those for whom `verdict` has a reason."""
        standing: list[Member] = []
        dropped = list(self.dropped)
        for member in self.standing:
            why = verdict(member)
            if why is None:
                standing.append(member)
            else:
                dropped.append((member.rep, why))
        if len(standing) == len(self.standing):
            return self
        return replace(self, standing=tuple(standing), dropped=tuple(dropped))

    def prefer(self, rank: Callable[[Member], int], why: Callable[[Member], Reason]) -> Slate:
        """With a finer order of preference: earlier steps weigh more; `why` tells it to those who come later."""
        ranks = {m.rep: (*(self.ranks or {}).get(m.rep, ()), rank(m)) for m in self.standing}
        best = min(ranks.values(), default=())
        reasons = dict(self.rank_reasons or {})
        reasons.update({m.rep: why(m) for m in self.standing if ranks[m.rep][-1:] != best[-1:]})
        return replace(self, ranks=ranks, rank_reasons=reasons)

    def best(self) -> tuple[Member, ...]:
        """Those of the best rank among the standing."""
        if not self.ranks or not self.standing:
            return self.standing
        ranks = self.ranks
        best = min(ranks.get(member.rep, ()) for member in self.standing)
        return tuple(member for member in self.standing if ranks.get(member.rep, ()) == best)
