"""The page of a group's follow-up plan: who may, what is kept, what is refused."""

import pytest
from django.test import Client

from leads.models import FollowUpStep, WorkPlan
from routing import live
from routing.models import Timer
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(db):
    team = make.group("DACH", [make.rep("Ana")])
    team.managers.add(make.user("Clara"))
    make.publish(make.rule(team))
    return team


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def sent(*rows, **fields):
    data = {"steps-TOTAL_FORMS": len(rows), "steps-INITIAL_FORMS": 0, "again": "on", "give_on": "no", **fields}
    for n, row in enumerate(rows):
        data |= {f"steps-{n}-{name}": value for name, value in row.items()}
    return data


def test_a_manager_writes_the_plan_of_their_group_and_silence_is_watched_from_then_on(team):
    make.arrive()
    live.route_ready(1)
    page = f"/work-plans/{team.uid}/"
    client = signed_in(team.managers.get())

    client.post(page, sent({"day": 0, "kind": "call"}, {"day": 2, "kind": "email", "at": "10:30"}, quiet_days=5))

    assert list(FollowUpStep.objects.values_list("day", "kind")) == [(0, "call"), (2, "email")]
    assert Timer.objects.filter(kind="quiet").count() == 1
    assert "2 follow-up steps. Taken back after 5 days" in client.get("/work-plans/").content.decode()
    assert 'value="10:30"' in client.get(page).content.decode()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (sent({"day": 99, "kind": "call"}), "less than or equal to 60"),
        (sent({"day": 1, "kind": "fax"}), "Select a valid choice"),
        (sent({"day": 1, "kind": "call", "at": "25:00"}), "Enter a valid time"),
        (sent(quiet_days=0), "greater than or equal to 1"),
        (sent(stop_from=999_999), "Select a valid choice"),
        ({}, "ManagementForm data is missing"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_kept(team, data, says):
    answer = signed_in(team.managers.get()).post(f"/work-plans/{team.uid}/", data)

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not WorkPlan.objects.exists()


def test_other_groups_are_not_there_and_reps_are_refused(team):
    other = make.group("Iberia")

    assert signed_in(team.managers.get()).get(f"/work-plans/{other.uid}/").status_code == 404
    assert signed_in(team.memberships.get().rep.user).get("/work-plans/").status_code == 403
