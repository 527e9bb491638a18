"""The fair share inside one turn: entries of many leads settled one after another, and those that are taken back."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from leads.life import Kind
from leads.models import Lead
from reps.models import Group, Rep
from routing.assign import Turn
from routing.books import counted_entry
from routing.engine.ledger import Key, LedgerEntry, settle
from routing.entries import entry_of, shares_of, undoing
from routing.models import Assignment, Offer
from routing.models import LedgerEntry as EntryRow


class Books:
    """Balances as they stand under the turn, and as they are after each entry settled here."""

    def __init__(self, held: Turn, groups: Iterable[int]) -> None:
        self._held = held
        self._balances: dict[Key, int] = {}
        self._turns: dict[Key, int] = {}
        self._touched: set[Key] = set()
        self._given: dict[tuple[int, int], LedgerEntry | None] = {}
        self._read: set[int] = set()
        self._read_shares(groups)

    def give(self, lead: Lead, rep: Rep, group: Group) -> LedgerEntry | None:
        """Settle the entry of a lead that people gave; None where the rep has no share there, or it is a test."""
        if lead.kind == Kind.TEST:
            return None
        if (group.pk, rep.pk) not in self._given:
            # Who shares is the same for every lead of this turn.
            entry, _shares = counted_entry(group=group, winner=rep, lead=lead.pk, now=self._held.now)
            self._given[group.pk, rep.pk] = entry
        found = self._given[group.pk, rep.pk]
        return self._settle(replace(found, lead=lead.pk)) if found else None

    def take_back(self, row: EntryRow) -> LedgerEntry:
        """Settle the reversal of an entry: everybody's share back, the winner's lead back."""
        return self._settle(undoing(row))

    def again(self, row: EntryRow) -> LedgerEntry:
        """Settle an entry once more that was taken back; it was their turn then, not now."""
        entry = entry_of(row)
        if not isinstance(entry, LedgerEntry):
            raise TypeError("only the entry of a lead can be settled again")
        self._read_shares([entry.group])
        changed = settle(self._balances, entry)
        self._balances.update(changed)
        self._touched.update(changed)
        return entry

    def after(self) -> dict[Key, tuple[int, int]]:
        """Balance and last turn of every row that changed."""
        return {key: (self._balances[key], self._turns.get(key, 0)) for key in self._touched}

    def _settle(self, entry: LedgerEntry) -> LedgerEntry:
        self._read_shares([entry.group])
        changed = settle(self._balances, entry)
        self._balances.update(changed)
        self._touched.update(changed)
        if not entry.reverses:
            latest = max((turn for (group, _rep), turn in self._turns.items() if group == entry.group), default=0)
            self._turns[entry.group, entry.winner] = latest + 1
        return entry

    def _read_shares(self, groups: Iterable[int]) -> None:
        missing = set(groups) - self._read
        self._read |= missing
        if missing:
            balances, turns, _repaid = shares_of(missing)
            self._balances |= balances
            self._turns |= turns


def gave(leads: Sequence[Lead]) -> dict[int, EntryRow]:
    """By lead, the entry by which its present owner got it (or was offered it), where it counted and still does."""
    pks = [lead.pk for lead in leads]
    held: dict[int, tuple[int, int | None, datetime]] = {}
    for offer in Offer.objects.filter(lead__in=pks, answered_at=None):
        held[offer.lead_id] = (offer.rep_id, offer.decision_id, offer.offered_at)
    for spell in Assignment.objects.filter(lead__in=pks, ends_at=None):
        held[spell.lead_id] = (spell.rep_id, spell.decision_id, spell.starts_at)
    counting = [EntryRow.Kind.SHARE, EntryRow.Kind.FORCED]
    found: dict[int, EntryRow] = {}
    for row in EntryRow.objects.filter(lead__in=held, kind__in=counting, reversed_by=None).order_by("pk"):
        rep, decision, at = held[row.lead_id or 0]
        # One that was settled again, when a merge was undone, is younger than the spell.
        if row.winner == rep and (row.decision_id == decision if row.decision_id else row.at >= at):
            found[row.lead_id or 0] = row
    return found
