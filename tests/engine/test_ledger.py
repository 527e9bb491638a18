"""The ledger keeps its proved bounds, its sum of zero, and can be undone and replayed exactly."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine.ledger import HOUSE, UNIT, LedgerEntry, leave, move, replay, reverse, settle, split
from routing.engine.replay import Fold
from routing.engine.world import Group, Lead, Member, World
from tests.engine.builders import MONDAY, group, lead, rule, rules, to_group, world
from tests.lengths import examples

WEIGHTS = st.lists(st.integers(0, 10), min_size=1, max_size=8).filter(any)


@pytest.mark.property
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60).filter(any))
def test_split_is_exact_and_nobody_is_a_unit_off(weights):
    shares = split(tuple(weights))

    assert sum(shares) == UNIT
    assert all(
        abs(Fraction(UNIT * weight, sum(weights)) - share) < 1 for weight, share in zip(weights, shares, strict=True)
    )
    assert all(share == 0 for weight, share in zip(weights, shares, strict=True) if weight == 0)


@pytest.mark.parametrize("count", range(1, 25))
def test_split_of_up_to_24_equals_is_exact(count):
    assert split((3,) * count) == (UNIT // count,) * count


def test_split_gives_the_remainder_to_the_first_of_equal_ones():
    shares = split((1,) * 25)

    left_over = UNIT - 25 * (UNIT // 25)
    assert shares == (UNIT // 25 + 1,) * left_over + (UNIT // 25,) * (25 - left_over)


@pytest.mark.parametrize("weights", [(), (0,), (0, 0), (-1, 2)])
def test_split_refuses_what_cannot_be_shared(weights):
    with pytest.raises(ValueError, match="weights"):
        split(weights)


def _everybody(members):
    """A world of one group, nobody ever off duty, shared by weight."""
    return World(groups={1: Group(1, members, world(group(1, 1, steps=[{"strategy": "weighted"}])).groups[1].steps)})


ALL_TO_ONE = rules(rule("all", to_group(1)))


def _harmonic(count):
    return sum(Fraction(1, i) for i in range(1, count + 1))


class Account:
    """An independent book: exact fractions of what each was entitled to and received."""

    def __init__(self):
        self.entitled, self.received = Counter(), Counter()

    def add(self, entry):
        total = sum(entry.weights)
        for one, weight in zip(entry.reps, entry.weights, strict=True):
            self.entitled[one] += Fraction(weight, total)
        self.received[entry.winner] += 1

    def deviation(self, one):
        return self.received[one] - self.entitled[one]


@pytest.mark.property
@settings(max_examples=examples(150), deadline=None)
@given(st.lists(WEIGHTS.filter(lambda weights: len(weights) == 5), min_size=1, max_size=80))
def test_everyone_on_duty_stays_within_the_first_bound(per_lead):
    """T1: received < entitled + 1 and entitled - received <= H_n - 1, while weights change at each lead."""
    book, count = Account(), 5
    fold = Fold(_everybody(()), ALL_TO_ONE)
    state = fold.world()
    for number, weights in enumerate(per_lead):
        positive = [weight + 1 for weight in weights]
        members = tuple(Member(i + 1, weight) for i, weight in enumerate(positive))
        state = World(groups=_everybody(members).groups, balances=state.balances, turns=state.turns, turn=state.turn)
        fold = Fold(state, ALL_TO_ONE)
        book.add(fold.decide(Lead(number, {}, {}), MONDAY).entry)
        state = fold.world()

        assert sum(state.balances.values()) == 0
        for one in range(1, count + 1):
            assert book.deviation(one) < 1
            assert -book.deviation(one) <= _harmonic(count) - 1


@st.composite
def _hostile(draw):
    """Any pattern of duty and weights: for each lead who takes part, and with which weight."""
    count = draw(st.integers(2, 7))
    row = st.lists(st.integers(0, 9), min_size=count, max_size=count).filter(any)
    return count, draw(st.lists(row, min_size=1, max_size=120))


@pytest.mark.property
@settings(max_examples=examples(1000), deadline=None)
@given(_hostile())
def test_any_pattern_of_duty_and_weights_stays_within_the_second_bound(hostile):
    """T2: entitled - received <= n - H_n and received - entitled <= n - 2 + 1/n, for ever."""
    count, per_lead = hostile
    book, balances, turns = Account(), {}, {}
    for number, weights in enumerate(per_lead):
        members = tuple(Member(i + 1, weight) for i, weight in enumerate(weights))
        state = World(groups=_everybody(members).groups, balances=balances, turns=turns, turn=number)
        fold = Fold(state, ALL_TO_ONE)
        book.add(fold.decide(Lead(number, {}, {}), MONDAY).entry)
        balances, turns = fold.world().balances, fold.world().turns

        assert sum(balances.values()) == 0
        for one in range(1, count + 1):
            assert -book.deviation(one) <= count - _harmonic(count)
            assert book.deviation(one) <= count - 2 + Fraction(1, count)
            assert abs(Fraction(balances.get((1, one), 0), UNIT) + book.deviation(one)) <= Fraction(number + 1, UNIT)


@pytest.mark.property
@given(st.integers(1, 24), st.integers(1, 4))
def test_equal_weights_and_full_duty_are_strict_round_robin(count, rounds):
    members = tuple(range(1, count + 1))
    fold = Fold(world(group(1, *members, steps=[{"strategy": "round_robin"}])), ALL_TO_ONE)

    got = [fold.decide(lead(number), MONDAY).rep for number in range(count * rounds)]

    assert got == list(members) * rounds


def test_ties_go_to_the_longest_wait():
    turns = {(1, 1): 7, (1, 2): 3, (1, 3): 5}
    fold = Fold(world(group(1, 1, 2, 3, steps=[]), turns=turns, turn=7), ALL_TO_ONE)

    assert [fold.decide(lead(number), MONDAY).rep for number in range(3)] == [2, 3, 1]


@st.composite
def _entries(draw):
    entries = []
    for number in range(draw(st.integers(1, 30))):
        reps = tuple(sorted(draw(st.sets(st.integers(1, 6), min_size=1))))
        weights = tuple(draw(st.integers(1, 9)) for _ in reps)
        # a forced winner may stand outside of those who share
        entries.append(LedgerEntry(1, number, reps, weights, draw(st.integers(1, 7)), forced=True))
    return entries


@pytest.mark.property
@given(_entries(), st.randoms())
def test_entries_replay_to_the_balances_and_reverse_to_nothing(entries, random):
    balances = replay(entries)
    undone = [reverse(entry) for entry in entries]
    random.shuffle(undone)

    assert sum(balances.values()) == 0
    assert set(replay([*entries, *undone]).values()) == {0}


def test_settle_leaves_the_given_balances_alone():
    balances = {(1, 1): 5}
    changed = settle(balances, LedgerEntry(1, 9, (1, 2), (1, 1), 2))

    assert (balances, changed) == ({(1, 1): 5}, {(1, 1): 5 + UNIT // 2, (1, 2): -UNIT // 2})


def test_a_leaving_member_hands_the_balance_to_the_house():
    balances = {(1, 4): -70, (1, -4): 5, (1, HOUSE): 60}

    for transfer in leave(balances, 1, 4):
        balances |= move(balances, transfer)

    assert balances == {(1, 4): 0, (1, -4): 0, (1, HOUSE): -5}


def test_no_burst_on_return():
    """Who was away for 50 leads gets at most one more than the others in the leads that follow."""
    fold = Fold(world(group(1, 1, 2, 3, steps=[])), ALL_TO_ONE)
    for number in range(4):
        fold.decide(lead(number), MONDAY)
    away = Fold(
        World(groups=world(group(1, 1, 2, steps=[])).groups, balances=fold.world().balances, turns=fold.world().turns),
        ALL_TO_ONE,
    )
    for number in range(50):
        away.decide(lead(number), MONDAY)
    back = Fold(
        World(groups=world(group(1, 1, 2, 3, steps=[])).groups, balances=away.world().balances),
        ALL_TO_ONE,
    )

    got = Counter(back.decide(lead(number), MONDAY).rep for number in range(9))

    assert max(got.values()) - min(got.values()) <= 1
