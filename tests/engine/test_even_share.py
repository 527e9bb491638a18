"""Leads kept for an even share beside those shared by weight: which they are, who gets them, what is kept of it."""

from collections import Counter
from dataclasses import replace
from json import dumps, loads
from math import sqrt

import pytest

from routing.engine.again import again
from routing.engine.decide import record
from routing.engine.frozen import print_group, read_group
from routing.engine.ledger import UNIT
from routing.engine.replay import Fold
from routing.engine.strategies.weighted import is_even
from routing.engine.world import Account, Member
from tests.engine.builders import NINE, group, lead, world
from tests.engine.narrowing import TO_ONE, ask, step, told, verdicts

WEIGHED = [step("weighted")]


def team(*weights, percent=20, steps=WEIGHED, accounts=None):
    members = [Member(number, weight=weight) for number, weight in enumerate(weights, start=1)]
    return world(group(1, *members, steps=steps, even_percent=percent), accounts=accounts or {})


def even(decision):
    return decision.asked.get("even")


def first_even(percent=20, after=0):
    return next(number for number in range(after + 1, 10_000) if is_even(number, percent))


def first_other(percent=20):
    return next(number for number in range(1, 10_000) if not is_even(number, percent))


@pytest.mark.parametrize(("percent", "share"), [(10, 0.1), (20, 0.2), (50, 0.5)])
def test_so_many_of_100_leads_and_the_same_ones_always(percent, share):
    n = 20_000
    found = [number for number in range(1, n + 1) if is_even(number, percent)]

    assert abs(len(found) - n * share) <= 5 * sqrt(n * share * (1 - share))
    assert found == [number for number in range(1, n + 1) if is_even(number, percent)]
    assert set(found) <= {number for number in range(1, n + 1) if is_even(number, percent + 10)}
    assert not any(is_even(number, 0) for number in range(1, 1_000))


def test_the_lots_stay_as_they_are():
    """Another way to draw would make decisions of before come out otherwise."""
    assert [number for number in range(1, 11) if is_even(number, 20)] == [9]
    assert [number for number in range(1, 11) if is_even(number, 50)] == [1, 4, 7, 9]


def test_which_leads_they_are_does_not_hang_on_the_order_they_come_in():
    numbers = list(range(1, 60))
    forwards, backwards = Fold(team(3, 1, 1), TO_ONE), Fold(team(3, 1, 1), TO_ONE)

    one = {number: even(forwards.decide(lead(number), NINE)) for number in numbers}
    other = {number: even(backwards.decide(lead(number), NINE)) for number in reversed(numbers)}

    assert one == other
    assert set(one.values()) == {True, False}


def test_an_even_lead_is_drawn_by_lot_and_counts_the_same_for_all():
    decision = ask(team(7, 2, 1), lead(first_even()))

    assert told(decision) == ("assigned", decision.rep, "drawn_evenly")
    assert dict(decision.reason.numbers) == {"percent": 20}
    assert set(verdicts(decision).values()) == {"drawn_evenly", "not_drawn_evenly"}
    assert (decision.entry.weights, decision.entry.forced) == ((1, 1, 1), True)
    assert even(decision) is True


def test_another_lead_goes_by_weight_and_says_it_was_not_even():
    decision = ask(team(7, 2, 1), lead(first_other()))

    assert told(decision) == ("assigned", 1, "owed_most")
    assert (decision.entry.weights, decision.entry.forced) == ((7, 2, 1), False)
    assert even(decision) is False


@pytest.mark.parametrize(
    ("steps", "given"),
    [
        (WEIGHED, {"percent": 0}),
        ([step("round_robin")], {}),
        ([step("random", by="weight")], {}),
        # chosen by another order before weights are asked
        ([step("account"), *WEIGHED], {"accounts": {5: Account(5, owner=2, group=1)}}),
    ],
)
def test_where_weights_do_not_decide_nothing_is_said_of_it(steps, given):
    for number in (first_even(), first_other()):
        assert even(ask(team(3, 1, steps=steps, **given), lead(number, account=5))) is None


def test_the_lot_falls_on_everybody_alike_whatever_the_weights_and_the_others_share_by_weight():
    """The ledger alone would not do: what it owes of weighted leads weighs the even ones, too (measured: 1.8 times)."""
    weights = (200, 200, 200, 50, 50, 50, 50, 50, 100, 50)
    fold = Fold(team(*weights), TO_ONE)
    drawn, weighed = Counter(), Counter()
    for number in range(1, 8_001):
        decision = fold.decide(lead(number), NINE)
        (drawn if even(decision) else weighed)[decision.rep] += 1

    n, all_others = drawn.total(), weighed.total()
    assert all(abs(drawn[r] - n / 10) <= 5 * sqrt(n * 0.09) for r in range(1, 11))
    for number, weight in enumerate(weights, start=1):
        assert weighed[number] == pytest.approx(all_others * weight / 1_000, rel=0.15)


def test_nobody_of_weight_nothing_is_drawn_and_nobody_who_had_it():
    number = first_even()
    nothing = team(1, 0, 5, steps=[step("not_again"), *WEIGHED])
    first = ask(nothing, lead(number)).rep

    second = ask(nothing, replace(lead(number), barred=frozenset({first})))

    assert {first, second.rep} == {1, 3}
    assert even(second) is True


def test_balances_still_sum_to_nothing():
    fold = Fold(team(5, 3, 1), TO_ONE)

    for number in range(1, 200):
        fold.decide(lead(number), NINE)

    assert sum(balance for balance, _turn in fold.shares().values()) == 0
    assert all(abs(balance) < 10 * UNIT for balance, _turn in fold.shares().values())


@pytest.mark.parametrize("number", [first_even(), first_other()])
def test_it_is_decided_again_from_what_is_kept(number):
    given = team(7, 2, 1)
    decision = ask(given, lead(number))
    kept = loads(dumps(record(decision)))
    printed = loads(dumps(print_group(given.groups[1], given.reps)))

    made = again(kept, prints=[printed], facts={}, folded={}, rules=TO_ONE)

    assert record(made) == kept


def test_prints_from_before_are_read_and_stay_what_they_were():
    given = team(7, 2, 1, percent=0)

    printed = print_group(given.groups[1], given.reps)

    assert "even_percent" not in printed
    assert read_group(printed)[0].even_percent == 0
    with_it = print_group(team(7, 2, 1).groups[1], given.reps)
    assert read_group(with_it)[0].even_percent == 20
