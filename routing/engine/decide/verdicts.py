"""Who wins a slate, and the verdict on everybody who was considered."""

from __future__ import annotations

from typing import NamedTuple

from routing.engine.decide.decision import Considered
from routing.engine.ledger import LedgerEntry, split
from routing.engine.slate import Slate
from routing.engine.trace import Code, Numbers, Reason
from routing.engine.world import Member, World

DUTY = frozenset({Code.OFF_SHIFT, Code.NO_SHIFTS, Code.ON_LEAVE, Code.PUBLIC_HOLIDAY, Code.PAUSED, Code.IDLE})


class Choice(NamedTuple):
    """The winner, why, the entry if a ledger decides, and a row for everybody."""

    rep: int
    reason: Reason
    entry: LedgerEntry | None
    considered: tuple[Considered, ...]


class Contender(NamedTuple):
    """One of those who share this lead, in the order of the ledger: least minus-owed, oldest turn, lowest id first."""

    minus_owed: int
    turn: int
    rep: int
    member: Member


def choose(slate: Slate, lead: int, world: World) -> Choice:
    """The winner among those of the best rank standing; at least one stands, all of weight above 0."""
    sharing = slate.best()
    if slate.group is None:
        return _named(slate, sharing[0], world)
    if slate.ordered is not None:
        sharing = tuple(sorted(sharing, key=lambda member: member.rep))
    reps = tuple([member.rep for member in sharing])
    weights = (1,) * len(reps) if slate.equal else tuple([member.weight for member in sharing])
    line = _line(slate, sharing, split(weights), world)
    verdicts = _ordered(slate) if slate.ordered is not None else _owed(line)
    winner = slate.best()[0].rep if slate.ordered is not None else line[0].rep
    entry = LedgerEntry(slate.group, lead, reps, weights, winner, slate.ordered is not None)
    rows = [_row(slate, c.member, verdicts[c.rep], world) for c in line]
    rows.sort(key=lambda row: row.rep != winner)  # the winner leads; the others keep their place in line
    if len(sharing) < len(slate.standing):
        rows += _later(slate, sharing, world)
    return Choice(winner, verdicts[winner], entry, (*rows, *_dropped(slate, world)))


def everybody_out(slate: Slate, world: World) -> tuple[Considered, ...]:
    """Rows where nobody is left, or where nobody is chosen because the lead goes to a pool."""
    standing = [_row(slate, member, Reason(Code.STANDING), world) for member in slate.standing]
    return (*standing, *_dropped(slate, world))


def _line(slate: Slate, sharing: tuple[Member, ...], shares: tuple[int, ...], world: World) -> list[Contender]:
    group, balances, turns = slate.group or 0, world.balances, world.turns
    line = []
    for member, share in zip(sharing, shares, strict=True):
        key = (group, member.rep)
        line.append(Contender(-balances.get(key, 0) - share, turns.get(key, 0), member.rep, member))
    line.sort()
    return line


def _owed(line: list[Contender]) -> dict[int, Reason]:
    """The verdict of the ledger on everybody in line."""
    first = line[0]
    most = -first.minus_owed
    verdicts = {}
    for contender in line[1:]:
        if contender.minus_owed != first.minus_owed:
            numbers: Numbers = (("most", most), ("owed", -contender.minus_owed))
            verdicts[contender.rep] = Reason(Code.OWED_LESS, numbers)
        elif contender.turn != first.turn:
            verdicts[contender.rep] = Reason(Code.WAITED_LESS, (("owed", most),))
        else:
            verdicts[contender.rep] = Reason(Code.HIGHER_NUMBER, (("owed", most),))
    verdicts[first.rep] = Reason(_why_first(line), (("owed", most),))
    return verdicts


def _why_first(line: list[Contender]) -> Code:
    if len(line) == 1:
        return Code.ONLY_ONE_LEFT
    first, second = line[0], line[1]
    if second.minus_owed != first.minus_owed:
        return Code.OWED_MOST
    return Code.LONGEST_WAIT if second.turn != first.turn else Code.LOWEST_NUMBER


def _ordered(slate: Slate) -> dict[int, Reason]:
    """The verdict where another order than the ledger's decided."""
    by = (("strategy", slate.ordered),)
    best = slate.best()
    first = {member.rep: Reason(Code.LATER_IN_ORDER, by) for member in best}
    first[best[0].rep] = Reason(Code.FIRST_IN_ORDER, by)
    return first


def _named(slate: Slate, member: Member, world: World) -> Choice:
    """A rep by name stands outside of every group: no share, no entry."""
    why = Reason(Code.NAMED_REP) if member.rep == slate.named else Reason(Code.BACKUP_OF, (("rep", slate.named),))
    return Choice(member.rep, why, None, (_row(slate, member, why, world), *_dropped(slate, world)))


def _later(slate: Slate, sharing: tuple[Member, ...], world: World) -> list[Considered]:
    """Those whom a step put behind the ones who shared, nearest rank first."""
    first = {member.rep for member in sharing}
    ranks, reasons = slate.ranks or {}, slate.rank_reasons or {}
    behind = sorted((m for m in slate.standing if m.rep not in first), key=lambda m: (ranks.get(m.rep, ()), m.rep))
    return [_row(slate, member, reasons.get(member.rep, Reason(Code.LATER_IN_ORDER)), world) for member in behind]


def _dropped(slate: Slate, world: World) -> list[Considered]:
    members = slate.members
    return [_row(slate, members[rep], why, world) for rep, why in slate.dropped]


def _row(slate: Slate, member: Member, why: Reason, world: World) -> Considered:
    group, number = slate.group, member.rep
    rep = world.reps.get(number)
    key = (group or 0, number)
    return Considered(
        group,
        number,
        why[0],
        why[1],
        (why[0] not in DUTY) if slate.duty_asked else None,
        world.load.get(number, 0),
        None if rep is None else rep.cap,
        world.group_load.get(key, 0),
        member.cap,
        member.weight,
        world.balances.get(key, 0),
        world.turns.get(key, 0),
    )
