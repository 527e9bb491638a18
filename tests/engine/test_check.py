"""What a look over a rule set finds."""

from dataclasses import replace

import pytest

from leads.conditions import EVERYTHING, parse
from routing.engine.check import Severity, check
from routing.engine.ruleset import Place, Rule, RuleSet, To
from routing.engine.world import Absence, AbsenceKind, Area, AreaKind, Member, Territory, World
from tests.engine.builders import CATALOGUE, MONDAY, group, leaf, rep, rule, rules, to_group, world

GERMAN = leaf("country", "is", "DE")
NEXT = [{"to": "next_rule"}]
TEAM = world(group(1, 1, 2), group(2, 3))


def found(ruled, state=TEAM):
    return [(one.severity.value, one.code, one.rule, dict(one.numbers)) for one in check(ruled, state)]


def test_a_sound_rule_set_has_nothing_to_say():
    assert found(rules(rule("german", to_group(1), GERMAN), rule("rest", to_group(2)))) == []


@pytest.mark.parametrize(
    ("bodies", "expected"),
    [
        ([], [("error", "no_rules", None, {})]),
        (
            [rule("all", to_group(1)), rule("german", to_group(2), GERMAN), rule("rest", to_group(2))],
            [
                ("warning", "never_reached", "r2", {"by": 1, "name": "all"}),
                ("warning", "never_reached", "r3", {"by": 1, "name": "all"}),
            ],
        ),
        (
            [rule("all", to_group(1), otherwise=NEXT), rule("rest", to_group(2))],
            [],
        ),
        (
            [rule("all", {"to": "reject", "reason": "closed"}, otherwise=NEXT), rule("rest", to_group(2))],
            [("warning", "never_reached", "r2", {"by": 1, "name": "all"})],
        ),
        (
            [
                rule("big", to_group(1), leaf("employees", "at_least", 5)),
                rule("also big", to_group(2), leaf("employees", "at_least", 5)),
                rule("rest", to_group(2)),
            ],
            [("warning", "never_reached", "r2", {"by": 1, "name": "big"})],
        ),
        (
            [
                rule("dach", to_group(1), leaf("country", "one_of", ["DACH"])),
                rule("romandie", to_group(2), {"all": [leaf("country", "is", "CH"), leaf("language", "is", "fr")]}),
                rule("rest", to_group(2)),
            ],
            [("warning", "never_reached", "r2", {"by": 1, "name": "dach"})],
        ),
        (
            [
                rule("romandie", to_group(2), {"all": [leaf("country", "is", "CH"), leaf("language", "is", "fr")]}),
                rule("dach", to_group(1), leaf("country", "one_of", ["DACH"])),
                rule("rest", to_group(2)),
            ],
            [],
        ),
        (
            [
                rule("not german", to_group(1), {"none": [GERMAN]}),
                rule("german", to_group(2), GERMAN),
                rule("rest", to_group(2)),
            ],
            [],
        ),
        (
            [
                rule("both", to_group(1), {"all": [GERMAN, leaf("country", "is", "FR")]}),
                rule("rest", to_group(2)),
            ],
            [("warning", "never_matches", "r1", {})],
        ),
        (
            [rule("rest", to_group(9), otherwise=[to_group(8)])],
            [("error", "unknown_group", "r1", {"group": 9}), ("error", "unknown_group", "r1", {"group": 8})],
        ),
        (
            [rule("rest", {"to": "rep", "rep": 9})],
            [("error", "unknown_rep", "r1", {"rep": 9})],
        ),
        (
            [rule("rest", to_group(1), steps=[{"strategy": "fixed", "options": {"rep": 9}}])],
            [("error", "unknown_rep", "r1", {"rep": 9})],
        ),
        ([rule("rest", {"to": "territory"})], [("warning", "no_territories", "r1", {})]),
    ],
)
def test_check(bodies, expected):
    assert found(rules(*bodies)) == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (world(group(1)), [("warning", "group_without_members", "r1", {"group": 1})]),
        (world(group(1, Member(1, weight=0))), [("warning", "all_weights_zero", "r1", {"group": 1})]),
        (
            world(group(1, 1, 2), reps=[rep(2, duty=())]),
            [("warning", "rep_without_shifts", "r1", {"group": 1, "rep": 2})],
        ),
        (world(group(1, 1, steps=[{"strategy": "weighted"}]), reps=[rep(1, duty=())]), []),
        (world(group(1, Member(1, weight=0), steps=[{"strategy": "pool"}])), []),
    ],
)
def test_check_looks_at_the_groups(state, expected):
    assert found(rules(rule("rest", to_group(1))), state) == expected


def test_check_needs_no_reading_to_see_what_is_missing():
    """Rule sets of older versions, or made by hand, are looked at as they stand."""
    german = parse(GERMAN, CATALOGUE)
    ruled = RuleSet(
        (
            Rule("a", "One", german, Place(To.GROUP, 1), otherwise=(Place(To.GROUP, 1),)),
            Rule("b", "one", parse(leaf("country", "is", "FR"), CATALOGUE), Place(To.GROUP, 2)),
        )
    )

    assert found(ruled) == [
        ("error", "no_default_rule", "b", {}),
        ("error", "name_twice", "b", {"first": 1, "name": "one"}),
        ("error", "loop", "a", {"group": 1}),
    ]
    assert all(one.severity is Severity.ERROR for one in check(ruled))
    mended = replace(ruled, rules=(replace(ruled.rules[0], otherwise=()), replace(ruled.rules[1], name="Two")))
    assert found(replace(mended, rules=(*mended.rules, Rule("c", "Rest", EVERYTHING, Place(To.DESK))))) == []


def areas(**given):
    return (Area(AreaKind.COUNTRY, countries=frozenset({"DE"}), **given),)


def test_a_territory_destination_is_content_where_the_whole_world_is_covered():
    everywhere = Territory(1, 1, (Area(AreaKind.WORLD),), frozenset({1}))
    state = World(groups=TEAM.groups, reps=TEAM.reps, territories=(everywhere,))

    assert found(rules(rule("rest", {"to": "territory"})), state) == []


def test_overlaps_holes_and_empty_territories_are_named():
    territories = (
        Territory(1, 1, areas(), frozenset({1})),
        Territory(2, 2, areas()),
        Territory(3, 1, areas(), frozenset({2})),
    )
    state = World(groups=TEAM.groups, reps=TEAM.reps, territories=territories)

    assert found(rules(rule("rest", {"to": "territory"})), state) == [
        ("warning", "territories_leave_out", "r1", {}),
        ("warning", "territories_overlap", None, {"first": 1, "second": 2}),
        ("warning", "territory_without_reps", None, {"territory": 2}),
    ]
    assert found(rules(rule("rest", to_group(1))), state) == []


def shared(*steps):
    return [step if isinstance(step, dict) else {"strategy": step} for step in steps]


@pytest.mark.parametrize(
    ("state", "given", "expected"),
    [
        (world(group(1, Member(1, weight=0))), {}, [("all_weights_zero", {"group": 1})]),
        (world(group(1, Member(1, cap=0), Member(2, cap=0))), {}, [("all_limits_zero", {"group": 1})]),
        (
            world(group(1, 1), reps=[rep(1, absences=(Absence(MONDAY, None, AbsenceKind.PAUSED),))]),
            {},
            [("nobody_comes", {"group": 1})],
        ),
        (
            world(group(1, 1, 2), reps=[rep(1, duty=())]),
            {},
            [("rep_without_shifts", {"group": 1, "rep": 1})],
        ),
        (
            world(group(1, 1), reps=[rep(1, duty=())]),
            {"steps": shared({"strategy": "availability", "options": {"there": "either"}})},
            [],
        ),
        (world(group(1, 1)), {"steps": shared("territory")}, [("nobody_covers_anything", {"group": 1})]),
        (
            world(group(1, 1), reps=[rep(1, skills=frozenset({"product:crm"}))]),
            {"steps": shared({"strategy": "skills", "options": {"kind": "language", "field": "language"}})},
            [("nobody_has_skill", {"group": 1, "kind": "language"})],
        ),
        (
            world(group(1, 1)),
            {"escalation": [{"after": 600, "do": "release"}]},
            [("taken_back_to_the_same", {"group": 1})],
        ),
        (world(group(1, 1, 2)), {"escalation": [{"after": 600, "do": "release"}]}, [("may_come_back", {"group": 1})]),
        (
            world(group(1, 1, 2)),
            {"escalation": [{"after": 600, "do": "release"}], "steps": shared("not_again", "round_robin")},
            [],
        ),
        (world(group(1, 1, paused=True)), {}, [("group_paused", {"group": 1})]),
    ],
)
def test_what_would_leave_leads_waiting_is_named(state, given, expected):
    told = found(rules(rule("rest", to_group(1), **given)), state)

    assert told == [("warning", code, "r1", numbers) for code, numbers in expected]
