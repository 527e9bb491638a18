"""Pausing routing: leads are accepted and wait, with a reason and an audit row; resuming wakes them."""

import pytest
from django.utils import timezone

from leads.models import Lead
from routing import halt, live
from routing.models import Act, RoutingPause
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(db):
    made = make.group("DACH", [make.rep("Ana")])
    make.publish(make.rule(made, name="All"))
    return made


def test_pausing_and_resuming_leave_rows_that_say_who_and_why(team):
    boss = make.user("Boss")

    row = halt.pause(division_id=1, group=team, by=boss, why="Moving desks")
    again = halt.pause(division_id=1, group=team, by=None, why="Twice")

    assert again == row
    assert (halt.paused(1).everything, list(halt.paused(1).groups)) == (None, [team.pk])
    assert halt.paused(1).of(team.pk).why == "Moving desks"
    assert halt.resume(division_id=1, group=team, by=boss, why="Done") == 0
    assert halt.paused(1) == halt.Paused()
    assert list(Act.objects.order_by("pk").values_list("kind", "why", "asked")) == [
        ("pause", "Moving desks", {"group": str(team.uid)}),
        ("resume", "Done", {"group": str(team.uid)}),
    ]
    ended = RoutingPause.objects.get()
    assert (ended.by, ended.ended_by, ended.ends_at > ended.starts_at) == (boss, boss, True)


def test_resuming_what_does_not_stand_still_does_nothing(team):
    assert halt.resume(division_id=1, group=None, by=None) == 0
    assert not Act.objects.exists()


def test_resuming_wakes_what_waits(team):
    lead = make.arrive()
    halt.pause(division_id=1, group=team, by=None, why="")
    Lead.objects.filter(pk=lead.pk).update(
        state="held", group=team, reason="routing_paused", waiting_until=timezone.now()
    )

    assert halt.resume(division_id=1, group=team, by=None) == 1
    live.route_ready(1)

    lead.refresh_from_db()
    assert lead.state == "assigned"


def test_a_paused_division_keeps_its_leads_and_the_preview_says_where_they_would_go(team):
    halt.pause(division_id=1, group=None, by=None, why="New rules")
    leads = make.arrive(3)
    live.route_ready(1)
    assert set(Lead.objects.values_list("state", flat=True)) == {"ready"}

    seen = halt.preview(division_id=1, group=None, now=timezone.now())

    assert (seen.waiting, seen.looked_at) == (3, 3)
    assert dict(seen.went) == {halt.Went("assigned", team.pk, team.memberships.get().rep_id): 3}
    assert set(Lead.objects.values_list("state", flat=True)) == {"ready"}
    halt.resume(division_id=1, group=None, by=None)
    live.route_ready(1)
    assert Lead.objects.filter(state="assigned").count() == len(leads)


def test_a_paused_group_holds_its_leads_and_lets_the_others_through(team):
    other = make.group("Other", [make.rep("Ben")])
    halt.pause(division_id=1, group=team, by=None, why="")
    lead = make.arrive()
    live.route_ready(1)
    lead.refresh_from_db()

    assert (lead.state, lead.reason, lead.group) == ("held", "routing_paused", team)
    seen = halt.preview(division_id=1, group=team, now=timezone.now())
    assert (seen.waiting, dict(seen.went)) == (1, {halt.Went("assigned", team.pk, team.memberships.get().rep_id): 1})
    assert halt.preview(division_id=1, group=other, now=timezone.now()).waiting == 0
