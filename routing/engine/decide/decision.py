"""What the engine says of one lead, and its canonical text: equal text means the same decision."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from routing.engine.ledger import LedgerEntry, Transfer
from routing.engine.slate import Outcome
from routing.engine.trace import Code, Reason, iso
from routing.engine.world import NOTHING

# Raised whenever the same inputs may give another answer; a decision of an older number is reported, not failed.
ENGINE = 2


class Considered(NamedTuple):
    """One member looked at, the inputs used and the verdict (a tuple, because 20 are made for each decision)."""

    group: int | None
    rep: int
    code: Code
    numbers: tuple[tuple[str, int | str | None], ...]
    on_duty: bool | None  # None: no step asked
    load: int
    cap: int | None
    group_load: int
    group_cap: int | None
    weight: int
    balance: int  # before this decision
    turn: int  # number of the last entry won, 0 = never
    received: tuple[tuple[str, int], ...] = ()  # leads so far in the periods of their limits


class Passed(NamedTuple):
    """A destination that was tried and took nobody."""

    rule: str
    group: int | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Decision:
    """The compact record: everything needed to tell it and to check it, no trace."""

    engine: int
    version: int
    lead: int
    at: datetime
    outcome: Outcome
    reason: Reason
    rule: str | None = None
    group: int | None = None
    rep: int | None = None
    until: datetime | None = None  # held: when somebody is on duty
    mode: str | None = None  # pooled: open, blind or broadcast
    considered: tuple[Considered, ...] = ()
    passed: tuple[Passed, ...] = ()
    entry: LedgerEntry | None = None
    transfers: tuple[Transfer, ...] = ()  # before the entry
    respond_within: int | None = None  # seconds
    priority: int | None = None
    # what was asked beyond facts, roster and the inputs of those considered, by name: texts, whole numbers, lists
    asked: Mapping[str, Any] = field(default_factory=lambda: NOTHING)


def record(decision: Decision) -> dict[str, Any]:
    """The decision as plain JSON values: texts, whole numbers, booleans, None, lists, objects."""
    entry = decision.entry
    return {
        "engine": decision.engine,
        "version": decision.version,
        "lead": decision.lead,
        "at": iso(decision.at),
        "outcome": decision.outcome.value,
        "reason": _reason(decision.reason),
        "rule": decision.rule,
        "group": decision.group,
        "rep": decision.rep,
        "until": iso(decision.until),
        "mode": decision.mode,
        "considered": [_considered(row) for row in decision.considered],
        "passed": [[row.rule, row.group, _reason(row.reason)] for row in decision.passed],
        "entry": None if entry is None else _entry(entry),
        "transfers": [[t.group, t.rep, t.amount, t.why.value] for t in decision.transfers],
        "respond_within": decision.respond_within,
        "priority": decision.priority,
        "asked": dict(decision.asked),
    }


def canonical(decision: Decision) -> str:
    """The decision as text: sorted keys, no spaces, no floats."""
    return text_of(record(decision))


def text_of(stored: Mapping[str, Any]) -> str:
    """The same of a record that was stored."""
    return json.dumps(stored, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _reason(why: Reason) -> list[Any]:
    return [why.code.value, dict(why.numbers)]


def _considered(row: Considered) -> list[Any]:
    """Columns in the order of `Considered`: rows by name would double the size of the record."""
    # the code is a text already; asking an enum for its value costs more than all the rest of the row
    return [
        row.group,
        row.rep,
        row.code,
        dict(row.numbers),
        *row[4:12],
        *([dict(row.received)] if row.received else []),
    ]


def _entry(entry: LedgerEntry) -> dict[str, Any]:
    return {
        "group": entry.group,
        "reps": list(entry.reps),
        "weights": list(entry.weights),
        "winner": entry.winner,
        "forced": entry.forced,
    }
