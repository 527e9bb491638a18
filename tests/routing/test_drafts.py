"""The draft: saved on top of what was read, taken back to a version, compared in words, held against last month."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads.models import LeadFacts, Stage
from routing import rulesets
from routing.models import Act, Rule, RuleSet
from routing.rulesets import compare
from tests import factories as make

pytestmark = pytest.mark.django_db

GERMANY = {"field": "country", "operator": "is", "value": "DE"}
AUSTRIA = {"field": "country", "operator": "is", "value": "AT"}


@pytest.fixture
def team(db):
    return make.group("DACH", [make.rep("Ana")])


@pytest.fixture
def drafted(team):
    return make.rule_set(make.rule(team, GERMANY, name="Germany"), make.rule(team, name="Everything else"))


def test_a_save_on_top_of_what_was_read_keeps_the_rows_of_rules_that_stay(drafted, team):
    ana = make.user("Ada Ops")
    rows = dict(drafted.rules.values_list("name", "pk"))
    body = rulesets.body_of(drafted)
    body["rules"][0] = {**body["rules"][0], "condition": AUSTRIA, "name": "Austria"}
    body["rules"].insert(1, {"name": "Big", "destination": {"to": "desk"}, "condition": {**GERMANY, "value": "FR"}})

    saved = rulesets.replace(rule_set=drafted, revision=drafted.revision, body=body, by=ana)

    assert saved.revision == drafted.revision + 1
    assert [(r.name, r.position) for r in saved.rules.all()] == [("Austria", 1), ("Big", 2), ("Everything else", 3)]
    assert saved.rules.get(name="Austria").pk == rows["Germany"]
    assert rulesets.body_of(saved)["rules"][0] == body["rules"][0]
    assert [s.by for s in rulesets.saved_since(saved, drafted.revision)] == ["Ada Ops"]


def test_a_stale_save_is_refused_and_changes_nothing(drafted):
    body = rulesets.body_of(drafted)
    rulesets.replace(rule_set=drafted, revision=drafted.revision, body=body, by=None)

    with pytest.raises(rulesets.StaleDraftError) as refused:
        rulesets.replace(rule_set=drafted, revision=drafted.revision, body={"rules": []}, by=None)

    assert refused.value.current.revision == drafted.revision + 1
    assert drafted.rules.count() == 2


def test_going_back_makes_a_version_the_draft_again_with_the_same_keys(drafted, team):
    first = make.publish()
    keys = set(drafted.rules.values_list("key", flat=True))
    drafted.rules.filter(name="Germany").delete()
    drafted.rules.create(name="New", position=0, to=Rule.To.DESK, condition=AUSTRIA)
    boss = make.user("Boss")

    back = rulesets.go_back(version=first, revision=drafted.revision, by=boss, why="It went wrong", now=timezone.now())

    assert set(back.rules.values_list("key", flat=True)) == keys
    assert rulesets.body_of(back) == first.body
    assert back.revision == drafted.revision + 1
    act = Act.objects.get()
    assert (act.kind, act.by, act.why, act.asked) == (
        "go_back", boss, "It went wrong", {"rule_set": str(back.uid), "version": 1},
    )  # fmt: skip
    assert rulesets.published(1).n == 1


def test_a_comparison_reads_in_words(drafted, team):
    other = make.group("Vienna", [make.rep("Ben")])
    version = make.publish()
    germany = drafted.rules.get(name="Germany")
    germany.condition, germany.group, germany.respond_within = AUSTRIA, other, 30
    germany.save()
    drafted.rules.create(name="France", position=1, to=Rule.To.DESK, condition={**GERMANY, "value": "FR"})

    found = compare.compare(compare.Text.version(version), compare.Text.draft(drafted), division_id=1)

    assert [change.text() for change in found] == [
        (
            "Germany: Changed at place 1. When: “Country is Germany” became “Country is Austria”; Goes to: “DACH”"
            " became “Vienna”; Response time: “as the group's” became “30 minutes”."
        ),
        "France: New at place 2. Country is France: To assign.",
    ]
    assert compare.compare(compare.Text.draft(drafted), compare.Text.draft(drafted), division_id=1) == []


def test_rules_that_no_lead_met_and_what_falls_to_the_rest_are_told_on_demand(drafted, team):
    make.arrive(3, country="Austria")
    make.arrive(country="Germany")
    make.arrive(country="Germany", test=True)
    LeadFacts.objects.filter(lead=make.arrive(country="Germany")).update(at=timezone.now() - timedelta(days=31))
    drafted.rules.create(name="France", position=1, to=Rule.To.DESK, condition={**GERMANY, "value": "FR"})
    now = timezone.now()

    texts = [p.text for p in rulesets.problems_of(drafted, now=now, leads=True)]

    assert texts == [
        "“France” would have fitted none of the 4 leads of the last 30 days.",
        "75 % of the leads of the last 30 days, 3 leads, would have fitted no rule but “Everything else”.",
    ]
    assert rulesets.problems_of(drafted, now=now) == []
    by_name = {str(r.key): r.name for r in drafted.rules.all()}
    assert {by_name[k]: v for k, v in rulesets.matched(drafted, now=now).items()} == {
        "Germany": (1, 0.25), "France": (0, 0.0), "Everything else": (3, 0.75),
    }  # fmt: skip


def test_rules_for_a_stage_stand_beside_those_for_new_leads(drafted, team):
    new = make.publish()
    stage = Stage.objects.order_by("pk").last()
    handoff = RuleSet.objects.create(name="To the closers", runs_on=RuleSet.RunsOn.STAGE, stage=stage)
    handoff.rules.create(name="All", position=1, to=Rule.To.GROUP, group=team)
    version = rulesets.publish(rule_set=handoff, by=None, comment="", now=timezone.now())

    assert rulesets.published(1) == new
    assert rulesets.published_for_stages(1) == {stage.pk: version}
