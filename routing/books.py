"""The fair share of leads that people gave or took: the entry, and the balances after it, read under the turn."""

from datetime import datetime

from reps import availability, ramp
from reps.models import Group, Membership, Rep
from routing.engine.ledger import Key, LedgerEntry, settle
from routing.engine.ruleset import RuleSetError, parse_steps, shares_equally
from routing.entries import shares_of


def counted_entry(
    *, group: Group, winner: Rep, lead: int, now: datetime
) -> tuple[LedgerEntry | None, dict[Key, tuple[int, int]]]:
    """The entry of a lead that people gave: shared over the members on duty and the winner, paid by the winner."""
    members = list(
        Membership.objects.at(now)
        .filter(group=group, rep__active=True, rep__user__is_active=True, weight__gt=0)
        .order_by("rep_id")
    )
    duty = availability.on_duty([m.rep_id for m in members], now)
    sharing = [m for m in members if m.rep_id in duty or m.rep_id == winner.pk]
    if not any(m.rep_id == winner.pk for m in sharing):
        return None, {}
    entry = LedgerEntry(
        group.pk,
        lead,
        tuple(m.rep_id for m in sharing),
        (1,) * len(sharing) if _equally(group) else tuple(ramp.weights(sharing)),
        winner.pk,
        forced=True,
    )
    return entry, shares_after(entry)


def _equally(group: Group) -> bool:
    """As the group's own entries are split."""
    try:
        return shares_equally(parse_steps(group.steps))
    except RuleSetError:
        return False


def shares_after(entry: LedgerEntry) -> dict[Key, tuple[int, int]]:
    """Balances and turns once the entry is settled, read under the turn."""
    balances, turns, _repaid = shares_of([entry.group])
    latest = max(turns.values(), default=0)
    after = settle(balances, entry)
    won = (entry.group, entry.winner)
    return {
        key: (balance, latest + 1 if key == won and not entry.reverses else turns.get(key, 0))
        for key, balance in after.items()
    }
