"""Each strategy alone: who stands, in which rank, and why the others do not."""

from dataclasses import fields
from datetime import timedelta
from decimal import Decimal

import pytest

from routing.engine.decide import decide
from routing.engine.decide.verdicts import choose
from routing.engine.ledger import LedgerEntry
from routing.engine.slate import Chosen, Ending, Outcome, Slate
from routing.engine.strategies import shelf
from routing.engine.strategy import Strategy, read_options
from routing.engine.trace import Code, reason
from routing.engine.world import Absence, AbsenceKind, Area, AreaKind, Member, Territory
from tests.engine.builders import MONDAY, NIGHT, NINE, group, hours, lead, rep, rule, rules, to_group, world
from tests.engine.narrowing import dropped, narrow, standing


def test_the_shelf_is_found_by_walking_the_folder():
    assert sorted(shelf()) == [
        "account",
        "availability",
        "capacity",
        "fixed",
        "least_loaded",
        "manual",
        "not_again",
        "offer",
        "pool",
        "priority",
        "random",
        "round_robin",
        "skills",
        "territory",
        "weighted",
    ]


@pytest.mark.parametrize("name", sorted(shelf()))
def test_every_strategy_has_a_manual_and_says_itself(name):
    strategy = shelf()[name]
    needed = {"rep": 7, "kind": "language"} | ({"field": "language"} if name == "skills" else {})
    given = {one.name: needed[one.name] for one in fields(strategy.Options) if one.name in needed}

    options, faults = read_options(strategy.Options, given)

    assert isinstance(strategy, Strategy)
    assert faults == []
    assert strategy.says(options).key.startswith(f"step.{name}")
    assert len(type(strategy).__doc__) > 80


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("fixed", {}, [("rep", "missing_option")]),
        ("fixed", {"rep": "Ana"}, [("rep", "wrong_type")]),
        ("fixed", {"rep": True}, [("rep", "wrong_type")]),
        ("fixed", {"rep": 0}, [("rep", "out_of_bounds")]),
        ("fixed", {"rep": 1, "colour": 1}, [("colour", "unknown_option")]),
        ("fixed", [], [("", "not_an_object")]),
        ("pool", {"mode": "secret"}, [("mode", "wrong_choice")]),
        (
            "priority",
            {"score_at_least": "9", "deal_size_at_least": "1"},
            [("score_at_least", "wrong_type"), ("deal_size_at_least", "wrong_type")],
        ),
        ("priority", {"deal_size_at_least": float("nan")}, [("deal_size_at_least", "out_of_bounds")]),
        ("availability", {"back_within_minutes": 0}, [("back_within_minutes", "out_of_bounds")]),
        ("territory", {"closest_first": 1}, [("closest_first", "wrong_type")]),
    ],
)
def test_a_wrong_option_is_named(name, options, expected):
    _, faults = read_options(shelf()[name].Options, options)

    assert [(fault.option, fault.code) for fault in faults] == expected


def test_availability_names_the_absence_rather_than_the_shift():
    night_leave = Absence(MONDAY, None, AbsenceKind.PAUSED)
    team = world(group(1, 1, 2, 3), reps=[rep(2, absences=(night_leave,)), rep(3, duty=())])

    assert dropped(narrow("availability", team, NIGHT)) == {1: "off_shift", 2: "paused", 3: "no_shifts"}
    assert standing(narrow("availability", team, NINE)) == [1]


def test_availability_may_take_who_is_back_soonest():
    team = world(group(1, 1, 2), reps=[rep(1, duty=(hours(1, 9, 10),)), rep(2, duty=(hours(1, 8, 10),))])

    soon = narrow("availability", team, NIGHT, back_within_minutes=9 * 60)

    assert (standing(soon), dropped(soon)) == ([2], {1: "off_shift"})
    assert standing(narrow("availability", team, NIGHT, back_within_minutes=9 * 60 - 1)) == []


@pytest.mark.parametrize(("held", "stands"), [(2, True), (3, False), (4, False)])
def test_capacity_counts_per_group_and_over_all_groups(held, stands):
    in_group = world(group(1, Member(1, cap=3)), group_load={(1, 1): held, (2, 1): 99}, load={1: 199})
    over_all = world(group(1, 1), reps=[rep(1, cap=3)], load={1: held})

    assert standing(narrow("capacity", in_group)) == ([1] if stands else [])
    assert standing(narrow("capacity", over_all)) == ([1] if stands else [])


def test_priority_takes_the_senior_tier_while_one_of_them_is_left():
    team = world(group(1, Member(1, tier=2), Member(2, tier=1), Member(3, tier=1), Member(4, tier=3)))
    high = lead(score=80)

    first = narrow("priority", team, about=high, score_at_least=80)
    others = narrow("priority", team, about=lead(score=79), score_at_least=80)

    assert [member.rep for member in first.best()] == [2, 3]
    assert [member.rep for member in others.best()] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("facts", "high"),
    [
        ({"deal_size": {"amount": 1, "currency": "USD", "base": Decimal("9999.99")}}, False),
        ({"deal_size": {"amount": 1, "currency": "USD", "base": Decimal("10000.00")}}, True),
        ({"deal_size": {"amount": 99999, "currency": "USD", "base": None}}, False),
        ({}, False),
    ],
)
def test_priority_by_deal_size_compares_the_base_amount(facts, high):
    team = world(group(1, Member(1, tier=2), Member(2, tier=1)))

    slate = narrow("priority", team, about=lead(**facts), deal_size_at_least=10000)

    assert len(slate.best()) == (1 if high else 2)


def test_priority_falls_to_the_next_tier_wherever_the_step_stands():
    team = world(group(1, Member(1, tier=1), Member(2, tier=2)), reps=[rep(1, duty=())])
    steps = [{"strategy": "priority"}, {"strategy": "availability"}, {"strategy": "round_robin"}]

    decision = decide(lead(), team, rules(rule("rest", to_group(1), steps=steps)), at=NINE)

    assert decision.rep == 2
    assert not decision.entry.forced


def test_those_of_a_later_rank_are_told_why():
    team = world(group(1, Member(1, tier=1), Member(2, tier=2)))
    steps = [{"strategy": "priority"}]

    decision = decide(lead(), team, rules(rule("rest", to_group(1), steps=steps)), at=NINE)

    assert [(row.rep, row.code.value) for row in decision.considered] == [
        (1, "only_one_left"),
        (2, "not_senior_enough"),
    ]
    assert decision.entry.reps == (1,)


PLACES = (
    Territory(1, None, (Area(AreaKind.WORLD),), frozenset({1})),
    Territory(2, None, (Area(AreaKind.COUNTRY, frozenset({"DE"})),), frozenset({2, 3})),
    Territory(3, None, (Area(AreaKind.REGION, frozenset({"DE"}), frozenset({"bayern"})),), frozenset({3})),
    Territory(4, None, (Area(AreaKind.CITY, frozenset({"DE"}), frozenset({"münchen"})),), frozenset({4})),
    Territory(5, None, (Area(AreaKind.POSTAL, frozenset({"DE"}), low="80331", high="80335"),), frozenset({5})),
    Territory(6, None, (Area(AreaKind.MARKET, industries=frozenset({"energy"})),), frozenset({6})),
)


@pytest.mark.parametrize(
    ("facts", "best", "out"),
    [
        ({"country": "FR"}, [1], {2, 3, 4, 5, 6}),
        ({"country": "DE"}, [2, 3], {4, 5, 6}),
        ({"country": "DE", "region": "BAYERN"}, [3], {4, 5, 6}),
        ({"country": "DE", "region": "Bayern", "city": " München "}, [4], {5, 6}),
        ({"country": "DE", "city": "München", "postal_code": "80333"}, [5], {6}),
        ({"country": "DE", "postal_code": "80336"}, [2, 3], {4, 5, 6}),
        ({"country": "AT", "city": "München"}, [1], {2, 3, 4, 5, 6}),
        ({"industry": "Energy"}, [6], {2, 3, 4, 5}),
        ({}, [1], {2, 3, 4, 5, 6}),
    ],
)
def test_territory_prefers_the_closest_description(facts, best, out):
    team = world(group(1, 1, 2, 3, 4, 5, 6), territories=PLACES)

    slate = narrow("territory", team, about=lead(**facts))

    assert [member.rep for member in slate.best()] == best
    assert set(dropped(slate)) == out
    assert set(dropped(slate).values()) == {"not_in_territory"}


def test_territory_counts_the_closest_of_several_that_one_rep_covers():
    city = Territory(1, None, (Area(AreaKind.CITY, names=frozenset({"bonn"})),), frozenset({1}))
    country = Territory(2, None, (Area(AreaKind.COUNTRY, frozenset({"DE"})),), frozenset({1, 2}))
    team = world(group(1, 1, 2), territories=(city, country))

    slate = narrow("territory", team, about=lead(country="DE", city="Bonn"))

    assert [member.rep for member in slate.best()] == [1]
    assert slate.rank_reasons[2].numbers == (("level", 3),)


def test_territory_may_treat_all_who_cover_the_lead_alike():
    team = world(group(1, 1, 2, 3, 4, 5, 6), territories=PLACES)

    slate = narrow("territory", team, about=lead(country="DE"), closest_first=False)

    assert [member.rep for member in slate.best()] == [1, 2, 3]


def test_fixed_keeps_one_and_the_backup_only_while_away():
    away = Absence(MONDAY, MONDAY + timedelta(days=1), AbsenceKind.LEAVE)
    here = world(group(1, 1, 2, 3), reps=[rep(2, backup=3)])
    gone = world(group(1, 1, 2, 3), reps=[rep(2, backup=3, absences=(away,))])

    assert (standing(narrow("fixed", here, rep=2)), dropped(narrow("fixed", here, rep=2))) == (
        [2],
        {1: "not_the_named_rep", 3: "not_the_named_rep"},
    )
    assert (standing(narrow("fixed", gone, rep=2)), dropped(narrow("fixed", gone, rep=2))) == (
        [3],
        {1: "not_the_named_rep", 2: "on_leave"},
    )
    assert standing(narrow("fixed", here, rep=9)) == []


@pytest.mark.parametrize("mode", ["open", "blind"])
def test_pool_ends_the_chain_in_its_mode(mode):
    slate = narrow("pool", world(group(1, 1)), mode=mode)

    assert slate.ending == Ending(Outcome.POOLED, mode)


def test_weight_zero_keeps_the_place_and_gets_nothing_in_both_ledger_strategies():
    for name in ("round_robin", "weighted"):
        team = world(group(1, Member(1, weight=0), 2, steps=[{"strategy": name}]))

        decision = decide(lead(), team, rules(rule("rest", to_group(1))), at=NINE)

        assert (decision.rep, decision.entry.reps) == (2, (2,))


def test_round_robin_ignores_weights_and_weighted_follows_them():
    counts = {}
    for name in ("round_robin", "weighted"):
        team = world(group(1, Member(1, weight=3), Member(2, weight=1), steps=[{"strategy": name}]))
        decision = decide(lead(), team, rules(rule("rest", to_group(1))), at=NINE)
        counts[name] = decision.entry.weights

    assert counts == {"round_robin": (1, 1), "weighted": (3, 1)}


def test_another_order_than_the_ledger_s_forces_the_entry():
    """As random and least busy do: who was chosen wins, everybody's share counts."""
    team = world(group(1, 1, 2, 3), balances={(1, 1): 10, (1, 2): -10})
    members = team.groups[1].members
    chosen = Chosen(frozenset({2}), reason(Code.DRAWN, chances=3), reason(Code.NOT_DRAWN, chances=3))

    choice = choose(Slate(NINE, 1, members, members, chosen=chosen), 7, team, team.groups[1])

    assert choice.entry == LedgerEntry(1, 7, (1, 2, 3), (1, 1, 1), 2, forced=True)
    assert (choice.rep, choice.reason.code.value) == (2, "drawn")
    assert {row.rep: row.code.value for row in choice.considered} == {
        2: "drawn",
        1: "not_drawn",
        3: "not_drawn",
    }
