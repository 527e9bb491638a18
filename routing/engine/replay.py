"""What happens, folded: `step` for one event on a frozen world, `Fold` for many on a private mutable copy."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from routing.engine.decide import Decision, decide
from routing.engine.ledger import Key, LedgerEntry, Moved, Transfer, move, reverse, settle
from routing.engine.ruleset import Rule, RuleSet, To
from routing.engine.trace import Trace
from routing.engine.world import ANY_GROUP, NOTHING, Account, Group, Lead, Rep, Territory, World, closest_territory


@dataclass(frozen=True, slots=True)
class Arrived:
    """A lead is ready; changes nothing in the world, decides nothing by itself."""

    at: datetime
    lead: Lead


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision stands: its entry settles, its rep's load grows."""

    at: datetime
    decision: Decision


@dataclass(frozen=True, slots=True)
class Touched:
    """A rep responded; neither load nor ledger move."""

    at: datetime
    lead: int
    rep: int


@dataclass(frozen=True, slots=True)
class Closed:
    """A lead no longer is open load of its rep (closed, released, handed over, returned)."""

    at: datetime
    lead: int
    rep: int
    group: int | None = None


@dataclass(frozen=True, slots=True)
class Declined:
    """An offer was declined, lapsed or was withdrawn: the place it took is free again, as if it never was."""

    at: datetime
    lead: int
    rep: int
    group: int | None = None
    offered: datetime | None = None  # when it was made; without it the latest that was received counts no more


@dataclass(frozen=True, slots=True)
class Accepted:
    """An offer was accepted: its place is kept, and in the limits over time it counts from now on."""

    at: datetime
    lead: int
    rep: int
    group: int | None
    offered: datetime


@dataclass(frozen=True, slots=True)
class Reopened:
    """A lead of the rep is open load again: a stage was taken back."""

    at: datetime
    lead: int
    rep: int
    group: int | None = None


@dataclass(frozen=True, slots=True)
class Moving:
    """A transfer outside of a decision: a member left."""

    at: datetime
    transfer: Transfer


@dataclass(frozen=True, slots=True)
class Taken:
    """A rep took a lead that no decision gave: claimed, handed over, assigned by hand; counted if an entry is given."""

    at: datetime
    lead: int
    rep: int
    group: int | None = None
    entry: LedgerEntry | None = None


@dataclass(frozen=True, slots=True)
class Reversed:
    """An entry is undone wholly: an approved return, a free decline."""

    at: datetime
    entry: LedgerEntry


@dataclass(frozen=True, slots=True)
class TimerDue:
    """A timer of the lead ran out."""

    at: datetime
    lead: int
    kind: str


@dataclass(frozen=True, slots=True)
class RosterChanged:
    """Groups, reps and territories as they are from now on (those named here replace those of the same id)."""

    at: datetime
    groups: tuple[Group, ...] = ()
    reps: tuple[Rep, ...] = ()
    territories: tuple[Territory, ...] | None = None
    accounts: Mapping[int, Account] | None = None
    gone_groups: frozenset[int] = frozenset()
    gone_reps: frozenset[int] = frozenset()


Event = (
    Arrived | Decided | Touched | Closed | Reopened | Declined | Accepted | Taken | Reversed | Moving | TimerDue
    | RosterChanged
)  # fmt: skip


def step(world: World, event: Event) -> World:
    """The world after the event; the given one is left as it was."""
    copy = _Copy(world)
    copy.step(event)
    return copy.world()


class Fold:
    """A run of decisions and events on a private copy of the world: what one batch, one simulation is made of."""

    def __init__(self, world: World, rules: RuleSet | None) -> None:
        self._rules = rules
        self._copy = _Copy(world)

    def decide(self, lead: Lead, at: datetime, trace: Trace | None = None, rules: RuleSet | None = None) -> Decision:
        """Decide, by these rules or the fold's own, and advance: the next decision sees this one's load and ledger."""
        decision = decide(lead, self._copy.view, rules or self._rules, at=at, trace=trace)
        self._copy.decided(decision)
        return decision

    def step(self, event: Event) -> None:
        """Advance by an event that was no decision of this fold."""
        self._copy.step(event)

    def world(self) -> World:
        """A frozen copy of the world as it stands now."""
        return self._copy.world()

    def shares(self) -> dict[Key, tuple[int, int]]:
        """(group, rep) -> (balance, turn) for every share that changed since the start: what live writes."""
        copy = self._copy
        return {key: (copy.balances.get(key, 0), copy.turns.get(key, 0)) for key in sorted(copy.changed)}

    @property
    def turn(self) -> int:
        """The number of the latest entry."""
        return self._copy.turn

    @property
    def view(self) -> World:
        """The world as it stands, to look at only: no copy, it moves with the fold."""
        return self._copy.view


class _Copy:
    """A world whose dictionaries are its own and move; `view` shows them to `decide` as a World."""

    __slots__ = (
        "balances", "changed", "group_load", "groups", "load", "received", "repaid", "reps", "turn", "turns", "view",
    )  # fmt: skip

    def __init__(self, world: World) -> None:
        self.groups, self.reps = dict(world.groups), dict(world.reps)
        self.load, self.group_load = dict(world.load), dict(world.group_load)
        self.balances, self.turns = dict(world.balances), dict(world.turns)
        self.received = {key: list(instants) for key, instants in world.received.items()}
        self.repaid = dict(world.repaid)
        self.turn = world.turn
        self.changed: set[Key] = set()
        self.view = replace(
            world,
            groups=self.groups,
            reps=self.reps,
            load=self.load,
            group_load=self.group_load,
            balances=self.balances,
            turns=self.turns,
            received=self.received,
            repaid=self.repaid,
        )

    def world(self) -> World:
        return replace(
            self.view,
            groups=dict(self.groups),
            reps=dict(self.reps),
            load=dict(self.load),
            group_load=dict(self.group_load),
            balances=dict(self.balances),
            turns=dict(self.turns),
            received={key: tuple(instants) for key, instants in self.received.items()},
            repaid=dict(self.repaid),
            turn=self.turn,
        )

    def step(self, event: Event) -> None:
        match event:
            case Decided():
                self.decided(event.decision)
            case Reversed():
                self.settle(reverse(event.entry))
            case Moving():
                self.transfer(event.transfer, event.at)
            case RosterChanged():
                self.roster(event)
            case Taken() | Closed() | Reopened() | Declined() | Accepted():
                self.held(event)
            case _:
                pass  # arrived, touched, a timer due: they move neither load nor ledger

    def held(self, event: Taken | Closed | Reopened | Declined | Accepted) -> None:
        """What changes how many leads somebody holds, or was given in a time."""
        match event:
            case Taken():
                self.carry(event.group, event.rep, 1)
                self.receive(event.group, event.rep, event.at)
                if event.entry is not None:
                    self.settle(event.entry)
            case Closed():
                self.carry(event.group, event.rep, -1)
            case Reopened():
                self.carry(event.group, event.rep, 1)
            case Declined():
                self.carry(event.group, event.rep, -1)
                self.unreceive(event.group, event.rep, event.offered)
            case Accepted():
                self.unreceive(event.group, event.rep, event.offered)
                self.receive(event.group, event.rep, event.at)

    def decided(self, decision: Decision) -> None:
        if decision.rep is not None:  # assigned, or offered: the place is taken either way
            self.carry(decision.group, decision.rep, 1)
            self.receive(decision.group, decision.rep, decision.at)
        for transfer in decision.transfers:
            self.transfer(transfer, decision.at)
        if decision.entry is not None:
            self.settle(decision.entry)

    def carry(self, group: int | None, rep: int, leads: int) -> None:
        """Open load grows or shrinks; never below nothing, should an event be told twice."""
        self.load[rep] = max(0, self.load.get(rep, 0) + leads)
        if group is not None:
            self.group_load[group, rep] = max(0, self.group_load.get((group, rep), 0) + leads)

    def receive(self, group: int | None, rep: int, at: datetime) -> None:
        """One more for the limits over time, where somebody counts."""
        for key in {(ANY_GROUP, rep), (group or ANY_GROUP, rep)}:
            if (known := self.received.get(key)) is not None:
                insort(known, at)

    def unreceive(self, group: int | None, rep: int, at: datetime | None) -> None:
        """The one of that instant, else the latest, no longer counts."""
        for key in {(ANY_GROUP, rep), (group or ANY_GROUP, rep)}:
            if known := self.received.get(key):
                known.pop(bisect_left(known, at) if at is not None and at in known else -1)

    def transfer(self, transfer: Transfer, at: datetime) -> None:
        moved = move(self.balances, transfer)
        self.balances.update(moved)
        self.changed.update(moved)
        if transfer.why is Moved.REPAID:
            self.repaid[transfer.group, transfer.rep] = at

    def settle(self, entry: LedgerEntry) -> None:
        moved = settle(self.balances, entry)
        self.balances.update(moved)
        self.changed.update(moved)
        if not entry.reverses:  # a lead taken back does not give back the place in the queue
            self.turn += 1
            self.turns[entry.group, entry.winner] = self.turn

    def roster(self, event: RosterChanged) -> None:
        self.groups.update({group.id: group for group in event.groups})
        self.reps.update({rep.id: rep for rep in event.reps})
        for number in event.gone_groups:
            self.groups.pop(number, None)
        for number in event.gone_reps:
            self.reps.pop(number, None)
        if event.territories is not None:
            self.view = replace(self.view, territories=event.territories)
        if event.accounts is not None:
            self.view = replace(self.view, accounts=event.accounts)


def replay(world: World, rules: RuleSet | None, events: Iterable[Event]) -> tuple[list[Decision], World]:
    """Decide every lead that arrives, advance by everything else, in the order given."""
    fold = Fold(world, rules)
    decisions = []
    for event in events:
        if isinstance(event, Arrived):
            decisions.append(fold.decide(event.lead, event.at))
        else:
            fold.step(event)
    return decisions, fold.world()


def reach(
    rules: RuleSet | None,
    leads: Iterable[Lead],
    territories: Sequence[Territory] = (),
    accounts: Mapping[int, Account] = NOTHING,
) -> frozenset[int]:
    """The groups these leads can touch by these rules, otherwise chains included."""
    found: set[int] = set()
    if rules is None:
        return frozenset()
    for lead in leads:
        for rule in _followed(rules, lead):
            found.update(place.id for place in (rule.destination, *rule.otherwise) if place.to in GROUPED and place.id)
            if rule.destination.to is To.TERRITORY:
                closest = closest_territory(territories, lead.folded)
                found.update(() if closest is None or closest.group is None else (closest.group,))
            if rule.destination.to is To.ACCOUNT and (account := accounts.get(lead.account or 0)) and account.group:
                found.add(account.group)
    return frozenset(found)


def named_reps(rules: RuleSet | None) -> frozenset[int]:
    """The reps that rules send to by name; their backups must be loaded with them."""
    return frozenset(
        rule.destination.id
        for rule in (rules.rules if rules else ())
        if rule.destination.to is To.REP and rule.destination.id is not None
    )


def asks_last_owner(rules: RuleSet) -> bool:
    """Whether a rule asks who last worked with the person."""
    return any(
        rule.destination.returning or any(getattr(step.options, "returning", False) for step in rule.steps or ())
        for rule in rules.rules
    )


GROUPED = frozenset({To.GROUP, To.POOL})


def _followed(rules: RuleSet, lead: Lead) -> Iterator[Rule]:
    """The rules a lead can come to: the first that holds, and on while one may pass it to the next."""
    for position in rules.index.candidates(lead.folded):
        rule = rules.rules[position]
        if rule.condition.holds(lead.folded):
            yield rule
            if not any(place.to is To.NEXT_RULE for place in rule.otherwise):
                return
