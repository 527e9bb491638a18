"""A condition gives one answer, asked as a closure, with a trace, or of the rows in PostgreSQL."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from leads.conditions import ConditionError, parse
from leads.matching import matching
from leads.models import Attribute, Connection, Lead, LeadFacts, Stage
from leads.qualify.freeze import catalogue_of
from tests.leads.condition_cases import CATALOGUE, facts, leaves, trees
from tests.lengths import examples

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)

CLOSE = (Decimal("99999999999999.123456788"), Decimal("99999999999999.123456789"))  # no float tells them apart

pytestmark = pytest.mark.django_db


@pytest.fixture
def one(db):
    connection = Connection.objects.create(kind="test", name="Test")
    return Lead.objects.create(arrived_at=NOW, connection=connection, stage=Stage.objects.order_by("pk").first())


def agree(one, tree, rows):
    """The same rows by every way of asking, also once they have been through the database."""
    try:
        condition = parse(tree, CATALOGUE)
    except ConditionError:
        return
    LeadFacts.objects.all().delete()
    LeadFacts.objects.bulk_create(
        LeadFacts(lead=one, n=n, at=NOW, facts=given_facts, folded=folded)
        for n, (given_facts, folded) in enumerate(rows)
    )
    stored = list(LeadFacts.objects.order_by("n"))

    by_q = set(LeadFacts.objects.filter(matching(condition)).values_list("n", flat=True))
    not_by_q = set(LeadFacts.objects.exclude(matching(condition)).values_list("n", flat=True))

    assert {row.n for row in stored if condition.holds(row.folded)} == by_q
    assert {n for n, (_, folded) in enumerate(rows) if condition.holds(folded)} == by_q
    assert {row.n for row in stored if asked(condition, row)} == by_q
    assert not_by_q == set(range(len(rows))) - by_q


def asked(condition, row):
    verdict = condition.verdict(row.facts, row.folded)
    return verdict is None or verdict.holds


def exact_only(found):
    return {key: Decimal(repr(value)) if isinstance(value, float) else value for key, value in found.items()}


ROWS = st.lists(facts().map(lambda given_facts: (given_facts, CATALOGUE.fold(given_facts))), min_size=1, max_size=6)
# not folded, as if the attributes had changed their types since; floats are what JSON never gives back
STRANGE = st.lists(facts(strange=True).map(lambda found: (found, exact_only(found))), min_size=1, max_size=6)
GENEROUS = settings(
    max_examples=examples(150),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.property
@GENEROUS
@given(tree=trees(), rows=ROWS)
@example(tree={"none": [{"field": "country", "operator": "is", "value": "DE"}]}, rows=[({}, {})])
@example(tree={}, rows=[({}, {})])
@example(
    tree={"field": "employees", "operator": "is", "value": CLOSE[0]}, rows=[({}, {"employees": one}) for one in CLOSE]
)
def test_closure_trace_and_q_agree(one, tree, rows):
    agree(one, tree, rows)


@pytest.mark.property
@GENEROUS
@given(tree=leaves() | trees(), rows=STRANGE)
def test_they_agree_on_values_of_the_wrong_type(one, tree, rows):
    agree(one, tree, rows)


def test_a_q_reaches_through_a_relation(one):
    LeadFacts.objects.create(lead=one, n=1, at=NOW, facts={}, folded={"city": "bonn"})
    condition = parse({"field": "city", "operator": "is", "value": "Bonn"}, CATALOGUE)

    assert list(Lead.objects.filter(matching(condition, column="facts__folded"))) == [one]


def test_the_catalogue_of_a_division_has_its_attributes(one):
    Attribute.objects.create(key="plan", label="Plan", type="choice", options=["Gold"])

    field = catalogue_of(one.division_id).get("plan")

    assert (field.type.value, field.custom, [option.value for option in field.options]) == ("choice", True, ["Gold"])
