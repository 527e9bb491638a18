"""Fairness that can be proved: every lead is one share, split by weight, and goes to whoever is owed most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

# lcm(1..24): equal splits of up to 24 are exact, beyond that rounding is at most one unit.
UNIT = 5_354_228_880
# The row that takes over what a member who left was owed, so that the sum stays zero.
HOUSE = 0

# (group, rep); minus the rep's number is the row of their arrears, which they earn during time off where the group
# repays it and which is theirs to win only once it was moved to their own row.
Key = tuple[int, int]


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


class Moved(StrEnum):
    """Why an amount moves between two rows of a group."""

    LEFT = "left"  # a member left: what they were owed goes to the house
    FORGIVEN = "forgiven"  # after time off: what goes beyond one lead goes to the house
    EARNED = "earned"  # during time off: a share goes from the house to arrears
    REPAID = "repaid"  # after time off: arrears become theirs to win
    BORNE = "borne"  # what is repaid to one is borne by the others, and fills the house again


@dataclass(frozen=True, slots=True)
class Transfer:
    """An amount (units, may be negative) that moves between the row, the arrears of a rep, and the house."""

    group: int
    rep: int
    amount: int
    why: Moved


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


def move(balances: Mapping[Key, int], transfer: Transfer) -> dict[Key, int]:
    """The two balances that the transfer changes, after it."""
    own, arrears, house = (transfer.group, transfer.rep), (transfer.group, -transfer.rep), (transfer.group, HOUSE)
    match transfer.why:
        case Moved.EARNED:
            source, target = house, arrears
        case Moved.REPAID:
            source, target = arrears, own
        case _:
            source, target = own, house
    amount = transfer.amount
    return {source: balances.get(source, 0) - amount, target: balances.get(target, 0) + amount}


def leave(balances: Mapping[Key, int], group: int, rep: int) -> tuple[Transfer, ...]:
    """The transfers when a member leaves: arrears to their row, and all of it to the house's."""
    own, arrears = balances.get((group, rep), 0), balances.get((group, -rep), 0)
    moved = (Transfer(group, rep, arrears, Moved.REPAID), Transfer(group, rep, own + arrears, Moved.LEFT))
    return tuple(transfer for transfer in moved if transfer.amount)


def replay(entries: Iterable[LedgerEntry | Transfer]) -> dict[Key, int]:
    """Balances from nothing but the entries, in order."""
    balances: dict[Key, int] = {}
    for entry in entries:
        balances.update(move(balances, entry) if isinstance(entry, Transfer) else settle(balances, entry))
    return balances


def bounds(members: int) -> tuple[float, float]:
    """How far anybody can ever be behind and ahead of their fair share among so many: n - H_n, and n - 2 + 1/n.

    For whatever pattern of duty, limits and weights, as long as the ledger decides; docs/engine.md has the proof.
    """
    if members < 2:
        return 0.0, 0.0
    harmonic = sum(1 / n for n in range(1, members + 1))
    return members - harmonic, members - 2 + 1 / members
