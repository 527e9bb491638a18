"""Members who left a group: what they were owed goes to the house, so that nobody pays for it and the sum stays 0."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from reps.models import Membership
from routing.assign import turn, write_balances
from routing.engine.ledger import Key, leave, move
from routing.entries import shares_of
from routing.models import LedgerEntry, Share


def owing(division_id: int) -> "QuerySet[Share]":
    """Rows that are not 0 of those who are in the group no more."""
    still = Membership.objects.filter(group=OuterRef("group"), rep=OuterRef("rep"))
    lasting = still.filter(Q(ends_at=None) | Q(ends_at__gt=Now()))
    rows = Share.objects.filter(group__division=division_id).exclude(rep=None)
    return rows.exclude(balance=0, arrears=0).filter(~Exists(lasting))


def settle_leavers(division_id: int) -> int:
    """Write the transfers of all who left; returns how many members they were."""
    if not owing(division_id).exists():
        return 0
    with turn(division_id) as held:
        if held is None:
            return 0
        gone = [row for row in owing(division_id) if not _is_member(row, held.now)]
        groups = {row.group_id for row in gone}
        balances, turns, _repaid = shares_of(groups)
        changed: set[Key] = set()
        for row in gone:
            for transfer in leave(balances, row.group_id, row.rep_id or 0):
                moved = move(balances, transfer)
                balances.update(moved)
                changed.update(moved)
                LedgerEntry.objects.create(
                    division_id=division_id,
                    group_id=transfer.group,
                    kind=transfer.why.value,
                    at=held.now,
                    reps=[],
                    weights=[],
                    winner=transfer.rep,
                    amount=transfer.amount,
                )
        write_balances(held, {key: (balances[key], turns.get(key, 0)) for key in changed}, {})
    return len(gone)


def _is_member(row: Share, now: object) -> bool:
    """Whether a membership with an end still runs."""
    return Membership.objects.filter(Q(ends_at__gt=now) | Q(ends_at=None), group=row.group_id, rep=row.rep_id).exists()
