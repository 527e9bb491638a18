"""How a chain ends when nobody simply gets the lead: an offer, a pool, a manager; and who is named."""

from dataclasses import replace
from datetime import timedelta

import pytest

from routing.engine.world import Account, Member
from tests.engine.builders import NIGHT, NINE, group, lead, rep, rule, rules, to_group, world
from tests.engine.narrowing import ask, step, told, verdicts

OFFERED = [step("availability"), step("weighted"), step("offer", seconds=90)]


def barred(*reps):
    return replace(lead(), barred=frozenset(reps))


def test_an_offer_is_to_whoever_is_owed_most_and_ends_in_time():
    decision = ask(world(group(1, 1, 2, 3, steps=OFFERED), balances={(1, 2): 50}))

    assert told(decision) == ("offered", 2, "owed_most")
    assert decision.until == NINE + timedelta(seconds=90)
    assert (decision.entry.winner, decision.entry.forced) == (2, False)  # it takes the turn


@pytest.mark.parametrize(
    ("had", "expected"),
    [
        ((), ("offered", 1)),
        ((1,), ("offered", 2)),
        ((1, 2), ("offered", 3)),
        ((1, 2, 3), ("desk", None)),
    ],
)
def test_who_declined_is_not_asked_again(had, expected):
    decision = ask(world(group(1, 1, 2, 3, steps=OFFERED)), barred(*had))

    assert told(decision)[:2] == expected
    assert {rep for rep, code in verdicts(decision).items() if code == "declined"} == set(had)


def test_an_offer_among_those_chosen_by_another_order():
    """With the lot, or the least busy, the one chosen is asked; after a no the choice is among the rest."""
    team = world(group(1, 1, 2, 3, steps=[step("least_loaded"), step("offer")]), load={1: 0, 2: 1, 3: 2})

    first, second = ask(team), ask(team, barred(1))

    assert told(first) == ("offered", 1, "least_busy")
    assert second.outcome.value == "offered"
    assert second.rep == 2
    assert told(second)[2] == "least_busy"


def test_a_lot_that_is_offered_falls_on_others_after_a_no():
    team = world(group(1, 1, 2, 3, steps=[step("random"), step("offer")]))
    for number in range(1, 60):
        first = ask(team, lead(number)).rep
        again = ask(team, replace(lead(number), barred=frozenset({first})))

        assert again.outcome.value == "offered"
        assert again.rep != first


def test_an_account_s_owner_is_asked_and_after_a_no_the_others():
    team = world(
        group(1, 1, 2, 3, steps=[step("account"), step("weighted"), step("offer")]), accounts={5: Account(5, 3, 1)}
    )

    assert told(ask(team, lead(account=5))) == ("offered", 3, "owns_account")
    assert told(ask(team, replace(lead(account=5), barred=frozenset({3})))) == ("offered", 1, "lowest_number")


@pytest.mark.parametrize("mode", ["open", "blind", "broadcast"])
def test_a_pool_has_a_mode_and_takes_no_turn(mode):
    decision = ask(world(group(1, 1, 2, steps=[step("pool", mode=mode)])))

    assert told(decision) == ("pooled", None, "in_pool")
    assert (decision.mode, decision.group, decision.entry) == (mode, 1, None)


def test_a_broadcast_is_to_those_left_and_a_pool_of_nobody_is_none():
    steps = [step("availability"), step("capacity"), step("pool", mode="broadcast")]
    team = world(group(1, 1, Member(2, cap=0), 3, Member(4, weight=0), steps=steps), reps=[rep(3, duty=())])

    there, night = ask(team), ask(team, at=NIGHT)

    assert told(there) == ("pooled", None, "in_pool")
    assert verdicts(there) == {1: "standing", 4: "standing", 2: "at_cap", 3: "no_shifts"}  # a pool knows no weights
    assert told(night) == ("desk", None, "nobody_on_duty")


def test_by_hand_is_the_manager_s_whoever_is_there():
    steps = [step("availability"), step("manual")]
    team = world(group(1, 1, 2, steps=steps), reps=[rep(2, duty=())])

    day, night = ask(team), ask(team, at=NIGHT)

    assert told(day) == told(night) == ("desk", None, "sent_to_desk")
    assert day.group == night.group == 1
    assert verdicts(day) == {1: "standing", 2: "no_shifts"}


def test_a_named_rep_waits_for_an_answer_too_where_the_rule_says_offer():
    decision = ask(
        world(reps=[rep(4)]),
        ruled=rules(rule("one", {"to": "rep", "rep": 4}, steps=[step("offer")]), rule("rest", to_group(1))),
    )

    assert told(decision) == ("offered", 4, "named_rep")
    assert decision.entry is None
