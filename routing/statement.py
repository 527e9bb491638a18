"""The ledger told as it stands: every entry of a group for whoever wants to audit it, and a rep's own statement."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from reps.models import Group, Rep
from routing.engine.ledger import HOUSE, UNIT, Moved, Transfer, move, split
from routing.models import Assignment, Decision, LedgerEntry, Share

_KINDS = LedgerEntry.Kind
_LEADS = frozenset({_KINDS.SHARE, _KINDS.FORCED, _KINDS.REVERSED})


class UnbalancedError(Exception):
    """A stored balance is not what the entries add up to; `manage.py audit` says the same."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one row got of a lead, in units. A row is a rep's; with a minus it is what they earned while away."""

    row: int
    weight: int
    share: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a group; of a transfer there are no parts but an amount."""

    number: int
    at: datetime
    lead: UUID | None
    kind: str
    winner: int | None
    amount: int
    parts: tuple[Part, ...]

    def moves(self) -> dict[int, int]:
        """Row -> units: what this entry does to each balance; together they are 0."""
        won = self.winner or HOUSE
        if self.kind not in _LEADS:
            rows = move({}, Transfer(0, won, self.amount, Moved(self.kind)))
            return {row: units for (_group, row), units in rows.items()}
        sign = -1 if self.kind == _KINDS.REVERSED else 1
        moved = {part.row: sign * part.share for part in self.parts}
        moved[won] = moved.get(won, 0) - sign * UNIT
        return moved


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as a rep may read it: of other people's leads only when, by which rule, whose, and why not mine."""

    entry: Entry  # its lead is there only where the rep got it
    rule: str
    how: str  # as the spell of ownership says that began with it; empty where none did
    own: int  # what it did to the rep's balance, in units
    code: str  # the engine's verdict on the rep, empty where people decided
    numbers: Mapping[str, Any]
    balance: int  # after it
    decision: int | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A rep's account in a group: opening + what the lines moved = closing, in units; a lead is UNIT of them."""

    rep: int
    group: int
    since: datetime
    until: datetime
    opening: int
    lines: tuple[Line, ...]
    closing: int

    @property
    def received(self) -> int:
        """Leads had, less those taken back."""
        signs = {_KINDS.SHARE.value: 1, _KINDS.FORCED.value: 1, _KINDS.REVERSED.value: -1}
        return sum(signs.get(line.entry.kind, 0) for line in self.lines if line.entry.winner == self.rep)

    @property
    def entitled(self) -> int:
        """Parts of leads, in units, less those taken back."""
        moved = sum(line.own for line in self.lines if line.entry.kind in _LEADS)
        return moved + self.received * UNIT


def entries(group: Group) -> Iterator[Entry]:
    """All entries of the group, in order."""
    return map(_entry, _rows(LedgerEntry.objects.filter(group=group)).iterator())


def balances(group: Group) -> dict[int, int]:
    """Row -> units as stored: reps, what they earned while away (minus the rep), the house (0)."""
    found: dict[int, int] = {}
    for rep, balance, arrears in Share.objects.filter(group=group).values_list("rep_id", "balance", "arrears"):
        found[rep or HOUSE] = balance
        if arrears:
            found[-rep] = arrears
    return found


def statement(
    *,
    rep: Rep,
    group: Group,
    since: datetime,
    until: datetime,
    prove: bool = True,
    others: bool = False,
    whys: bool = True,
) -> Statement:
    """The rep's own account from `since` until before `until`. Raises UnbalancedError where it does not add up.

    The opening balance is what all earlier entries come to; the closing one is the stored balance less all later ones.
    So the two ends come from different places, and what lies between them has to fit. Without `prove` earlier entries
    are not read: quick for a page, as `audit` proves the same for everybody. With `others` there are also lines of
    leads that the rep was considered for and could not take; they move nothing. Without `whys` the verdicts on the rep
    are left to `with_whys`.
    """
    stored = Share.objects.filter(group=OuterRef("group"), rep=rep).values("balance")
    kept = Q(group=group) if others else Q(reps__contains=[rep.pk]) | Q(winner=rep.pk)
    if not prove:
        kept &= Q(at__gte=since)
    # One query, so that a lead given meanwhile is in both the entries and the balance, or in neither.
    rows = _rows(
        LedgerEntry.objects.filter(kept, group=group),
        stored=Coalesce(Subquery(stored), Value(0)),
        rule=F("decision__rule_name"),
    )
    opening = later = 0
    balance: int | None = None
    within: list[tuple[LedgerEntry, Entry, int]] = []
    # A cursor is planned for its first rows, in order of number: that would read the whole group for a month of it.
    for row in rows.iterator() if prove else rows:
        entry, balance = _entry(row), row.stored
        own = entry.moves().get(rep.pk, 0)
        if row.at < since:
            opening += own
        elif row.at < until:
            within.append((row, entry, own))
        else:
            later += own
    if balance is None:
        balance = 0 if prove else _stored(rep, group)
    moved, closing = sum(own for _row, _one, own in within), balance - later
    if not prove:
        opening = closing - moved
    elif opening + moved != closing:
        raise UnbalancedError(f"Rep {rep.pk} in group {group.pk}: the entries do not add up to the stored balance.")
    return Statement(
        rep.pk, group.pk, since, until, opening, tuple(_lines(rep.pk, opening, within, whys=whys or others)), closing
    )


def _stored(rep: Rep, group: Group) -> int:
    return Share.objects.filter(group=group, rep=rep).values_list("balance", flat=True).first() or 0


def with_whys(account: Statement, lines: Sequence[Line]) -> list[Line]:
    """The lines with the verdicts on the rep, for an account that was read without."""
    decisions = {line.decision: account.group for line in lines if line.decision and not line.code}
    found = _verdicts(account.rep, decisions)
    return [
        replace(line, code=found[line.decision][0], numbers=found[line.decision][1]) if line.decision in found else line
        for line in lines
    ]


def _lines(rep: int, opening: int, within: list[tuple[Any, Entry, int]], *, whys: bool) -> Iterator[Line]:
    rows = [row for row, _entry, _own in within]
    groups = {row.decision_id: row.group_id for row in rows if row.decision_id} if whys else {}
    verdicts, hows = _verdicts(rep, groups), _hows(rows)
    balance = opening
    for row, entry, own in within:
        balance += own
        code, numbers = verdicts.get(row.decision_id, ("", {}))
        if not own and not code and rep not in row.reps:
            continue  # of a time they were no member, or of colleagues alone
        shown = entry if entry.winner == rep else _without_lead(entry)
        how = hows.get((row.lead_id, row.winner, row.at), "")
        yield Line(shown, row.rule or "", how, own, code, numbers, balance, row.decision_id)


def _without_lead(entry: Entry) -> Entry:
    return Entry(entry.number, entry.at, None, entry.kind, entry.winner, entry.amount, entry.parts)


def _verdicts(rep: int, groups: Mapping[int, int]) -> dict[int | None, tuple[str, dict[str, Any]]]:
    """Decision -> what it said of this rep in the entry's group."""
    found: dict[int | None, tuple[str, dict[str, Any]]] = {}
    for pk, record in Decision.objects.filter(pk__in=groups).values_list("pk", "record"):
        for group, one, code, numbers, *_inputs in record["considered"]:
            if one == rep and group == groups[pk]:
                found[pk] = (code, numbers)
    return found


def _hows(rows: list[LedgerEntry]) -> dict[tuple[int | None, int | None, datetime], str]:
    """(lead, winner, instant) -> what gave it."""
    leads = {row.lead_id for row in rows if row.lead_id and row.kind != _KINDS.REVERSED}
    spells = Assignment.objects.filter(lead__in=leads).values_list("lead_id", "rep_id", "starts_at", "how")
    return {(lead, rep, at): how for lead, rep, at, how in spells}


_READ = ("pk", "at", "kind", "winner", "amount", "reps", "weights", "group_id", "decision_id", "lead_id", "lead_uid")


def _rows(found: "QuerySet[LedgerEntry]", **more: Any) -> "QuerySet[Any, Any]":
    """Rows with the lead's outer number; a lead that is gone leaves its entry.

    Tuples, as a page reads some thousands of them and objects would take most of its time.
    """
    rows = found.annotate(lead_uid=F("lead__uid"), **more).order_by("pk")
    return rows.values_list(*_READ, *more, named=True)


def _entry(row: Any) -> Entry:
    shares = split(tuple(row.weights)) if row.kind in _LEADS else ()
    parts = tuple(Part(*part) for part in zip(row.reps, row.weights, shares, strict=True)) if shares else ()
    return Entry(row.pk, row.at, row.lead_uid, row.kind, row.winner, row.amount, parts)
