"""What if this lead arrived now: the API answers as live would, and writes nothing."""

import pytest

from leads.models import Intake, Lead
from routing import live
from routing.models import Decision
from tests import factories as make
from tests.routing.test_rules_api import Caller

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.contract]
GERMANY = {"field": "country", "operator": "is", "value": "DE"}


@pytest.fixture
def drafted():
    ana, ben, cleo = make.rep("Ana"), make.rep("Ben"), make.rep("Cleo")
    row = make.rule_set(
        make.rule(make.group("DACH", [ana, ben]), GERMANY, name="Germany"),
        make.rule(make.group("World", [cleo]), name="Everything else"),
    )
    make.publish(row)
    return row


def test_it_answers_as_live_decides_and_writes_nothing(drafted):
    call = Caller("rules:read")
    sent = {"name": "Kim Weber", "email": "kim@weber.example", "country": "DE"}

    said = call("post", f"rule-sets/{drafted.uid}/try/", {"lead": sent}).says

    assert (Lead.objects.count(), Decision.objects.count(), Intake.objects.count()) == (0, 0, 0)
    lead = make.arrive(email="kim@weber.example", country="DE")
    live.route_ready(1)
    decided = Decision.objects.get(lead=lead)
    assert (said["outcome"], said["rule"], said["rep"]) == ("assigned", "Germany", decided.rep.name)
    assert [(row["rep"], row["would_win"]) for row in said["considered"]] == [("Ana", False), ("Ben", True)]
    assert said["considered"][1]["what_if_says"] == "Theirs if owed anything more."
    assert said["version"] == 1


def test_the_draft_can_be_tried_before_it_is_published(drafted):
    drafted.rules.filter(name="Germany").delete()
    call = Caller("rules:read")
    sent = {"email": "kim@weber.example", "country": "DE"}

    assert call("post", f"rule-sets/{drafted.uid}/try/", {"lead": sent, "draft": True}).says["rep"] == "Cleo"
    assert call("post", f"rule-sets/{drafted.uid}/try/", {"lead": sent}).says["rep"] == "Ana"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "lead"),
        ({"lead": {"email": "nonsense"}}, "lead"),
        ({"lead": {"employees": "many"}}, "lead"),
        ({"lead": {}, "draft": "yes"}, "draft"),
        ({"lead": {}, "what": 1}, "what"),
    ],
)
def test_what_is_wrong_is_named(drafted, body, field):
    answer = Caller("rules:read")("post", f"rule-sets/{drafted.uid}/try/", body)

    assert answer.status_code == 400
    assert field in str(answer.says)


def test_a_key_without_the_scope_is_refused(drafted):
    assert Caller("leads:read")("post", f"rule-sets/{drafted.uid}/try/", {"lead": {}}).status_code == 403
