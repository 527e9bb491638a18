"""The test page of a connection: what would become of a delivery, with nothing written."""

import pytest
from django.urls import reverse

from leads.connectors import sources
from leads.models import Delivery, Inbound, Lead, QualificationRule, ScoreRow
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_the_test_page_tells_the_way_to_a_rep_and_writes_nothing(ops):
    make.publish(make.rule(make.group("Inbound", [make.rep("Ana")])))
    before = (Inbound.objects.count(), Lead.objects.count(), Delivery.objects.count())

    for name, source in sources().items():
        door = make.connection(
            name, secrets=dict(source.examples[0].secrets), settings=dict(source.examples[0].settings)
        )
        for n, _example in enumerate(source.examples):
            page = ops.post(reverse("connection-test", args=[door.uid]), {"pick": f"example-{n}"}).content.decode()
            assert "It would go to Ana" in page, name
            proof = (
                "It proves who sent it." in page,
                "Nothing proves who sent it" in page,
                "it would be refused" in page,
            )
            assert sum(proof) == 1, name
            assert "Where it would go" in page, name

    door = make.connection("webhook")
    answer = ops.post(reverse("connection-test", args=[door.uid]), {"body": "{", "kind": "application/json"})
    assert "It would be refused" in answer.content.decode()
    answer = ops.post(reverse("connection-test", args=[door.uid]), {"body": '{"name": "Ann", "country": "Atlantis"}'})
    assert "Atlantis" in answer.content.decode()
    assert before == (Inbound.objects.count(), Lead.objects.count(), Delivery.objects.count())


@pytest.mark.parametrize("pick", ["example-²", f"example-{'9' * 5000}", "example-99", "\x00"])
def test_what_is_no_example_is_not_tried(ops, pick):
    door = make.connection("webhook")

    assert ops.post(reverse("connection-test", args=[door.uid]), {"pick": pick}).status_code == 200


def test_a_look_at_the_test_page_asks_no_vendor(ops, monkeypatch):
    door = make.connection("webhook")
    monkeypatch.setattr(type(sources()["webhook"]), "read", lambda *_: pytest.fail("it was read"))

    page = ops.get(reverse("connection-test", args=[door.uid]), {"pick": "example-0"})

    assert page.status_code == 200


def test_the_test_page_tells_the_score_and_what_qualification_says(ops):
    make.publish(make.rule(make.group("Inbound", [make.rep("Ana")])))
    ScoreRow.objects.create(label="Asks for prices", points=25, position=1, condition={})
    QualificationRule.objects.create(name="No students", verdict="disqualified", reason="Students", position=1)
    door = make.connection("webhook")

    page = ops.post(
        reverse("connection-test", args=[door.uid]), {"body": '{"name": "Stu"}', "kind": "application/json"}
    )

    assert "25: +25 Asks for prices" in page.content.decode()
    assert "Turned away: Students" in page.content.decode()
    assert not Lead.objects.exists()
