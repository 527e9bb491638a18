"""Saved examples: made from real leads, run on every publish, blocking unless somebody says why not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from routing import live, rulesets
from routing.models import SavedExample
from routing.rulesets import examples
from tests import factories as make

pytestmark = pytest.mark.django_db

GERMANY = {"field": "country", "operator": "is", "value": "DE"}


@pytest.fixture
def dach(db):
    return make.group("DACH", [make.rep("Ana")])


@pytest.fixture
def rest(db):
    return make.group("Rest", [make.rep("Ben")])


@pytest.fixture
def version(dach, rest):
    return make.publish(make.rule(dach, GERMANY, name="Germany"), make.rule(rest, name="Everything else"))


@pytest.fixture
def example(version):
    lead = make.arrive(country="Germany", employees=120)
    live.route_ready(1)
    lead.refresh_from_db()
    now = timezone.now()
    return examples.keep(rule_set=version.rule_set, lead=lead, name="A German", by=None, now=now)


def test_an_example_keeps_where_the_lead_went(example, dach):
    assert example.expected == {"outcome": "assigned", "group": dach.pk}
    assert example.facts["country"] == "DE"
    assert [run.holds for run in examples.run(example.rule_set, now=timezone.now())] == [True]


def test_a_broken_example_blocks_publishing_until_somebody_says_why(example, rest):
    example.rule_set.rules.filter(name="Germany").update(group=rest)

    with pytest.raises(rulesets.NotPublishedError) as refused:
        make.publish()

    assert [p.text for p in refused.value.problems] == [
        "The example “A German” is broken. Expected DACH; it would be Rest."
    ]
    forced = rulesets.publish(
        rule_set=example.rule_set, by=None, comment="", now=timezone.now(), override="Ben covers Germany"
    )
    assert (forced.n, forced.overridden) == (2, "Ben covers Germany")


def test_a_reason_without_a_broken_example_is_not_printed(example):
    made = rulesets.publish(rule_set=example.rule_set, by=None, comment="", now=timezone.now(), override="Why not")

    assert made.overridden == ""


@pytest.mark.parametrize(
    ("expected", "holds"),
    [
        ({}, True),
        ({"outcome": "held"}, False),
        ({"rep": "ana"}, True),
        ({"rule": "germany"}, True),
        ({"rule": "no such"}, False),
    ],
)
def test_only_what_is_named_is_compared(example, dach, expected, holds):
    real = {"ana": dach.memberships.get().rep_id, "germany": str(example.rule_set.rules.get(name="Germany").key)}
    example.expected = {key: real.get(value, value) for key, value in expected.items()}
    example.save()

    assert [run.holds for run in examples.run(example.rule_set, now=timezone.now())] == [holds]


def test_an_example_is_decided_at_its_own_weekday_and_time_of_day(example):
    asked = examples.Asked.draft(example.rule_set, now=timezone.now())

    for ago in (timedelta(hours=1), timedelta(days=30, hours=5), timedelta(weeks=2), timedelta(0)):
        moved = asked.instant(asked.now - ago)
        assert asked.now <= moved < asked.now + timedelta(weeks=1)
        assert (moved - (asked.now - ago)) % timedelta(weeks=1) == timedelta(0)


def test_a_draft_that_cannot_be_read_breaks_every_example(example):
    example.rule_set.rules.filter(name="Germany").update(condition={"field": "nothing"})

    assert [(r.holds, r.says) for r in examples.run(example.rule_set, now=timezone.now())] == [
        (False, "The draft cannot be read, so nothing can be decided by it.")
    ]


def test_forgetting_a_lead_forgets_the_examples_made_from_it(example):
    assert examples.forget_lead(example.lead) == 1
    assert not SavedExample.objects.exists()
