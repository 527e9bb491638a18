"""Conditions: what they answer, what they refuse, and that all pure ways of asking agree."""

from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from leads.conditions import Attribute, ConditionError, Option, Type, catalogue, parse
from leads.conditions.facts import fold_postal, fold_text
from leads.conditions.operators import BY_TYPE, LABELS, Op
from leads.conditions.regions import COUNTRIES, REGIONS
from leads.conditions.tree import BranchVerdict
from leads.conditions.values import MESSAGES, Fault
from routing.engine.ruleset.index import Index
from tests.leads.condition_cases import CATALOGUE, facts, leaves, trees
from tests.lengths import examples


def holds(tree, **given_facts):
    return parse(tree, CATALOGUE).holds(CATALOGUE.fold(given_facts))


def money(base):
    return {"amount": Decimal(1), "currency": "USD", "base": base}


@pytest.mark.parametrize(
    ("field", "operator", "value", "true_for", "false_for"),
    [
        ("city", "is", "MÜNCHEN", ["München", " münchen ", "Mu\u0308nchen"], ["Munchen", 5, ["münchen"]]),
        ("city", "is_not", "Berlin", ["Bonn"], ["BERLIN", 7]),
        ("city", "one_of", ["Bonn", "Köln"], ["bonn", "KÖLN"], ["Berlin"]),
        ("city", "none_of", ["Bonn", "Köln"], ["Berlin"], ["bonn", "KÖLN"]),
        ("city", "contains", "straße", ["HAUPTSTRASSE"], ["Hauptweg"]),
        ("city", "starts_with", "Bad ", ["Bad Ems", "BAD"], ["Am Bad"]),
        ("job_title", "contains", "head of", ["Head  of Sales"], ["Heading of"]),
        ("postal_code", "is", "SW1A 1AA", ["sw1a1aa", "SW1A-1AA"], ["SW1A 1AB"]),
        ("postal_code", "postal_prefix", ["80", "81"], ["80331", "81 000"], ["82000", "08033"]),
        ("postal_code", "postal_between", ["80", "87"], ["80000", "87999"], ["79999", "88000"]),
        ("postal_code", "postal_between", ["80331", "80335"], ["80331", "80335"], ["80330", "80336", "8033"]),
        ("country", "is", "de", ["DE", " de "], ["AT", "Germany"]),
        ("country", "is_not", "DE", ["AT"], ["DE", "XX"]),
        ("country", "one_of", ["DACH", "FR"], ["DE", "AT", "CH", "FR"], ["IT"]),
        ("country", "none_of", ["EU"], ["CH", "US"], ["DE"]),
        ("country", "in_region", ["NORDICS"], ["SE", "FI"], ["DE"]),
        ("employees", "is", 50, [50, 50.0, Decimal("50.00")], [51, "50", True]),
        ("employees", "is_not", 50, [51], [50]),
        ("employees", "at_least", 50, [50, 51], [49, "many"]),
        ("employees", "at_most", Decimal("0.1"), [0.1, Decimal("0.1"), -5], [Decimal("0.1000001")]),
        ("employees", "between", [10, 20], [10, 20], [9, 21]),
        ("deal_size", "at_least", 10000, [money(10000), money(Decimal("10000.00"))], [money(9999), money(None), 20000]),
        ("deal_size", "between", [1, 2], [money(1)], [money(3)]),
        ("free_mail", "is", False, [False], [True, 0]),
        ("renewal", "at_least", "2026-02-01", ["2026-02-01", "2027-01-01"], ["2026-01-31", "soon"]),
        ("renewal", "between", ["2026-01-01", "2026-12-31"], ["2026-12-31"], ["2027-01-01"]),
        ("intent", "is", "DEMO", ["demo", "Demo"], ["trial"]),
        ("plan", "one_of", ["gold"], ["Gold", "GOLD"], ["silver"]),
        ("product_interest", "contains", "CRM", [["crm", "mail"]], [["mail"], "crm"]),
        ("product_interest", "one_of", ["crm", "mail"], [["Mail"]], [["sms"]]),
        ("product_interest", "none_of", ["crm"], [["mail"]], [["crm", "mail"]]),
        ("received_hour", "between", [9, 17], [9, 17], [8, 18]),
    ],
)
def test_operators(field, operator, value, true_for, false_for):
    leaf = {"field": field, "operator": operator, "value": value}

    assert [holds(leaf, **{field: fact}) for fact in true_for] == [True] * len(true_for)
    assert [holds(leaf, **{field: fact}) for fact in false_for] == [False] * len(false_for)


@pytest.mark.property
@given(leaves())
def test_a_missing_value_makes_everything_false_but_is_empty(leaf):
    for missing in ({}, {leaf["field"]: None}, {leaf["field"]: ""}, {leaf["field"]: []}):
        assert holds(leaf, **missing) == (leaf["operator"] == "is_empty")


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ({"all": [True_ := {"field": "city", "operator": "is", "value": "a"}, True_]}, True),
        ({"all": [True_, False_ := {"field": "city", "operator": "is", "value": "b"}]}, False),
        ({"any": [False_, True_]}, True),
        ({"any": [False_, False_]}, False),
        ({"none": [False_, False_]}, True),
        ({"none": [False_, True_]}, False),
        ({"all": [{"any": [False_, True_]}, {"none": [False_]}]}, True),
        (None, True),
        ({}, True),
        ({"all": []}, True),
    ],
)
def test_trees(tree, expected):
    assert holds(tree, city="A") == expected


def test_none_of_a_missing_value_holds():
    assert holds({"none": [{"field": "country", "operator": "is", "value": "DE"}]})


LEAF = {"field": "city", "operator": "is", "value": "a"}


def nested(levels):
    return LEAF if levels == 0 else {"any": [nested(levels - 1)]}


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ([], [("", "not_an_object", {})]),
        ("country is DE", [("", "not_an_object", {})]),
        ({"country": "DE"}, [("", "not_a_condition", {})]),
        ({"all": [LEAF], "any": [LEAF]}, [("", "not_a_condition", {})]),
        ({"all": LEAF}, [("all", "not_a_list", {})]),
        ({"any": []}, [("any", "empty", {})]),
        ({"all": [LEAF], "or": 1}, [("", "unknown_key", {"key": "or"})]),
        ({**LEAF, "not": True}, [("", "unknown_key", {"key": "not"})]),
        ({"operator": "is", "value": 1}, [("", "missing_key", {"key": "field"})]),
        ({"field": "city", "value": 1}, [("", "missing_key", {"key": "operator"})]),
        ({"field": "city", "operator": "is"}, [("", "missing_key", {"key": "value"})]),
        ({**LEAF, "field": "colour"}, [("field", "unknown_field", {"field": "colour"})]),
        ({**LEAF, "field": ["city"]}, [("field", "unknown_field", {"field": "list"})]),
        ({**LEAF, "operator": "matches"}, [("operator", "unknown_operator", {"operator": "matches"})]),
        ({**LEAF, "operator": {}}, [("operator", "unknown_operator", {"operator": "dict"})]),
        (
            {**LEAF, "operator": "at_least"},
            [("operator", "wrong_operator", {"operator": "at_least", "type": "text"})],
        ),
        ({**LEAF, "operator": "is_empty"}, [("value", "unexpected_value", {"operator": "is_empty"})]),
        ({**LEAF, "value": 5}, [("value", "wrong_type", {"type": "text"})]),
        ({**LEAF, "value": " "}, [("value", "empty", {})]),
        ({**LEAF, "value": "a\x00"}, [("value", "bad_text", {})]),
        ({**LEAF, "value": "\ud800"}, [("value", "bad_text", {})]),
        ({**LEAF, "value": "x" * 501}, [("value", "too_long", {"most": 500})]),
        ({**LEAF, "operator": "one_of", "value": "a"}, [("value", "not_a_list", {})]),
        ({**LEAF, "operator": "one_of", "value": []}, [("value", "empty", {})]),
        ({**LEAF, "operator": "one_of", "value": ["a", 2]}, [("value[1]", "wrong_type", {"type": "text"})]),
        ({**LEAF, "operator": "one_of", "value": ["a"] * 1001}, [("value", "too_many", {"most": 1000})]),
        (
            {"field": "employees", "operator": "at_least", "value": "50"},
            [("value", "wrong_type", {"type": "number"})],
        ),
        (
            {"field": "employees", "operator": "at_least", "value": float("inf")},
            [("value", "wrong_type", {"type": "number"})],
        ),
        ({"field": "employees", "operator": "between", "value": [5, 4]}, [("value", "reversed", {})]),
        (
            {"field": "employees", "operator": "between", "value": [5]},
            [("value", "wrong_type", {"type": "[from, to]"})],
        ),
        ({"field": "postal_code", "operator": "postal_between", "value": ["9", "80"]}, [("value", "reversed", {})]),
        ({"field": "free_mail", "operator": "is", "value": "yes"}, [("value", "wrong_type", {"type": "yes_no"})]),
        (
            {"field": "renewal", "operator": "is", "value": "31.01.2026"},
            [("value", "wrong_type", {"type": "date (YYYY-MM-DD)"})],
        ),
        ({"field": "country", "operator": "is", "value": "XX"}, [("value", "wrong_country", {"value": "XX"})]),
        ({"field": "country", "operator": "is", "value": "DACH"}, [("value", "wrong_country", {"value": "DACH"})]),
        (
            {"field": "country", "operator": "in_region", "value": ["DE"]},
            [("value[0]", "wrong_region", {"value": "DE"})],
        ),
        ({"field": "intent", "operator": "is", "value": "call"}, [("value", "wrong_option", {"value": "call"})]),
        (nested(7), [("any[0].any[0].any[0].any[0].any[0].any[0].any", "too_deep", {"most": 6})]),
        ({"all": [LEAF] * 200}, [("all[199]", "too_many", {"most": 200})]),
        (
            {"all": [{**LEAF, "field": "x"}, {"any": [{**LEAF, "value": 5}, LEAF, {**LEAF, "operator": "x"}]}]},
            [
                ("all[0].field", "unknown_field", {"field": "x"}),
                ("all[1].any[0].value", "wrong_type", {"type": "text"}),
                ("all[1].any[2].operator", "unknown_operator", {"operator": "x"}),
            ],
        ),
    ],
)
def test_every_bad_leaf_is_named(tree, expected):
    with pytest.raises(ConditionError) as caught:
        parse(tree, CATALOGUE)

    assert [(one.path, one.code.value, dict(one.params)) for one in caught.value.problems] == expected
    assert str(caught.value).encode()  # every sentence can be filled and shown


def test_a_removed_option_is_refused():
    limited = catalogue(options={"product_interest": [Option("CRM", "CRM")]})

    assert parse({"field": "product_interest", "operator": "one_of", "value": ["crm"]}, limited).asks
    with pytest.raises(ConditionError, match=r'value\[1\]: "Mail" is not one of the options'):
        parse({"field": "product_interest", "operator": "one_of", "value": ["crm", "Mail"]}, limited)


def test_an_attribute_never_hides_a_built_in_field():
    assert catalogue([Attribute("country", "My country", Type.TEXT)]).get("country").type is Type.COUNTRY


WORDS = st.sampled_from(
    ["all", "any", "none", "field", "operator", "value", "city", "employees", "is", "one_of", "between", "is_empty"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=2), inner, max_size=4),
    max_leaves=30,
)


def outcome_of(tree):
    try:
        return parse(tree, CATALOGUE)
    except ConditionError as error:
        return error


@pytest.mark.property
@settings(max_examples=examples(500), deadline=None)
@given(JSON, facts(strange=True))
def test_parse_raises_nothing_but_its_own_error(tree, given_facts):
    found = outcome_of(tree)

    if isinstance(found, ConditionError):
        assert found.problems
        assert str(found).encode()
    else:
        assert found.holds(CATALOGUE.fold(given_facts)) in {True, False}


@pytest.mark.property
@settings(max_examples=examples(300), deadline=None)
@given(trees(), facts(), facts(strange=True))
def test_closure_and_trace_agree_and_the_tree_reads_back(tree, given_facts, unfolded):
    condition = outcome_of(tree)
    assume(not isinstance(condition, ConditionError))
    for folded in (CATALOGUE.fold(given_facts), unfolded):
        verdict = condition.verdict(given_facts, folded)

        assert condition.holds(folded) is verdict.holds
        assert joined(verdict) is verdict.holds
        assert parse(condition.tree(), CATALOGUE).holds(folded) is verdict.holds


def joined(verdict):
    """A branch worked out again from the verdicts of its leaves alone."""
    if not isinstance(verdict, BranchVerdict):
        return verdict.holds
    parts = [joined(part) for part in verdict.parts]
    return {"all": all(parts), "any": any(parts), "none": not any(parts)}[verdict.junction.value]


class Guarded:
    def __init__(self, condition):
        self.condition = condition


@pytest.mark.property
@settings(max_examples=examples(300), deadline=None)
@given(st.lists(trees(2), min_size=1, max_size=5), facts(), facts(strange=True))
def test_the_index_never_leaves_out_a_condition_that_holds(given_trees, given_facts, unfolded):
    conditions = [one for one in map(outcome_of, given_trees) if not isinstance(one, ConditionError)]
    index = Index.build([Guarded(condition) for condition in conditions])
    for folded in (CATALOGUE.fold(given_facts), unfolded):
        holding = {i for i, condition in enumerate(conditions) if condition.holds(folded)}
        candidates = list(index.candidates(folded))

        assert holding <= set(candidates)
        assert candidates == sorted(set(candidates))


@pytest.mark.property
@given(st.text(max_size=12))
def test_folding_twice_is_folding_once(text):
    assert fold_text(fold_text(text)) == fold_text(text)
    assert fold_postal(fold_postal(text)) == fold_postal(text)


@pytest.mark.property
@given(facts(strange=True))
def test_folding_facts_twice_is_folding_once(given_facts):
    folded = CATALOGUE.fold(given_facts)

    assert CATALOGUE.fold(folded) == folded


def test_every_field_describes_itself_and_every_code_has_a_sentence():
    described = {field.key: field.describe() for field in CATALOGUE}

    assert described["intent"]["options"][0] == {"value": "demo", "label": "Demo"}
    assert [one["value"] for one in described["postal_code"]["operators"]] == [
        *("is", "is_not", "one_of", "none_of", "contains", "starts_with", "postal_prefix", "postal_between"),
        *("is_empty", "is_known"),
    ]
    assert described["plan"]["custom"]
    assert (set(LABELS), set(MESSAGES), set(BY_TYPE)) == (set(Op), set(Fault), set(Type))


def test_the_countries_are_those_of_the_standard_and_every_region_is_made_of_them():
    assert len(COUNTRIES) == 249 + 1  # and Kosovo
    assert all(region <= COUNTRIES for region in REGIONS.values())
    assert not set(REGIONS) & COUNTRIES
    assert len(REGIONS["EU"]) == 27
