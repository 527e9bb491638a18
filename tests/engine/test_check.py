"""What a look over a rule set finds."""

from dataclasses import replace

import pytest

from leads.conditions import EVERYTHING, parse
from routing.engine.check import Severity, check
from routing.engine.ruleset import Place, Rule, RuleSet, To
from routing.engine.world import Member, Territory, World
from tests.engine.builders import CATALOGUE, group, leaf, rep, rule, rules, to_group, world

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


def test_a_territory_destination_is_content_with_any_territory():
    state = World(groups=TEAM.groups, reps=TEAM.reps, territories=(Territory(1, 1, ()),))

    assert found(rules(rule("rest", {"to": "territory"})), state) == []
