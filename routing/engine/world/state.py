"""The world that decisions are made in: roster, load and ledger at one instant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from routing.engine.ledger import Key
from routing.engine.world.lead import Account
from routing.engine.world.market import Territory
from routing.engine.world.people import NOTHING, Group, Limit, Rep

ANY_GROUP = 0  # stands for all groups together where leads received are counted


@dataclass(frozen=True, slots=True)
class World:
    """The roster, load and ledger that decisions are made in."""

    groups: Mapping[int, Group] = field(default_factory=lambda: NOTHING)
    reps: Mapping[int, Rep] = field(default_factory=lambda: NOTHING)
    load: Mapping[int, int] = field(default_factory=lambda: NOTHING)  # open leads by rep
    group_load: Mapping[Key, int] = field(default_factory=lambda: NOTHING)  # by (group, rep)
    # when leads were received, ascending, by (group or ANY_GROUP, rep), of those who have a limit over time
    received: Mapping[Key, Sequence[datetime]] = field(default_factory=lambda: NOTHING)
    # how many these were where instants are not known any more: by (group or ANY_GROUP, rep, period)
    counts: Mapping[tuple[int, int, str], int] = field(default_factory=lambda: NOTHING)
    balances: Mapping[Key, int] = field(default_factory=lambda: NOTHING)  # units owed, by (group, rep)
    turns: Mapping[Key, int] = field(default_factory=lambda: NOTHING)  # number of the last entry won, 0 = never
    turn: int = 0  # the highest entry number of the groups at hand: ties are broken inside a group
    repaid: Mapping[Key, datetime] = field(default_factory=lambda: NOTHING)  # when arrears were last made up for
    seen: Mapping[int, datetime] = field(default_factory=lambda: NOTHING)  # when a rep was last at work on a page
    territories: tuple[Territory, ...] = ()  # ascending by id
    accounts: Mapping[int, Account] = field(default_factory=lambda: NOTHING)

    def counted(self, group: int, rep: Rep, limit: Limit, at: datetime) -> int:
        """How many leads of the group (or ANY_GROUP) the rep received in the limit's period."""
        known = self.counts.get((group, rep.id, limit.period)) if self.counts else None
        return rep.counted(limit, self.received.get((group, rep.id), ()), at) if known is None else known
