"""Steps combine in any order that makes sense; nonsense is refused with the reason, and odd input has an outcome."""

from dataclasses import fields, replace
from datetime import timedelta
from itertools import permutations

import pytest

from routing.engine.decide import canonical, decide
from routing.engine.replay import Arrived
from routing.engine.replay import replay as fold_all
from routing.engine.ruleset import RuleSetError, parse_steps
from routing.engine.strategies import shelf
from routing.engine.strategy import Part, read_options
from routing.engine.world import Absence, AbsenceKind, Account, Area, AreaKind, Member, Rep, Territory
from tests.engine.builders import MONDAY, NINE, group, lead, leaf, rep, rule, rules, to_group, world
from tests.engine.narrowing import TO_ONE, ask, narrow, standing, step, told

# What an option must be given where it has no default.
NEEDED = {"fixed": {"rep": 1}, "skills": {"kind": "language", "field": "language"}}
NAMES = sorted(shelf())


def problems_of(body):
    try:
        parse_steps(body)
    except RuleSetError as error:
        return [(problem.path, problem.code) for problem in error.problems]
    return []


def by_name(*names):
    return [step(name, **NEEDED.get(name, {})) for name in names]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("weighted", "availability"), [("steps[1]", "too_late")]),  # shared before anybody was left out
        (("round_robin", "capacity", "territory"), [("steps[1]", "too_late"), ("steps[2]", "too_late")]),
        (("weighted", "priority"), [("steps[1]", "too_late")]),
        (("pool", "weighted"), [("steps[1]", "nothing_after_end")]),
        (("manual", "availability"), [("steps[1]", "nothing_after_end")]),
        (("weighted", "offer", "capacity"), [("steps[2]", "nothing_after_end")]),
        (("pool", "pool"), [("steps[1]", "step_twice")]),
        (("availability", "availability"), [("steps[1]", "step_twice")]),
        (("weighted", "round_robin"), [("steps[1]", "shares_twice")]),
        (("random", "least_loaded"), [("steps[1]", "shares_twice")]),
        (("weighted", "pool"), [("steps[1]", "pool_shares_nothing")]),
        (("random", "manual"), [("steps[1]", "pool_shares_nothing")]),
        (("availability", "weighted", "availability"), [("steps[2]", "step_twice")]),
    ],
)
def test_nonsense_is_refused_with_the_reason(names, expected):
    assert problems_of(by_name(*names)) == expected


def test_two_ends_are_refused():
    for first, second in permutations(("pool", "manual", "offer"), 2):
        assert problems_of(by_name(first, second)) == [("steps[1]", "nothing_after_end")]


@pytest.mark.parametrize(
    "names",
    [
        (),
        ("availability", "capacity", "not_again", "territory", "priority", "weighted", "offer"),
        ("territory", "availability", "skills", "account", "capacity", "random"),
        ("priority", "availability", "least_loaded"),
        ("account", "not_again", "round_robin"),
        ("availability", "offer"),
        ("skills", "skills", "priority", "priority", "weighted"),  # these may stand twice
        ("fixed",),
        ("fixed", "offer"),
        ("capacity", "pool"),
        ("availability", "manual"),
    ],
)
def test_what_makes_sense_is_read(names):
    assert problems_of(by_name(*names)) == []


def test_whatever_narrows_may_stand_in_any_order_and_leaves_the_same():
    """Leaving out is leaving out: only what orders, shares or ends has its place."""
    team = world(
        group(1, Member(1, cap=1), 2, 3, 4, 5),
        reps=[rep(2, duty=()), rep(3, skills=frozenset({"language:de"}))],
        group_load={(1, 1): 1},
        territories=(Territory(1, 1, (Area(AreaKind.COUNTRY, frozenset({"DE"})),), frozenset({1, 2, 3, 4})),),
    )
    about = replace(lead(country="DE", language="de"), barred=frozenset({4}))
    narrowing = ("availability", "capacity", "not_again", "territory", "skills")

    results = set()
    for names in permutations(narrowing):
        steps = parse_steps(by_name(*names, "weighted"))
        asked = replace(team, groups={1: replace(team.groups[1], steps=steps)})
        results.add(told(ask(asked, about)))

    assert results == {("assigned", 3, "only_one_left")}


@pytest.mark.parametrize(
    ("destination", "name"),
    [
        (destination, name)
        for destination in ({"to": "rep", "rep": 1}, {"to": "account"})
        for name in NAMES
        if shelf()[name].part is Part.SHARE or name in {"pool", "manual", "account", "fixed"}
    ],
    ids=lambda value: value if isinstance(value, str) else value["to"],
)
def test_one_alone_shares_with_nobody(destination, name):
    with pytest.raises(RuleSetError) as refused:
        rules(rule("one", destination, steps=by_name(name)), rule("rest", to_group(1)))

    assert [(p.path, p.code) for p in refused.value.problems] == [("rules[0].steps[0]", "needs_group")]


WRONG = {int: ["7", 7.5, True, [], {}], str: [7, True, [], {}], bool: ["yes", 1, 0, [], {}]}


def wrong_options():
    for name in NAMES:
        for option in fields(shelf()[name].Options):
            kind = next((kind for kind in WRONG if kind.__name__ in str(option.type).split(" | ")), None)
            values = WRONG[kind] if kind else ["much", True, [], {}, float("nan"), float("inf")]
            for value in values:
                yield name, option.name, value


@pytest.mark.parametrize(("name", "option", "value"), [*wrong_options()])
def test_every_option_of_the_wrong_type_is_named(name, option, value):
    read, faults = read_options(shelf()[name].Options, {**NEEDED.get(name, {}), option: value})

    assert read is None
    assert [fault.option for fault in faults] == [option]
    assert faults[0].code in {"wrong_type", "out_of_bounds"}


@pytest.mark.parametrize(
    ("name", "options", "code"),
    [
        ("offer", {"seconds": 14}, "out_of_bounds"),
        ("offer", {"seconds": 86_401}, "out_of_bounds"),
        ("skills", {"kind": "language"}, "field_or_value"),
        ("skills", {"kind": "language", "field": "language", "value": "de"}, "field_or_value"),
        ("skills", {"kind": "language", "field": "language", "preferred_minutes": -1}, "out_of_bounds"),
        ("skills", {"field": "language"}, "missing_option"),
        ("account", {"away": "never"}, "wrong_choice"),
        ("random", {"by": "moon"}, "wrong_choice"),
        ("availability", {"there": "maybe"}, "wrong_choice"),
        ("availability", {"active_minutes": 1}, "out_of_bounds"),
        ("pool", {"mode": "OPEN"}, "wrong_choice"),
        ("round_robin", {"seconds": 1}, "unknown_option"),
    ],
)
def test_an_option_out_of_bounds_is_refused_with_the_reason(name, options, code):
    assert [fault.code for fault in read_options(shelf()[name].Options, options)[1]] == [code]


# Bad input that is no mistake of spelling: each has an outcome, and the outcome a reason.


@pytest.mark.parametrize("name", [name for name in NAMES if shelf()[name].part is Part.SHARE])
def test_all_weights_zero(name):
    none = world(group(1, Member(1, weight=0), Member(2, weight=0), steps=[step(name)]))

    assert told(ask(none)) == ("desk", None, "weight_is_zero")


@pytest.mark.parametrize("name", NAMES)
def test_a_group_of_one(name):
    alone = world(
        group(1, 1, steps=by_name(name)),
        territories=(Territory(1, 1, (Area(AreaKind.WORLD),), frozenset({1})),),
    )

    decision = ask(alone)

    ends = {"pool": ("pooled", None, "in_pool"), "manual": ("desk", None, "sent_to_desk")}
    outcome, winner, why = told(decision)
    if name in ends:
        assert (outcome, winner, why) == ends[name]
    else:
        assert (outcome, winner) == ("offered" if name == "offer" else "assigned", 1)
        assert why in {"only_one_left", "drawn", "least_busy"}


def test_everybody_off_for_a_year():
    year = Absence(MONDAY, MONDAY + timedelta(days=365), AbsenceKind.LEAVE)
    duty = tuple((MONDAY + timedelta(days=d, hours=8), MONDAY + timedelta(days=d, hours=18)) for d in range(35))
    off = world(
        group(1, 1, 2, steps=[step("availability"), step("weighted")]),
        reps=[Rep(1, duty, (year,)), Rep(2, duty, (year,))],
    )
    waits = rules(rule("all", to_group(1), otherwise=[{"to": "hold"}]))

    assert told(ask(off)) == ("desk", None, "nobody_on_duty")
    assert told(decide(lead(), off, waits, at=NINE)) == ("desk", None, "nobody_coming")


@pytest.mark.parametrize(
    ("members", "people"),
    [((Member(1, cap=0), Member(2, cap=0)), []), ((1, 2), [rep(1, cap=0), rep(2, cap=0)])],
    ids=["of the membership", "of the rep"],
)
def test_a_cap_of_zero_takes_nothing(members, people):
    full = world(group(1, *members, steps=[step("capacity"), step("weighted")]), reps=people)

    assert told(ask(full)) == ("desk", None, "nobody_left")
    assert {dict(row.numbers)["most"] for row in ask(full).considered} == {0}


def land(number, kind, reps, **area):
    return Territory(number, 1, (Area(kind, **area),), frozenset(reps))


GERMANY = {"countries": frozenset({"DE"})}


@pytest.mark.parametrize(
    ("territories", "country", "expected"),
    [
        ([land(1, AreaKind.COUNTRY, {1}, **GERMANY), land(2, AreaKind.COUNTRY, {2}, **GERMANY)], "DE", [1, 2]),
        ([land(1, AreaKind.COUNTRY, {1}, **GERMANY), land(2, AreaKind.WORLD, {1, 2})], "DE", [1]),
        ([land(1, AreaKind.COUNTRY, {1}, **GERMANY)], "FR", []),
        ([land(1, AreaKind.COUNTRY, {1}, **GERMANY)], None, []),
        ([], "DE", []),
    ],
    ids=["two overlap", "one in the other", "none that fits", "the lead says nothing", "none at all"],
)
def test_territories_that_overlap_or_do_not_fit(territories, country, expected):
    team = world(group(1, 1, 2, steps=[step("territory"), step("weighted")]), territories=tuple(territories))
    about = lead(country=country) if country else lead()

    slate, decision = narrow("territory", team, about=about), ask(team, about)

    assert [member.rep for member in slate.best()] == expected
    assert told(decision)[0] == ("assigned" if expected else "desk")
    assert expected or decision.reason.code.value == "nobody_left"


def test_of_a_thousand_rules_the_right_one_decides():
    bodies = [
        rule(f"r{n}", to_group(1 + n % 2), leaf("country", "is", "DE" if n == 999 else "FR")) for n in range(1000)
    ]
    many = rules(*bodies, rule("rest", to_group(1)))

    decision = decide(lead(country="DE"), world(group(1, 1), group(2, 2)), many, at=NINE)

    assert (decision.group, decision.rep) == (2, 2)
    assert decision.rule == many.rules[999].key


def test_an_account_whose_owner_left_is_shared():
    team = world(group(1, 1, steps=[step("account", away="wait"), step("weighted")]), accounts={5: Account(5, 9, 1)})

    assert told(ask(team, lead(account=5))) == ("assigned", 1, "only_one_left")


def test_a_member_who_is_no_rep_any_more_is_left_out():
    team = world(group(1, 1, 2, steps=[step("availability"), step("weighted")]))
    team = replace(team, reps={2: team.reps[2]})

    decision = ask(team)

    assert told(decision) == ("assigned", 2, "only_one_left")
    assert [row.code.value for row in decision.considered] == ["only_one_left", "rep_missing"]


def test_clocks_that_jump_back_are_taken_as_told():
    """The events of a fold may lie before each other: turns, load and balances go on all the same."""
    instants = [NINE, NINE - timedelta(hours=1), NINE + timedelta(days=3), NINE - timedelta(days=30)]
    team = world(group(1, 1, 2, steps=[step("weighted")]))

    decisions, after = fold_all(team, TO_ONE, [Arrived(at, lead(n)) for n, at in enumerate(instants, start=1)])

    assert [decision.rep for decision in decisions] == [1, 2, 1, 2]
    assert [decision.at for decision in decisions] == instants
    assert set(after.balances.values()) == {0}


@pytest.mark.parametrize("name", NAMES)
def test_no_step_raises_on_an_empty_slate_or_an_unknown_rep(name):
    nobody = world(group(1, steps=[]))
    stranger = replace(world(group(1, 7, steps=[])), reps={})
    since = replace(lead(language="de", score=99, country="DE"), since=NINE + timedelta(days=1), last_owner=99)

    for team in (nobody, stranger):
        slate = narrow(name, team, about=since, **NEEDED.get(name, {}))
        assert set(standing(slate)) <= {7}


def test_the_same_question_has_the_same_answer_to_the_letter():
    team = world(group(1, 1, 2, 3, steps=[step("availability"), step("random")]))

    assert canonical(ask(team)) == canonical(ask(team))
