"""Bulk acts against live routing and against each other: nothing decided after a pause, one owner, shares exact."""

import pytest
from django.db import connection
from django.utils import timezone

from leads.models import Lead
from routing import halt, hand, live, rulesets
from routing.assign import NotYoursError
from routing.models import Act, Decision, RuleSet
from tests import factories as make
from tests.routing.test_races import sound, together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def drain():
    for _ in range(400):
        if not live.route_ready(1, most=20).busy and not Lead.objects.filter(state="ready").exists():
            return


def test_nothing_is_decided_after_a_pause_committed():
    make.publish(make.rule(make.group("DACH", [make.rep(), make.rep()])))
    make.arrive(600)
    at = []

    def pause():
        while Lead.objects.filter(state="assigned").count() < 100:
            pass
        halt.pause(division_id=1, group=None, by=None, why="Stop")
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            at.append(cursor.fetchone()[0])

    answers = together(drain, pause)

    assert answers == [None, None]
    assert not Decision.objects.filter(at__gt=at[0]).exists()
    assert Lead.objects.filter(state="ready").exists()
    halt.resume(division_id=1, group=None, by=None)
    drain()
    assert Lead.objects.filter(state="assigned").count() == 600
    assert sound()


def test_a_leaver_reassigning_and_routing_again_at_once_leave_one_owner_each():
    reps = [make.rep() for _ in range(4)]
    team = make.group("DACH", reps)
    version = make.publish(make.rule(team))
    make.arrive(200)
    drain()
    leads = list(Lead.objects.all())
    now = timezone.now()

    answers = together(
        lambda: hand.leave(plan=hand.Leave(rep=reps[0]), by=None),
        lambda: hand.hand_over(leads=leads, rep=reps[1], by=None, why="", now=now),
        lambda: hand.run_again(division_id=1, wanted=hand.Wanted(version=version), by=None, why="", now=now),
        drain,
    )
    drain()

    assert [a for a in answers if isinstance(a, Exception) and not isinstance(a, NotYoursError)] == []
    assert Lead.objects.filter(state="assigned").count() == 200
    assert not Lead.objects.filter(owner=reps[0]).exists()
    assert sound()


def test_of_two_who_save_the_same_revision_one_is_refused():
    make.publish(make.rule(make.group("DACH", [make.rep()]), name="All"))
    row = RuleSet.objects.get()
    body = rulesets.body_of(row)

    def save(name):
        mine = {"rules": [{**body["rules"][0], "name": name}]}
        return rulesets.replace(rule_set=row, revision=row.revision, body=mine, by=None)

    answers = together(*(lambda name=name: save(name) for name in ("One", "Two", "Three")))

    assert sum(isinstance(a, rulesets.StaleDraftError) for a in answers) == 2
    assert RuleSet.objects.get().revision == row.revision + 1


def test_pausing_twice_at_once_leaves_one_pause():
    make.publish(make.rule(make.group("DACH", [make.rep()])))

    answers = together(*[lambda: halt.pause(division_id=1, group=None, by=None, why="x")] * 4)

    assert len({a.pk for a in answers}) == 1
    assert Act.objects.count() == 1
