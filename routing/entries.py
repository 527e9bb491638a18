"""Stored entries and fair shares as the engine knows them: the one reading of both."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from routing.engine.ledger import HOUSE, Key, LedgerEntry, Moved, Transfer, reverse
from routing.models import LedgerEntry as EntryRow
from routing.models import Share

_TRANSFERS = frozenset(moved.value for moved in Moved)


class Shares(NamedTuple):
    """Balances (arrears under minus the rep, the house's under HOUSE), turns, when arrears were made up for last."""

    balances: dict[Key, int]
    turns: dict[Key, int]
    repaid: dict[Key, datetime]


def read_shares(rows: "QuerySet[Share]") -> Shares:
    """The rows as they stand."""
    found = Shares({}, {}, {})
    columns = ("group_id", "rep_id", "balance", "last_turn", "arrears", "repaid_at")
    for group, rep, balance, last, arrears, at in rows.values_list(*columns):
        found.balances[group, rep or HOUSE] = balance
        if rep is None:
            continue
        found.turns[group, rep] = last
        if arrears:
            found.balances[group, -rep] = arrears
        if at is not None:
            found.repaid[group, rep] = at
    return found


def shares_of(groups: Iterable[int]) -> Shares:
    """Those of the groups."""
    return read_shares(Share.objects.filter(group__in=list(groups)))


def entry_of(row: Any) -> LedgerEntry | Transfer:
    """A stored entry, or anything with its columns."""
    if row.kind in _TRANSFERS:
        return Transfer(row.group_id, row.winner or 0, row.amount, Moved(row.kind))
    return LedgerEntry(
        row.group_id,
        row.lead_id or 0,
        tuple(row.reps),
        tuple(row.weights),
        row.winner or 0,
        row.kind == EntryRow.Kind.FORCED,
        row.kind == EntryRow.Kind.REVERSED,
    )


def undoing(row: EntryRow) -> LedgerEntry:
    """The entry that takes the stored one back wholly."""
    entry = entry_of(row)
    if isinstance(entry, Transfer) or not entry.winner or not entry.lead:
        raise ValueError("only the entry of a lead can be taken back")
    return reverse(entry)
