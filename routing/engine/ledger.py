"""Fairness that can be proved: every lead is one share, split by weight, and goes to whoever is owed most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

# lcm(1..24): equal splits of up to 24 are exact, beyond that rounding is at most one unit.
UNIT = 5_354_228_880
# The row that takes over what a member who left was owed, so that the sum stays zero.
HOUSE = 0

Key = tuple[int, int]  # (group, rep)


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One lead's share among `reps` (ascending) by `weights`, won by `winner`; shares are recomputed from it."""

    group: int
    lead: int
    reps: tuple[int, ...]
    weights: tuple[int, ...]
    winner: int
    forced: bool = False  # the winner was chosen by people or by another order than the ledger's
    reverses: bool = False  # undoes the entry of the same lead


@lru_cache(maxsize=4096)
def split(weights: tuple[int, ...]) -> tuple[int, ...]:
    """UNIT split by weight: whole numbers, largest remainder (ties: first), sum exactly UNIT."""
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("weights must be whole numbers, none negative, at least one above zero")
    shares = [UNIT * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(UNIT * weights[i] % total), i))
    for i in by_remainder[: UNIT - sum(shares)]:
        shares[i] += 1
    return tuple(shares)


def settle(balances: Mapping[Key, int], entry: LedgerEntry) -> dict[Key, int]:
    """The balances that the entry changes, after it: everybody's share in, the winner's UNIT out (or all undone)."""
    sign = -1 if entry.reverses else 1
    group = entry.group
    changed: dict[Key, int] = {}
    for rep, share in zip(entry.reps, split(entry.weights), strict=True):
        key = (group, rep)
        changed[key] = balances.get(key, 0) + sign * share
    winner = (group, entry.winner)
    changed[winner] = changed.get(winner, balances.get(winner, 0)) - sign * UNIT
    return changed


def reverse(entry: LedgerEntry) -> LedgerEntry:
    """The entry that undoes this one wholly: all shares back, the winner's UNIT returned."""
    return LedgerEntry(
        entry.group, entry.lead, entry.reps, entry.weights, entry.winner, entry.forced, not entry.reverses
    )


def leave(balances: Mapping[Key, int], group: int, rep: int) -> dict[Key, int]:
    """The balances changed when a member leaves: what was owed goes to the house row."""
    owed = balances.get((group, rep), 0)
    return {(group, rep): 0, (group, HOUSE): balances.get((group, HOUSE), 0) + owed}


def replay(entries: Iterable[LedgerEntry]) -> dict[Key, int]:
    """Balances from nothing but the entries, in order."""
    balances: dict[Key, int] = {}
    for entry in entries:
        balances.update(settle(balances, entry))
    return balances
