"""Replay equals live: one fold over recorded events says what a world read anew for every single step says.

The live side here keeps rows as the database does (spells, offers, entries) and makes a world of them for each lead, as
the snapshot does; the replay side gets only the events. Neither shares state with the other.
"""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine import ledger
from routing.engine.decide import canonical, decide
from routing.engine.ledger import Moved, Transfer
from routing.engine.replay import (
    Accepted,
    Arrived,
    Closed,
    Declined,
    Fold,
    Moving,
    Reopened,
    Reversed,
    RosterChanged,
    Taken,
    Touched,
    replay,
    step,
)
from routing.engine.slate import Outcome
from routing.engine.world import ANY_GROUP, Absence, AbsenceKind, Limit, Member, Rep, World
from tests.engine.builders import MONDAY, NINE, group, lead, leaf, rep, rule, rules, to_group, world
from tests.lengths import examples

pytestmark = pytest.mark.long

DUTY, ROOM = {"strategy": "availability"}, {"strategy": "capacity"}
SHARED = [DUTY, ROOM, {"strategy": "not_again"}, {"strategy": "weighted"}]
OFFERED = [*SHARED, {"strategy": "offer", "options": {"seconds": 600}}]
LEAST = [DUTY, ROOM, {"strategy": "least_loaded"}]
MINUTES = 600


def at(minutes):
    return MONDAY + timedelta(minutes=minutes)


@dataclass
class Spell:
    """As a row of the database: who has a lead since when, and whether it still is open load."""

    lead: int
    rep: int
    group: int
    given: object
    entry: object = None
    loads: bool = True
    open: bool = True
    offer: bool = False


@dataclass
class Rows:
    """The live side: rows, and a world made of them anew whenever something is decided."""

    groups: dict
    reps: dict
    spells: list = field(default_factory=list)
    entries: list = field(default_factory=list)
    barred: dict = field(default_factory=dict)

    def world(self):
        load, by_group, received = {}, {}, {}
        for spell in self.spells:
            if spell.open and spell.loads:
                load[spell.rep] = load.get(spell.rep, 0) + 1
                key = spell.group, spell.rep
                by_group[key] = by_group.get(key, 0) + 1
        for number in self.reps:
            for key in ((ANY_GROUP, number), *((one, number) for one in self.groups)):
                known = [s for s in self.spells if s.rep == number and key[0] in {ANY_GROUP, s.group}]
                received[key] = sorted(s.given for s in known if s.open or not s.offer)
        turns = {}
        for n, entry in enumerate((e for e in self.entries if not isinstance(e, Transfer) and not e.reverses), 1):
            turns[entry.group, entry.winner] = n
        return World(
            groups=dict(self.groups), reps=dict(self.reps), load=load, group_load=by_group, received=received,
            balances=ledger.replay(self.entries), turns=turns, turn=max(turns.values(), default=0),
        )  # fmt: skip


class Day:
    """What happens, one drawn act after the other, on rows; and the events it leaves."""

    def __init__(self, draw, groups, reps, ruled):
        self.draw, self.ruled = draw, ruled
        self.rows = Rows(dict(groups), dict(reps))
        self.start = self.rows.world()
        self.events, self.said = [], []
        self.now, self.leads = 0, 0

    def pick(self, found):
        return self.draw(st.sampled_from(found)) if found else None

    def held(self, **wanted):
        return [s for s in self.rows.spells if s.open and all(getattr(s, k) == v for k, v in wanted.items())]

    def arrive(self):
        self.leads += 1
        barred = frozenset(self.rows.barred.get(self.leads, ()))
        self.decide(self.leads, self.draw(st.sampled_from(["DE", "AT", "FR", "GB"])), barred)

    def decide(self, number, country, barred):
        one = lead(number, country=country)
        one = type(one)(one.id, one.facts, one.folded, barred=barred)
        decision = decide(one, self.rows.world(), self.ruled, at=at(self.now))
        self.said.append(decision)
        self.events.append(Arrived(at(self.now), one))
        if decision.rep is not None:
            offer = decision.outcome is Outcome.OFFERED
            spell = Spell(number, decision.rep, decision.group, at(self.now), decision.entry, offer=offer)
            self.rows.spells.append(spell)
        self.rows.entries += [*decision.transfers, *((decision.entry,) if decision.entry else ())]

    def answer(self):
        spell = self.pick(self.held(offer=True))
        if spell is None:
            return
        if self.draw(st.booleans()):
            self.events.append(Accepted(at(self.now), spell.lead, spell.rep, spell.group, spell.given))
            spell.offer, spell.given = False, at(self.now)
        else:
            self.events.append(Declined(at(self.now), spell.lead, spell.rep, spell.group, spell.given))
            spell.open = False
            if self.draw(st.booleans()):
                self.take_back(spell)
            self.decide(spell.lead, "AT", frozenset({spell.rep}))

    def close(self):
        spell = self.pick(self.held(offer=False, loads=True))
        if spell is not None:
            self.events.append(Closed(at(self.now), spell.lead, spell.rep, spell.group))
            spell.loads = False

    def reopen(self):
        spell = self.pick(self.held(offer=False, loads=False))
        if spell is not None:
            self.events.append(Reopened(at(self.now), spell.lead, spell.rep, spell.group))
            spell.loads = True

    def claim(self):
        number = self.draw(st.sampled_from(sorted(self.rows.groups)))
        member = self.pick([m for m in self.rows.groups[number].members if m.weight])
        if member is None:
            return
        self.leads += 1
        entry = None
        if self.draw(st.booleans()):
            sharing = [m for m in self.rows.groups[number].members if m.weight]
            reps, weights = tuple(m.rep for m in sharing), tuple(m.weight for m in sharing)
            entry = ledger.LedgerEntry(number, self.leads, reps, weights, member.rep, forced=True)
            self.rows.entries.append(entry)
        self.rows.spells.append(Spell(self.leads, member.rep, number, at(self.now), entry))
        self.events.append(Taken(at(self.now), self.leads, member.rep, number, entry))

    def take_back(self, spell):
        if spell.entry is not None:
            self.events.append(Reversed(at(self.now), spell.entry))
            self.rows.entries.append(ledger.reverse(spell.entry))
            spell.entry = None

    def give_back(self):
        spell = self.pick(self.held(offer=False, loads=True))
        if spell is not None:
            self.events.append(Closed(at(self.now), spell.lead, spell.rep, spell.group))
            spell.open = False
            self.take_back(spell)
            self.decide(spell.lead, "DE", frozenset({spell.rep}))

    def touch(self):
        spell = self.pick(self.held())
        if spell is not None:
            self.events.append(Touched(at(self.now), spell.lead, spell.rep))

    def change_rep(self):
        number = self.draw(st.sampled_from(sorted(self.rows.reps)))
        self.rows.reps[number] = self.draw(a_rep(number))
        self.events.append(RosterChanged(at(self.now), reps=(self.rows.reps[number],)))

    def change_group(self):
        number = self.draw(st.sampled_from(sorted(self.rows.groups)))
        self.rows.groups[number] = self.draw(a_group(number))
        self.events.append(RosterChanged(at(self.now), groups=(self.rows.groups[number],)))

    def lose(self):
        """Somebody leaves for good: what they are owed goes to the house."""
        number = self.draw(st.sampled_from(sorted(self.rows.reps)))
        gone = self.rows.reps.pop(number) if len(self.rows.reps) > 2 else None
        if gone is None:
            return
        self.events.append(RosterChanged(at(self.now), gone_reps=frozenset({number})))
        for (one, whose), units in sorted(ledger.replay(self.rows.entries).items()):
            if whose == number and units:
                transfer = Transfer(one, number, units, Moved.LEFT)
                self.rows.entries.append(transfer)
                self.events.append(Moving(at(self.now), transfer))


ACTS = [
    *[Day.arrive] * 6, *[Day.answer] * 2, Day.close, Day.close, Day.reopen, Day.claim, Day.give_back, Day.touch,
    Day.change_rep, Day.change_group, Day.lose,
]  # fmt: skip
SMALL = st.none() | st.integers(0, 5)


@st.composite
def a_limit(draw):
    return Limit(draw(st.sampled_from(["hour", "day"])), draw(st.integers(0, 4)), rolling=True)


@st.composite
def a_rep(draw, number):
    start, length = draw(st.integers(0, 200)), draw(st.integers(200, MINUTES))
    away = draw(st.none() | st.integers(0, MINUTES))
    absences = () if away is None else (Absence(at(away), at(away + 60), AbsenceKind.LEAVE),)
    limits = tuple(draw(st.lists(a_limit(), max_size=1)))
    return Rep(number, ((at(start), at(start + length)),), absences, draw(SMALL), limits=limits)


@st.composite
def a_group(draw, number):
    members = [
        Member(i, draw(st.integers(0, 3)), cap=draw(SMALL), limits=tuple(draw(st.lists(a_limit(), max_size=1))))
        for i in sorted(draw(st.sets(st.integers(1, 5), min_size=1)))
    ]
    return group(number, *members, steps={1: SHARED, 2: OFFERED, 3: LEAST}[number])


RULES = rules(
    rule("de", to_group(1), leaf("country", "is", "DE"), otherwise=[{"to": "hold"}]),
    rule("at", to_group(2), leaf("country", "is", "AT"), otherwise=[to_group(1)]),
    rule("fr", to_group(3), leaf("country", "is", "FR"), otherwise=[{"to": "next_rule"}]),
    rule("rest", to_group(1), otherwise=[{"to": "pool", "group": 3}]),
)


@st.composite
def days(draw):
    day = Day(
        draw, {n: draw(a_group(n)) for n in (1, 2, 3)}, {n: draw(a_rep(n)) for n in range(1, 6)}, RULES
    )  # fmt: skip
    for act in draw(st.lists(st.sampled_from(ACTS), min_size=5, max_size=40)):
        day.now += draw(st.integers(1, 25))
        act(day)
    return day


@pytest.mark.property
@settings(max_examples=examples(200), deadline=None)
@given(days())
def test_given_the_recorded_events_replay_says_what_live_said(day):
    decisions, after = replay(day.start, RULES, day.events)

    assert [canonical(one) for one in decisions] == [canonical(one) for one in day.said]
    assert {key: units for key, units in after.balances.items() if units} == {
        key: units for key, units in ledger.replay(day.rows.entries).items() if units
    }
    stands = day.rows.world()
    assert {key: n for key, n in after.load.items() if n} == stands.load
    assert {key: n for key, n in after.group_load.items() if n} == stands.group_load


@pytest.mark.property
@settings(max_examples=examples(100), deadline=None)
@given(days())
def test_one_fold_and_steps_on_frozen_worlds_agree(day):
    fold, state = Fold(day.start, RULES), day.start
    for event in day.events:
        if isinstance(event, Arrived):
            fold.decide(event.lead, event.at)
            state = replay(state, RULES, [event])[1]
        else:
            fold.step(event)
            state = step(state, event)

        assert fold.world() == state


def test_an_accepted_offer_keeps_its_place_and_counts_from_then_on():
    limited = rep(1, limits=(Limit("hour", 9, rolling=True),))
    fold = Fold(world(group(1, 1), reps=[limited], received={(ANY_GROUP, 1): ()}), None)
    fold.step(Taken(NINE, 1, 1, 1))
    fold.step(Taken(NINE + timedelta(minutes=5), 2, 1, 1))
    later = NINE + timedelta(minutes=9)
    fold.step(Accepted(later, 1, 1, 1, NINE))

    assert fold.view.load == {1: 2}
    assert fold.view.received[ANY_GROUP, 1] == [NINE + timedelta(minutes=5), later]

    fold.step(Declined(later, 2, 1, 1, NINE + timedelta(minutes=5)))

    assert (fold.view.load, fold.view.received[ANY_GROUP, 1]) == ({1: 1}, [later])


def test_who_is_gone_is_no_longer_looked_at():
    fold = Fold(world(group(1, 1, 2), group(2, 2)), rules(rule("all", to_group(2), otherwise=[to_group(1)])))
    fold.step(RosterChanged(NINE, gone_groups=frozenset({2}), gone_reps=frozenset({2})))

    assert (set(fold.view.groups), set(fold.view.reps)) == ({1}, {1})
    assert fold.decide(lead(1), NINE).rep == 1
