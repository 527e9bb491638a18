"""Who wins a slate, and the verdict on everybody who was considered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from routing.engine.decide.decision import Considered
from routing.engine.decide.earning import TIME_OFF
from routing.engine.ledger import UNIT, Key, LedgerEntry, Moved, Transfer, move, split
from routing.engine.slate import Slate
from routing.engine.trace import Code, Numbers, Reason
from routing.engine.world import ANY_GROUP, Group, Limit, Member, OnReturn, Rep, World

DUTY = frozenset(
    {Code.OFF_SHIFT, Code.NO_SHIFTS, Code.ON_LEAVE, Code.PUBLIC_HOLIDAY, Code.PAUSED, Code.BUSY, Code.IDLE}
)
A_DAY = timedelta(days=1)
# Members of an enum are slow to look up in Python 3.11, and these are met twenty times a decision.
OWED_LESS, WAITED_LESS, HIGHER_NUMBER = Code.OWED_LESS, Code.WAITED_LESS, Code.HIGHER_NUMBER

# (minus what is owed with the share, last turn, rep, member): sorted, the first is the ledger's winner
Contender = tuple[int, int, int, Member]
Verdict = tuple[Member, Code, Numbers]


class Choice(NamedTuple):
    """The winner, why, the transfers and the entry if the group keeps a ledger, and a row for everybody."""

    rep: int
    reason: Reason
    entry: LedgerEntry | None
    transfers: tuple[Transfer, ...]
    considered: tuple[Considered, ...]


def choose(slate: Slate, lead: int, world: World, group: Group | None, ghosts: tuple[Member, ...] = ()) -> Choice:
    """The winner among those of the best rank standing, or of those a step chose; at least one stands.

    `ghosts` earn a share while away, into their arrears.
    """
    sharing = slate.best()
    first = _first(slate)
    if first and (missing := [m for m in slate.standing if m.rep in first and m not in sharing]):
        sharing = tuple(sorted((*sharing, *missing), key=lambda member: member.rep))
    if slate.group is None or group is None:
        return _named(slate, next((m for m in sharing if m.rep in first), sharing[0]), world)
    sharing = sharing if all([m.weight > 0 for m in sharing]) else tuple(m for m in sharing if m.weight > 0)  # noqa: C419
    counted = slate.chosen is None or slate.chosen.counted or not first
    keeps = group.on_return is OnReturn.KEEP or not counted
    transfers = () if keeps else _transfers(slate, group, sharing, ghosts, world)
    balances = _after(world.balances, transfers) if transfers else world.balances
    reps = tuple([member.rep for member in sharing])
    weights = _weights(slate, sharing)
    line = _line(slate.group, sharing, split(weights) if weights else (), balances, world)
    if first:
        winner, rows = _chosen(slate, first, line, world)
    else:
        winner, rows = line[0][2], _owed(slate, line, world)
    entry = None
    if winner in reps and counted:
        entry = LedgerEntry(slate.group, lead, reps, weights, winner, forced=bool(first))
    if len(rows) < len(slate.standing):
        rows += _later(slate, {row.rep for row in rows}, world)
    if slate.dropped:
        rows += _dropped(slate, world)
    return Choice(winner, Reason(rows[0].code, rows[0].numbers), entry, transfers, tuple(rows))


def _first(slate: Slate) -> frozenset[int]:
    """Those among whom a step wants the winner to be, as far as they stand."""
    if slate.chosen is None:
        return frozenset()
    return slate.chosen.reps.intersection([member.rep for member in slate.standing])


def _weights(slate: Slate, members: tuple[Member, ...]) -> tuple[int, ...]:
    return (1,) * len(members) if slate.equal else tuple([member.weight for member in members])


def _transfers(
    slate: Slate, group: Group, sharing: tuple[Member, ...], ghosts: tuple[Member, ...], world: World
) -> tuple[Transfer, ...]:
    """What is forgiven to those on time off; or what they earn, and what is made up for to those who are back."""
    if group.on_return is OnReturn.FORGIVE:
        return tuple(_forgiven(slate, group, world))
    return (*_earned(slate, group, sharing, ghosts), *_repaid(slate, group, sharing, world))


def _forgiven(slate: Slate, group: Group, world: World) -> Iterator[Transfer]:
    for rep, why in slate.dropped:
        owed = world.balances.get((group.id, rep), 0)
        if why.code in TIME_OFF and abs(owed) > UNIT:
            yield Transfer(group.id, rep, owed - (UNIT if owed > 0 else -UNIT), Moved.FORGIVEN)


def _earned(slate: Slate, group: Group, sharing: tuple[Member, ...], ghosts: tuple[Member, ...]) -> Iterator[Transfer]:
    """Their part of this lead, as if they were here; it is the house's until it is made up for."""
    if ghosts:
        shares = split(_weights(slate, (*ghosts, *sharing)))
        for member, share in zip(ghosts, shares[: len(ghosts)], strict=True):
            yield Transfer(group.id, member.rep, share, Moved.EARNED)


def _repaid(slate: Slate, group: Group, sharing: tuple[Member, ...], world: World) -> Iterator[Transfer]:
    """So many leads a day at most become theirs to win, and the others bear them by weight."""
    for member in sharing:
        arrears = world.balances.get((group.id, -member.rep), 0)
        last = world.repaid.get((group.id, member.rep))
        others = tuple(other for other in sharing if other.rep != member.rep)
        if arrears <= 0 or not others or (last is not None and last + A_DAY > slate.at):
            continue
        amount = min(arrears, group.repay_per_day * UNIT)
        yield Transfer(group.id, member.rep, amount, Moved.REPAID)
        parts = split(_weights(slate, others))
        borne = [amount * part // UNIT for part in parts]
        borne[0] += amount - sum(borne)
        for other, part in zip(others, borne, strict=True):
            yield Transfer(group.id, other.rep, part, Moved.BORNE)


def _after(balances: Mapping[Key, int], transfers: tuple[Transfer, ...]) -> Mapping[Key, int]:
    after = dict(balances)
    for transfer in transfers:
        after.update(move(after, transfer))
    return after


def everybody_out(slate: Slate, world: World) -> tuple[Considered, ...]:
    """Rows where nobody is left, or where nobody is chosen because the lead goes to a pool."""
    standing = _rows(slate, [(member, Code.STANDING, ()) for member in slate.standing], world)
    return (*standing, *_dropped(slate, world))


def _line(
    group: int, sharing: tuple[Member, ...], shares: tuple[int, ...], balances: Mapping[Key, int], world: World
) -> list[Contender]:
    turns = world.turns
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


def _chosen(slate: Slate, first: frozenset[int], line: list[Contender], world: World) -> tuple[int, list[Considered]]:
    """The verdict where another order than the ledger's decided; ties among the chosen by the ledger."""
    chosen = slate.chosen
    assert chosen is not None  # noqa: S101 - told by `first`
    outside = sorted(first.difference([row[2] for row in line]))
    winner = next((row[2] for row in line if row[2] in first), outside[0] if outside else 0)
    members = {member.rep: member for member in slate.standing}
    before = next((row for row in line if row[2] == winner), None)
    best = slate.best()
    others: list[Verdict] = []
    for row in line:
        if row[2] in first and row[2] != winner and before is not None:
            others.append((row[3], *_behind(before, row)))
        elif row[2] != winner and row[3] in best:
            others.append((row[3], *chosen.apart.get(row[2], chosen.others)))
    why = chosen.apart.get(winner, chosen.why)
    return winner, _rows(slate, [(members[winner], *why), *others], world)


def _behind(before: Contender, row: Contender) -> Reason:
    """Why somebody comes after another in the ledger's line."""
    if row[0] != before[0]:
        return Reason(OWED_LESS, (("most", -before[0]), ("owed", -row[0])))
    return Reason(WAITED_LESS if row[1] != before[1] else HIGHER_NUMBER, (("owed", -before[0]),))


def _named(slate: Slate, member: Member, world: World) -> Choice:
    """A rep by name, or an account's owner, outside of every group: no share, no entry."""
    if slate.chosen is not None:
        why = slate.chosen.why
    else:
        why = Reason(Code.NAMED_REP) if member.rep == slate.named else Reason(Code.BACKUP_OF, (("rep", slate.named),))
    rows = [*_rows(slate, [(member, *why)], world), *_later(slate, {member.rep}, world), *_dropped(slate, world)]
    return Choice(member.rep, why, None, (), tuple(rows))


def _later(slate: Slate, told: set[int | None], world: World) -> list[Considered]:
    """Those whom a step put behind the ones who shared, nearest rank first."""
    ranks, reasons = slate.ranks or {}, slate.rank_reasons or {}
    later = slate.chosen.others if slate.chosen else Reason(Code.LATER_IN_ORDER)
    behind = sorted((m for m in slate.standing if m.rep not in told), key=lambda m: (ranks.get(m.rep, ()), m.rep))
    return _rows(slate, [(m, *reasons.get(m.rep, later)) for m in behind], world)


def _dropped(slate: Slate, world: World) -> list[Considered]:
    members = {member.rep: member for member in slate.all}
    rows = _rows(slate, [(members[rep], *why) for rep, why in slate.dropped], world)
    if not slate.duty_asked:
        return rows
    before = [row._replace(on_duty=None) for row in rows[: slate.duty_from]]
    return before + [row._replace(on_duty=False) if row.code in DUTY else row for row in rows[slate.duty_from :]]


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
            () if rep is None or not (rep.limits or member.limits) else _received(slate.at, number, member, rep, world),
        )
        rows.append(tuple.__new__(Considered, row))  # past the slower constructor of named tuples
    return rows


def _received(at: datetime, group: int, member: Member, rep: Rep, world: World) -> tuple[tuple[str, int], ...]:
    """How many leads of this group, and over all groups, in the period of each limit: ("group.day", 3)."""

    def counts(whose: str, key: int, limits: tuple[Limit, ...]) -> list[tuple[str, int]]:
        return [(f"{whose}.{limit.period}", world.counted(key, rep, limit, at)) for limit in limits]

    return (*counts("group", group, member.limits), *counts("rep", ANY_GROUP, rep.limits))
