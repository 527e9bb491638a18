"""What people really did: spells of ownership as open load, what was owed, how long they take, and when pools empty."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median_low
from typing import Any, NamedTuple

from django.db import connection

from reps.models import Group
from routing.engine.ledger import Key, Transfer, move, reverse, settle
from routing.engine.replay import Closed, Reopened
from routing.engine.world import ANY_GROUP
from routing.entries import entry_of, read_shares
from routing.models import LedgerEntry as EntryRow
from routing.models import Share
from routing.simulate.cases import Case

A_MONTH = timedelta(days=32)
FOREVER = timedelta.max
_NOT_RECEIVED = "history"
_BY_RULE = frozenset({"rule", "offer", "claim", "handoff"})
Piece = tuple[datetime, datetime | None]


@dataclass(frozen=True, slots=True)
class Spell:
    """Somebody had a lead; `load` are the pieces of it in which it was open load (an open end: still is)."""

    id: int
    lead: int
    rep: int
    group: int | None
    how: str
    start: datetime
    end: datetime | None
    why: str
    load: tuple[Piece, ...]

    @property
    def kept(self) -> timedelta:
        """From when they had it to when it was open load for the last time; FOREVER while it still is."""
        if not self.load:
            return timedelta(0)
        last = self.load[-1][1]
        return FOREVER if last is None else last - self.start


def spells_since(division_id: int, since: datetime) -> list[Spell]:
    """All spells that were open at the instant or began later, tests left out, in the order they began."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.id, a.lead_id, a.rep_id, a.group_id, a.how, a.starts_at, a.ends_at, a."end", l.state, l.stage_id
            FROM routing_assignment a JOIN leads_lead l ON l.id = a.lead_id
            WHERE l.division_id = %s AND l.kind <> 'test' AND (a.ends_at IS NULL OR a.ends_at > %s)
                AND (l.closed_at IS NULL OR l.closed_at > %s)
            ORDER BY a.starts_at, a.id
            """,
            [division_id, since, since],
        )
        rows = cursor.fetchall()
        cursor.execute(
            "SELECT id, key, open_load AND metric NOT IN ('won', 'lost', 'unqualified'), position"
            " FROM leads_stage WHERE division_id = %s ORDER BY position",
            [division_id],
        )
        stages = cursor.fetchall()
        cursor.execute(
            """
            SELECT lead_id, occurred_at, payload ->> 'to' FROM leads_leadevent
            WHERE kind IN ('stage_changed', 'closed') AND lead_id = ANY(%s) ORDER BY id
            """,
            [[row[1] for row in rows]],
        )
        moves: dict[int, list[tuple[datetime, str]]] = {}
        for lead, at, to in cursor.fetchall():
            moves.setdefault(lead, []).append((at, to))
    by_id = {pk: loads for pk, _key, loads, _position in stages}
    by_key = {key: loads for _pk, key, loads, _position in stages}
    first = stages[0][2] if stages else True
    found = []
    for pk, lead, rep, group, how, start, end, why, state, stage in rows:
        moved = moves.get(lead)
        # Without a move on record it always stood where it stands; of the erased nothing is known.
        begins = first if moved else by_id.get(stage, True) and state not in {"closed", "erased"}
        changes = [(at, by_key.get(to, True)) for at, to in moved or ()]
        found.append(Spell(pk, lead, rep, group, how, start, end, why, _pieces(start, end, changes, begins=begins)))
    return found


def _pieces(
    start: datetime, end: datetime | None, changes: Iterable[tuple[datetime, bool]], *, begins: bool
) -> tuple[Piece, ...]:
    """When the lead was open load between the two instants."""
    pieces: list[Piece] = []
    since, loads = start, begins
    for at, after in changes:
        if end is not None and at >= end:
            break
        if at > start and loads and not after:
            pieces.append((since, at))
        if after and not loads:
            since = max(start, at)
        loads = after
    return (*pieces, (since, end)) if loads else tuple(pieces)


def tell_cases(cases: Sequence[Case], spells: Iterable[Spell]) -> None:
    """Note with each case what people really did with its lead: who had it first, how long, when they answered."""
    by_lead: dict[int, list[Spell]] = {}
    for spell in spells:
        by_lead.setdefault(spell.lead, []).append(spell)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, responded_at FROM leads_lead WHERE id = ANY(%s) AND responded_at IS NOT NULL",
            [[case.lead.id for case in cases]],
        )
        answered = dict(cursor.fetchall())
    for case in cases:
        had = [spell for spell in by_lead.get(case.lead.id, ()) if spell.end is None or spell.end > case.at]
        if not had:
            continue
        first, last = had[0], had[-1]
        case.had, case.by_hand = True, first.how not in _BY_RULE
        if not case.by_hand:
            case.owner, case.owner_group = first.rep, first.group
        case.kept = FOREVER if last.kept == FOREVER else last.start + last.kept - first.start
        if (at := answered.get(case.lead.id)) is not None:
            case.answered = max(timedelta(0), at - first.start)


@dataclass(frozen=True, slots=True)
class Stays:
    """How long leads usually are open load, where that is not known of the lead itself."""

    reps: Mapping[int, timedelta]
    groups: Mapping[int, timedelta]
    everybody: timedelta | None  # None: nobody ever closed one

    @classmethod
    def of(cls, spells: Iterable[Spell]) -> "Stays":
        reps: dict[int, list[timedelta]] = {}
        groups: dict[int, list[timedelta]] = {}
        every: list[timedelta] = []
        for spell in spells:
            if spell.load and spell.kept != FOREVER and spell.how != _NOT_RECEIVED:
                reps.setdefault(spell.rep, []).append(spell.kept)
                groups.setdefault(spell.group or 0, []).append(spell.kept)
                every.append(spell.kept)
        return cls(_medians(reps), _medians(groups), median_low(every) if every else None)

    def usual(self, rep: int, group: int | None) -> timedelta:
        """The rep's median, else the group's, else everybody's, else without an end."""
        return self.reps.get(rep) or self.groups.get(group or 0) or self.everybody or FOREVER


def _medians(found: Mapping[int, Sequence[timedelta]]) -> dict[int, timedelta]:
    return {key: median_low(values) for key, values in found.items()}


@dataclass(frozen=True, slots=True)
class Habit:
    """How a group's pool empties: after how long, how many claims a day, and whether they count."""

    wait: timedelta
    claims_per_day: int | None = None
    counts: bool = True


USUAL_WAIT = timedelta(hours=1)


def habits(division_id: int, since: datetime) -> dict[int, Habit]:
    """Of every group: the median wait of its own claims since the instant, else of all, else an hour."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.group_id, a.starts_at - d.at FROM routing_assignment a
            JOIN leads_lead l ON l.id = a.lead_id AND l.kind = 'new'
            JOIN LATERAL (SELECT at FROM routing_decision d WHERE d.lead_id = a.lead_id AND d.outcome = 'pooled'
                          AND d.at <= a.starts_at ORDER BY d.id DESC LIMIT 1) d ON true
            WHERE l.division_id = %s AND a.how = 'claim' AND a.starts_at >= %s
            """,
            [division_id, since],
        )
        waits: dict[int, list[timedelta]] = {}
        for group, wait in cursor.fetchall():
            waits.setdefault(group or 0, []).append(wait)
    every = [wait for found in waits.values() for wait in found]
    usual = median_low(every) if every else USUAL_WAIT
    rows = Group.objects.filter(division=division_id).values_list("pk", "claims_per_day", "count_claims")
    own = _medians(waits)
    return {pk: Habit(own.get(pk, usual), most, counts) for pk, most, counts in rows}


@dataclass(slots=True)
class Books:
    """Load and ledger as they stood at an instant."""

    load: dict[int, int] = field(default_factory=dict)
    group_load: dict[Key, int] = field(default_factory=dict)
    balances: dict[Key, int] = field(default_factory=dict)
    turns: dict[Key, int] = field(default_factory=dict)
    repaid: dict[Key, datetime] = field(default_factory=dict)
    received: dict[Key, list[datetime]] = field(default_factory=dict)


def books_at(division_id: int, at: datetime, spells: Iterable[Spell], limited: Iterable[Key]) -> Books:
    """As they stood: spells open then; what the entries before it come to; what was received in the month before."""
    books = Books(received=_received(division_id, at, limited))
    for spell in spells:
        if spell.start < at and any(begin < at and (end is None or end >= at) for begin, end in spell.load):
            _carry(books, spell.group, spell.rep)
    for rep, group in _offered(division_id, at):
        _carry(books, group, rep)
    books.balances = balances_at(division_id, at)
    won = EntryRow.Kind.SHARE, EntryRow.Kind.FORCED
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT group_id, winner, rank() OVER (ORDER BY max(id)) FROM routing_ledgerentry"
            " WHERE division_id = %s AND at < %s AND kind = ANY(%s) GROUP BY 1, 2",
            [division_id, at, [kind.value for kind in won]],
        )
        books.turns = {(group, rep): turn for group, rep, turn in cursor.fetchall()}
        cursor.execute(
            "SELECT group_id, winner, max(at) FROM routing_ledgerentry"
            " WHERE division_id = %s AND at < %s AND kind = 'repaid' AND decision_id IS NOT NULL GROUP BY 1, 2",
            [division_id, at],
        )
        books.repaid = {(group, rep): last for group, rep, last in cursor.fetchall()}
    return books


def _carry(books: Books, group: int | None, rep: int) -> None:
    books.load[rep] = books.load.get(rep, 0) + 1
    if group is not None:
        books.group_load[group, rep] = books.group_load.get((group, rep), 0) + 1


def _offered(division_id: int, at: datetime) -> list[tuple[int, int | None]]:
    """(rep, group) of the offers that were open then."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.rep_id, o.group_id FROM routing_offer o JOIN leads_lead l ON l.id = o.lead_id"
            " WHERE l.division_id = %s AND l.kind <> 'test' AND o.offered_at < %s"
            " AND (o.answered_at IS NULL OR o.answered_at >= %s)",
            [division_id, at, at],
        )
        return list(cursor.fetchall())


def balances_at(division_id: int, at: datetime) -> dict[Key, int]:
    """What the entries before the instant come to: today's balances with all later entries taken out again.

    That is the same as their replay (`manage.py audit` proves it), and as quick as the period is short.
    """
    balances = read_shares(Share.objects.filter(group__division=division_id)).balances
    later = EntryRow.objects.filter(division=division_id, at__gte=at).order_by("-id")
    for row in later.values_list(*_Entry._fields, named=False).iterator():
        balances.update(undone(balances, _Entry(*row)))
    return {key: balance for key, balance in balances.items() if balance}


class _Entry(NamedTuple):
    """The columns of an entry that move balances."""

    kind: str
    group_id: int
    lead_id: int | None
    reps: list[int]
    weights: list[int]
    winner: int | None
    amount: int


def undone(balances: Mapping[Key, int], row: Any) -> dict[Key, int]:
    """The balances that an entry changed, without it."""
    told = entry_of(row)
    if isinstance(told, Transfer):
        return move(balances, Transfer(told.group, told.rep, -told.amount, told.why))
    return settle(balances, reverse(told))


def _received(division_id: int, at: datetime, limited: Iterable[Key]) -> dict[Key, list[datetime]]:
    """When leads were given in the month before to those with a limit over time; all of them have a row."""
    found: dict[Key, list[datetime]] = {key: [] for key in limited}
    if not found:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.group_id, a.rep_id, a.starts_at FROM routing_assignment a JOIN leads_lead l ON l.id = a.lead_id
            WHERE l.division_id = %(division)s AND l.kind <> 'test' AND a.how <> 'history'
                AND a.starts_at >= %(since)s AND a.starts_at < %(at)s
            UNION ALL
            SELECT o.group_id, o.rep_id, o.offered_at FROM routing_offer o JOIN leads_lead l ON l.id = o.lead_id
            WHERE l.division_id = %(division)s AND l.kind <> 'test' AND o.offered_at < %(at)s
                AND (o.answered_at IS NULL OR o.answered_at >= %(at)s)
            ORDER BY 3
            """,
            {"division": division_id, "since": at - A_MONTH, "at": at},
        )
        for group, rep, when in cursor.fetchall():
            for key in {(ANY_GROUP, rep), (group or ANY_GROUP, rep)} & set(found):
                found[key].append(when)
    return found


def loads_later(spells: Iterable[Spell], since: datetime, until: datetime) -> list[Closed | Reopened]:
    """When spells that were open at `since` stopped to be open load, or were again: these end as they really did."""
    found: list[Closed | Reopened] = []
    for spell in spells:
        if spell.start < since:
            found += spell_changes(spell, since, until)
    return sorted(found, key=lambda event: event.at)


def spell_changes(spell: Spell, since: datetime, until: datetime) -> Iterable[Closed | Reopened]:
    """The instants in [since, until) at which the spell's lead stopped or began again to be open load."""
    for begin, end in spell.load:
        if begin != spell.start and since <= begin < until:
            yield Reopened(begin, spell.lead, spell.rep, spell.group)
        if end is not None and since <= end < until:
            yield Closed(end, spell.lead, spell.rep, spell.group)
