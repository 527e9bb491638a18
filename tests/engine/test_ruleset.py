"""Rule sets are read whole or refused with every problem named; nothing else is ever raised."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine.ruleset import RuleSet, RuleSetError, parse, parse_steps
from routing.engine.strategies import shelf
from tests.engine.builders import CATALOGUE, lead, leaf, rule, rules, to_group
from tests.lengths import examples

GERMAN = leaf("country", "is", "DE")
REST = rule("rest", to_group(1))


def problems(*bodies, **given):
    with pytest.raises(RuleSetError) as caught:
        rules(*bodies, **given)
    return [(problem.path, problem.code, dict(problem.numbers)) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("bodies", "expected"),
    [
        ([rule("", to_group(1))], [("rules[0].name", "no_name", {})]),
        ([rule(5, to_group(1))], [("rules[0].name", "no_name", {})]),
        ([rule("a\x00", to_group(1))], [("rules[0].name", "bad_text", {})]),
        ([rule("x" * 201, to_group(1))], [("rules[0].name", "too_long", {"most": 100})]),
        (
            [rule("Rest", to_group(1), GERMAN), REST],
            [("rules[1].name", "name_twice", {"first": 1, "name": "rest"})],
        ),
        ([rule("a", to_group(1), GERMAN)], [("rules[0].condition", "last_rule_asks", {})]),
        (
            [rule("a", to_group(1), {"all": [leaf("colour", "is", "red")]}), REST],
            [("rules[0].condition.all[0].field", "condition_unknown_field", {"field": "colour"})],
        ),
        ([rule("a", None)], [("rules[0].destination", "missing", {})]),
        ([rule("a", "desk")], [("rules[0].destination", "not_an_object", {})]),
        (
            [rule("a", {"to": "moon"})],
            [
                (
                    "rules[0].destination.to",
                    "unknown_destination",
                    {"expected": "group, rep, territory, account, desk, reject"},
                )
            ],
        ),
        ([rule("a", {"to": "group"})], [("rules[0].destination.group", "missing", {})]),
        (
            [rule("a", {"to": "group", "group": "DACH"})],
            [("rules[0].destination.group", "wrong_type", {"expected": "whole number"})],
        ),
        ([rule("a", {"to": "reject"})], [("rules[0].destination.reason", "no_reason", {})]),
        ([rule("a", {"to": "desk", "group": 1})], [("rules[0].destination", "unknown_key", {"key": "group"})]),
        (
            [rule("a", to_group(1), steps=[{"strategy": "dice"}])],
            [
                (
                    "rules[0].steps[0].strategy",
                    "unknown_strategy",
                    {
                        "expected": ", ".join(sorted(shelf())),
                    },
                )
            ],
        ),
        (
            [rule("a", to_group(1), steps=[{"strategy": "pool", "options": {"mode": "x"}}])],
            [("rules[0].steps[0].options.mode", "wrong_choice", {"expected": "open, blind, broadcast"})],
        ),
        (
            [rule("a", to_group(1), steps=[{"strategy": "pool"}, {"strategy": "weighted"}])],
            [("rules[0].steps[1]", "nothing_after_end", {"before": "pool", "strategy": "weighted"})],
        ),
        (
            [rule("a", {"to": "rep", "rep": 1}, steps=[{"strategy": "pool"}])],
            [("rules[0].steps[0]", "needs_group", {"strategy": "pool"})],
        ),
        (
            [rule("a", to_group(1), otherwise=[to_group(2), to_group(1)])],
            [("rules[0].otherwise[1]", "loop", {"group": 1})],
        ),
        (
            [rule("a", to_group(1), otherwise=[{"to": "desk"}, to_group(2)])],
            [("rules[0].otherwise[1]", "after_the_end", {"end": "desk"})],
        ),
        (
            [rule("a", to_group(1), otherwise=[{"to": "next_rule"}])],
            [("rules[0].otherwise[0]", "no_next_rule", {})],
        ),
        ([rule("a", to_group(1), otherwise={"to": "desk"})], [("rules[0].otherwise", "not_a_list", {})]),
        (
            [rule("a", to_group(1), respond_within=0)],
            [("rules[0].respond_within", "out_of_bounds", {"high": 2592000, "low": 1})],
        ),
        (
            [rule("a", to_group(1), priority=1.5)],
            [("rules[0].priority", "wrong_type", {"expected": "whole number"})],
        ),
        ([rule("a", to_group(1), colour=1)], [("rules[0]", "unknown_key", {"key": "colour"})]),
        (["rule"], [("rules[0]", "not_an_object", {})]),
    ],
)
def test_what_is_wrong_is_named(bodies, expected):
    assert problems(*bodies) == expected


def test_all_problems_are_listed_at_once():
    found = problems(rule("", {"to": "group", "group": 9}, leaf("x", "is", 1)), rule("b", None), groups=[1])

    assert [path for path, _, _ in found] == [
        "rules[0].name",
        "rules[0].condition.field",
        "rules[0].destination.group",
        "rules[1].destination",
    ]


def test_a_removed_group_or_rep_is_refused_where_the_directory_is_known():
    bodies = [
        rule("a", {"to": "rep", "rep": 5}, GERMAN, otherwise=[to_group(2)]),
        rule("b", to_group(1), steps=[{"strategy": "fixed", "options": {"rep": 6}}]),
    ]

    assert rules(*bodies).rules[0].destination.id == 5
    assert problems(*bodies, groups=[1], reps=[7]) == [
        ("rules[0].destination.rep", "unknown_rep", {"id": 5}),
        ("rules[0].otherwise[0].group", "unknown_group", {"id": 2}),
        ("rules[1].steps[0].options.rep", "unknown_rep", {"id": 6}),
    ]


@pytest.mark.parametrize(
    ("bands", "expected"),
    [
        ([{"band": 10}], [("bands[0].band", "out_of_bounds", {"high": 9, "low": 0})]),
        ([{"condition": GERMAN}], [("bands[0].band", "missing", {})]),
        ([5], [("bands[0]", "not_an_object", {})]),
    ],
)
def test_wrong_bands_are_named(bands, expected):
    assert problems(REST, bands=bands) == expected


def test_the_default_band_is_read():
    assert parse({"rules": [REST], "default_band": 8}, CATALOGUE).band(lead().folded) == 8


def test_parse_steps_reads_the_default_of_a_group():
    assert [step.strategy for step in parse_steps([{"strategy": "pool"}])] == ["pool"]
    with pytest.raises(RuleSetError, match=r"steps\[0\].strategy: unknown_strategy"):
        parse_steps([{"strategy": 1}])


WORDS = st.sampled_from(
    [
        *("rules", "bands", "default_band", "name", "condition", "destination", "steps", "otherwise", "band"),
        *("respond_within", "priority", "key", "to", "group", "rep", "pool", "hold", "desk", "next_rule", "reason"),
        *("strategy", "options", "fixed", "priority", "availability", "all", "any", "none", "field", "operator"),
        *("value", "country", "employees", "is", "one_of", "at_least", "between", "is_empty", "DE", "", "\x00"),
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | WORDS
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=6), max_leaves=40
)
RULES = st.fixed_dictionaries(
    {"rules": st.lists(st.dictionaries(WORDS, JSON, max_size=8) | JSON, max_size=4)}, optional={"bands": JSON}
)


@pytest.mark.property
@settings(max_examples=examples(500), deadline=None)
@given(JSON | RULES)
def test_parse_raises_nothing_but_its_own_error(body):
    outcomes = [outcome_of(parse, body, CATALOGUE), outcome_of(parse_steps, body)]

    assert all(isinstance(found, RuleSet | tuple) or (found.problems and str(found).encode()) for found in outcomes)


def outcome_of(read, *given):
    try:
        return read(*given)
    except RuleSetError as error:
        return error
