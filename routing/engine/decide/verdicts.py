"""Who wins a slate, and the verdict on everybody who was considered."""

from __future__ import annotations

from typing import NamedTuple

from routing.engine.decide.decision import Considered
from routing.engine.ledger import LedgerEntry, split
from routing.engine.slate import Slate
from routing.engine.trace import Code, Numbers, Reason
from routing.engine.world import Member, World

DUTY = frozenset({Code.OFF_SHIFT, Code.NO_SHIFTS, Code.ON_LEAVE, Code.PUBLIC_HOLIDAY, Code.PAUSED, Code.IDLE})
# Members of an enum are slow to look up in Python 3.11, and these are met twenty times a decision.
OWED_LESS, WAITED_LESS, HIGHER_NUMBER = Code.OWED_LESS, Code.WAITED_LESS, Code.HIGHER_NUMBER

# (minus what is owed with the share, last turn, rep, member): sorted, the first is the ledger's winner
Contender = tuple[int, int, int, Member]
Verdict = tuple[Member, Code, Numbers]


class Choice(NamedTuple):
    """The winner, why, the entry if a ledger decides, and a row for everybody."""

    rep: int
    reason: Reason
    entry: LedgerEntry | None
    considered: tuple[Considered, ...]


def choose(slate: Slate, lead: int, world: World) -> Choice:
    """The winner among those of the best rank standing; at least one stands, all of weight above 0."""
    sharing = slate.best()
    if slate.group is None:
        return _named(slate, sharing[0], world)
    first = sharing[0]
    if slate.ordered is not None:
        sharing = tuple(sorted(sharing, key=lambda member: member.rep))
    reps = tuple([member.rep for member in sharing])
    weights = (1,) * len(reps) if slate.equal else tuple([member.weight for member in sharing])
    line = _line(slate.group, sharing, split(weights), world)
    if slate.ordered is not None:
        winner, rows = first.rep, _ordered(slate, first, line, world)
    else:
        winner, rows = line[0][2], _owed(slate, line, world)
    entry = LedgerEntry(slate.group, lead, reps, weights, winner, slate.ordered is not None)
    if len(sharing) < len(slate.standing):
        rows += _later(slate, sharing, world)
    if slate.dropped:
        rows += _dropped(slate, world)
    return Choice(winner, Reason(rows[0].code, rows[0].numbers), entry, tuple(rows))


def everybody_out(slate: Slate, world: World) -> tuple[Considered, ...]:
    """Rows where nobody is left, or where nobody is chosen because the lead goes to a pool."""
    standing = _rows(slate, [(member, Code.STANDING, ()) for member in slate.standing], world)
    return (*standing, *_dropped(slate, world))


def _line(group: int, sharing: tuple[Member, ...], shares: tuple[int, ...], world: World) -> list[Contender]:
    balances, turns = world.balances, world.turns
    line = []
    for member, share in zip(sharing, shares, strict=True):
        rep = member.rep
        key = (group, rep)
        line.append((-balances.get(key, 0) - share, turns.get(key, 0), rep, member))
    line.sort()
    return line


def _owed(slate: Slate, line: list[Contender], world: World) -> list[Considered]:
    """The verdict of the ledger on everybody in line."""
    minus_most, first_turn = line[0][:2]
    most = -minus_most
    most_pair = ("most", most)
    tied = (("owed", most),)
    verdicts: list[Verdict] = [(line[0][3], _why_first(line), tied)]
    for minus_owed, turn, _, member in line[1:]:
        if minus_owed != minus_most:
            verdicts.append((member, OWED_LESS, (most_pair, ("owed", -minus_owed))))
        elif turn != first_turn:
            verdicts.append((member, WAITED_LESS, tied))
        else:
            verdicts.append((member, HIGHER_NUMBER, tied))
    return _rows(slate, verdicts, world)


def _why_first(line: list[Contender]) -> Code:
    if len(line) == 1:
        return Code.ONLY_ONE_LEFT
    first, second = line[0], line[1]
    if second[0] != first[0]:
        return Code.OWED_MOST
    return Code.LONGEST_WAIT if second[1] != first[1] else Code.LOWEST_NUMBER


def _ordered(slate: Slate, first: Member, line: list[Contender], world: World) -> list[Considered]:
    """The verdict where another order than the ledger's decided."""
    by = (("strategy", slate.ordered),)
    others: list[Verdict] = [(row[3], Code.LATER_IN_ORDER, by) for row in line if row[2] != first.rep]
    return _rows(slate, [(first, Code.FIRST_IN_ORDER, by), *others], world)


def _named(slate: Slate, member: Member, world: World) -> Choice:
    """A rep by name stands outside of every group: no share, no entry."""
    why = Reason(Code.NAMED_REP) if member.rep == slate.named else Reason(Code.BACKUP_OF, (("rep", slate.named),))
    return Choice(member.rep, why, None, (*_rows(slate, [(member, *why)], world), *_dropped(slate, world)))


def _later(slate: Slate, sharing: tuple[Member, ...], world: World) -> list[Considered]:
    """Those whom a step put behind the ones who shared, nearest rank first."""
    first = {member.rep for member in sharing}
    ranks, reasons = slate.ranks or {}, slate.rank_reasons or {}
    behind = sorted((m for m in slate.standing if m.rep not in first), key=lambda m: (ranks.get(m.rep, ()), m.rep))
    return _rows(slate, [(m, *reasons.get(m.rep, Reason(Code.LATER_IN_ORDER))) for m in behind], world)


def _dropped(slate: Slate, world: World) -> list[Considered]:
    members = {member.rep: member for member in slate.all}
    rows = _rows(slate, [(members[rep], *why) for rep, why in slate.dropped], world)
    return [row._replace(on_duty=False) if slate.duty_asked and row.code in DUTY else row for row in rows]


def _rows(slate: Slate, verdicts: list[Verdict], world: World) -> list[Considered]:
    """The inputs used, beside each verdict."""
    group, on_duty = slate.group, True if slate.duty_asked else None
    number = group or 0
    reps, load, group_load = world.reps, world.load, world.group_load
    balances, turns = world.balances, world.turns
    rows = []
    for member, code, numbers in verdicts:
        one = member.rep
        rep, key = reps.get(one), (number, one)
        row = (
            group,
            one,
            code,
            numbers,
            on_duty,
            load.get(one, 0),
            None if rep is None else rep.cap,
            group_load.get(key, 0),
            member.cap,
            member.weight,
            balances.get(key, 0),
            turns.get(key, 0),
        )
        rows.append(tuple.__new__(Considered, row))  # past the slower constructor of named tuples
    return rows
