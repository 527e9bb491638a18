"""Publishing: what blocks it, what it prints, and that a printed version never changes."""

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from leads.models import Attribute, Lead
from routing import live, rulesets
from routing.models import Rule, RuleSet, RuleSetVersion
from tests import factories as make

pytestmark = pytest.mark.django_db


def problems(rule_set):
    return [(p.text, p.blocks) for p in rulesets.problems_of(rule_set, now=timezone.now())]


def germany(**leaf):
    return {"field": "country", "operator": "is", "value": "DE", **leaf}


def test_publishing_prints_numbered_versions_that_the_database_keeps_as_they_are():
    team = make.group("DACH", [make.rep("Ana")])
    make.publish(make.rule(team, germany(), name="Germany"), make.rule(team, name="Everything else"))

    version = make.publish()

    assert (version.n, version.words) == (
        2,
        ["Germany: Country is Germany: DACH.", "Everything else: All other leads: DACH."],
    )
    for change in (lambda: RuleSetVersion.objects.update(n=9), version.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"condition": germany(value=5)}, "Rule 1, Bad, condition"),
        ({"condition": germany(field="budget")}, "Rule 1, Bad, condition"),
        ({"condition": {"any": [germany(), germany(operator="sounds_like")]}}, "condition.any[1]"),
        ({"steps": [{"strategy": "lottery"}]}, "steps[0].strategy"),
        ({"otherwise": [{"to": "moon"}]}, "otherwise[0].to"),
        ({"group": None}, "destination.group: is missing"),
        ({"otherwise": [{"to": "group", "group": 999}]}, "names a group that does not exist"),
        ({"steps": [{"strategy": "pool"}]}, "It uses an open pool of DACH, which has no pool."),
    ],
)
def test_errors_block_publishing_and_name_the_place(fields, says):
    team = make.group("DACH", [make.rep("Ana")])
    drafted = make.rule_set(
        make.rule(**{"group": team, "name": "Bad", **fields}), make.rule(team, name="Everything else")
    )

    found = problems(drafted)

    assert any(says in text and blocks for text, blocks in found), found
    with pytest.raises(rulesets.NotPublishedError):
        rulesets.publish(rule_set=drafted, by=None, comment="", now=timezone.now())
    assert rulesets.published(1) is None


def test_an_empty_draft_and_a_missing_last_rule_block():
    team = make.group("DACH", [make.rep("Ana")])

    assert problems(make.rule_set()) == [("There is no rule yet.", True)]
    RuleSet.objects.get().rules.create(name="Germany", condition=germany(), to=Rule.To.GROUP, group=team)
    assert [blocks for _text, blocks in problems(RuleSet.objects.get())] == [True]


def test_warnings_do_not_block():
    team = make.group("Empty")
    drafted = make.rule_set(make.rule(team, name="All"))

    assert problems(drafted) == [("Empty has no members.", False)]
    assert rulesets.publish(rule_set=drafted, by=None, comment="", now=timezone.now()).n == 1


def test_a_version_reads_the_same_after_an_attribute_is_gone():
    Attribute.objects.create(key="fleet", label="Fleet", type="number")
    team = make.group("DACH", [make.rep("Ana")])
    make.publish(
        make.rule(team, {"field": "fleet", "operator": "at_least", "value": 10}, name="Fleets"),
        make.rule(team, name="Everything else"),
    )
    Attribute.objects.all().delete()
    rulesets.versions._parsed.cache_clear()
    lead = make.arrive()

    live.route_ready(1)

    assert Lead.objects.get(pk=lead.pk).state == "assigned"


def test_a_group_that_was_switched_off_sends_to_the_desk_with_the_reason():
    team = make.group("DACH", [make.rep("Ana")])
    make.publish(make.rule(team))
    team.active = False
    team.save()
    lead = make.arrive()

    live.route_ready(1)

    lead.refresh_from_db()
    assert (lead.state, lead.reason) == ("desk", "group_missing")
