"""One lead from where it stands to where it goes."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from leads.dispatch import Word
from leads.life import EventKind, State
from routing.engine.ledger import LedgerEntry, Transfer


class Alarm(NamedTuple):
    """A timer of the lead: what is to be done (`Timer.Kind`), the how manieth of its kind, and when."""

    kind: str
    n: int
    due_at: datetime


@dataclass(slots=True)
class Move:
    """One lead from where it stands to where it goes, and all that is written with it."""

    lead: int
    hop: int  # before the move
    before: State
    state: State
    reason: str
    event: EventKind
    group: int | None = None
    rep: int | None = None
    offered: int | None = None  # the rep who is asked, where nobody gets the lead yet; until when is `until`
    until: datetime | None = None
    due_at: datetime | None = None
    end: str = ""  # why the open spell of ownership ends, where there is one
    how: str = ""  # how the new one begins
    by: int | None = None
    sourced_by: int | None = None  # unless it has a source already
    handed: int | None = None  # the stage whose rules give it on
    decided: bool = True
    record: dict[str, Any] | None = None  # the decision, as the engine says it
    decision: int | None = None  # the one that was written before, by which it is theirs now
    rule: str = ""
    rule_name: str = ""
    version: int | None = None
    facts: int | None = None
    engine: int = 0
    prints: tuple[int, ...] = ()  # how the groups stood
    territory: int | None = None  # where the lead belongs then, for reports
    entry: LedgerEntry | None = None
    transfers: tuple[Transfer, ...] = ()  # before the entry
    reverses: int | None = None  # the entry row that `entry` undoes
    answer: str = ""  # what became of the offer that the move ends
    timers: tuple[Alarm, ...] = ()  # what is due while it stands there
    band: int | None = None  # its priority from now on, where the rule says one
    quiet: bool = False  # it waited for the same reason before: no decision, no news
    tell: str = ""  # the event the new owner, or who is asked, is told of
    why: str = ""
    words: tuple[Word, ...] = ()  # what others are told
    about: int | None = None  # the rep the news is about, where nobody gets the lead
    payload: dict[str, Any] = field(default_factory=dict)
    private: dict[str, Any] | None = None

    @property
    def hop_after(self) -> int:
        """The hand-over number counts owners: it grows when somebody gets the lead."""
        return self.hop + 1 if self.rep is not None else self.hop
