"""Who gets it among those left: the least busy, and by lot."""

from collections import Counter
from dataclasses import replace
from math import sqrt

import pytest

from routing.engine.strategies.random import lot
from routing.engine.world import Member
from tests.engine.builders import group, lead, rep, world
from tests.engine.narrowing import TO_ONE, ask, narrow, step, told, verdicts

BUSY = [step("least_loaded")]
LOT = [step("random")]


@pytest.mark.parametrize(
    ("members", "caps", "held", "first"),
    [
        ((1, 2, 3), {1: 10, 2: 10, 3: 10}, {1: 4, 2: 3, 3: 5}, {2}),
        ((1, 2, 3), {1: 10, 2: 20, 3: 10}, {1: 4, 2: 5, 3: 5}, {2}),  # 5 of 20 is less than 4 of 10
        ((1, 2, 3), {1: 10, 2: 20, 3: None}, {1: 4, 2: 5, 3: 3}, {3}),  # one without limit: plain numbers
        ((1, 2, 3), {1: 3, 2: 6, 3: 9}, {1: 1, 2: 2, 3: 3}, {1, 2, 3}),  # thirds all of them
        ((1, 2, 3), {}, {}, {1, 2, 3}),
        ((1, 2, 3), {1: 0, 2: 1, 3: 1}, {2: 1, 3: 1}, {1}),  # a limit of 0 cannot be a share of anything
        ((Member(1, weight=0), 2, 3), {}, {2: 2, 3: 1}, {3}),
        ((1,), {}, {1: 99}, {1}),
    ],
)
def test_the_least_busy_come_first(members, caps, held, first):
    people = [rep(number, cap=cap) for number, cap in caps.items()]

    slate = narrow("least_loaded", world(group(1, *members), reps=people, load=held))

    assert slate.chosen.reps == first


@pytest.mark.parametrize(
    ("own", "of_group", "over_all", "first"),
    [
        ((4, 4), {(1, 1): 2, (1, 2): 1}, {1: 0, 2: 90}, {2}),  # the group's limit: the group's leads count
        ((None, None), {(1, 1): 2, (1, 2): 1}, {1: 0, 2: 90}, {1}),  # none: all of the rep's leads count
        ((4, None), {(1, 1): 1}, {1: 50, 2: 1}, {1, 2}),  # mixed, one without any limit: plain numbers
    ],
)
def test_the_limit_of_the_group_comes_before_the_rep_s_own(own, of_group, over_all, first):
    members = [Member(number, cap=cap) for number, cap in enumerate(own, start=1)]

    slate = narrow("least_loaded", world(group(1, *members), group_load=of_group, load=over_all))

    assert slate.chosen.reps == first


def test_ties_among_the_least_busy_go_by_fair_turns_and_the_entry_is_forced():
    team = world(group(1, 1, 2, 3, steps=BUSY), load={1: 1, 2: 1, 3: 9}, balances={(1, 2): 5, (1, 3): 900})

    decision = ask(team)

    assert told(decision) == ("assigned", 2, "least_busy")
    assert verdicts(decision) == {2: "least_busy", 1: "owed_less", 3: "busier"}
    assert dict(decision.reason.numbers) == {"held": 1, "most": None}
    assert (decision.entry.reps, decision.entry.winner, decision.entry.forced) == ((1, 2, 3), 2, True)


def test_the_least_busy_of_those_of_the_best_rank():
    """Somebody idle of a lower tier does not come before a senior who is busy."""
    team = world(
        group(1, Member(1, tier=2), Member(2, tier=1), Member(3, tier=1), steps=[step("priority"), *BUSY]),
        load={1: 0, 2: 5, 3: 4},
    )

    assert told(ask(team)) == ("assigned", 3, "least_busy")


def test_the_same_lead_draws_the_same_lot_until_somebody_had_it():
    team = world(group(1, 1, 2, 3, 4, steps=LOT))

    drawn = [ask(team, lead(7)).rep for _ in range(5)]

    assert len(set(drawn)) == 1
    assert len({lot(7, tries) % 4 for tries in range(40)}) == 4


@pytest.mark.parametrize(
    ("by", "weights", "chances"),
    [
        ("equal", {1: 1, 2: 1, 3: 1, 4: 1}, {1: 0.25, 2: 0.25, 3: 0.25, 4: 0.25}),
        ("equal", {1: 1, 2: 9, 3: 0}, {1: 0.5, 2: 0.5, 3: 0}),
        ("weight", {1: 1, 2: 2, 3: 5}, {1: 0.125, 2: 0.25, 3: 0.625}),
        ("weight", {1: 1, 2: 0, 3: 3}, {1: 0.25, 2: 0, 3: 0.75}),
    ],
)
def test_over_ten_thousand_leads_everybody_has_their_chance(by, weights, chances):
    """Five standard deviations: a lot that leans would be seen, one that does not never fails."""
    count = 10_000
    members = [Member(number, weight=weight) for number, weight in weights.items()]
    team = world(group(1, *members))

    drawn = Counter(
        next(iter(narrow("random", team, about=lead(number), by=by).chosen.reps)) for number in range(1, count + 1)
    )

    for number, chance in chances.items():
        assert abs(drawn[number] - count * chance) <= 5 * sqrt(count * chance * (1 - chance))


def test_the_lot_never_falls_on_who_had_it():
    for number in range(1, 200):
        team = world(group(1, 1, 2, 3, steps=[step("not_again"), *LOT]))
        first = ask(team, lead(number)).rep
        second = ask(team, _again(number, {first})).rep
        third = ask(team, _again(number, {first, second})).rep

        assert {first, second, third} == {1, 2, 3}


def _again(number, barred):
    return replace(lead(number), barred=frozenset(barred))


def test_a_lot_among_nobody_leaves_nobody():
    nobody = world(group(1, Member(1, weight=0), steps=LOT))

    assert told(ask(nobody, ruled=TO_ONE)) == ("desk", None, "weight_is_zero")


def test_the_lot_says_among_how_many_chances_it_fell():
    decision = ask(world(group(1, Member(1, weight=3), Member(2, weight=1), steps=[step("random", by="weight")])))

    assert decision.reason.numbers == (("chances", 4),)
    assert set(verdicts(decision).values()) == {"drawn", "not_drawn"}
    assert decision.entry.weights == (3, 1)
    assert decision.entry.forced
