"""Leads on which nothing is done: warned of, taken back once, kept by any sign of life."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads import respond, steps
from leads.life import EventKind, TouchKind
from leads.models import Delivery, Lead, LeadEvent, Stage, StepKind, Task, WorkPlan
from routing import follow, live, quiet, sla
from routing.models import Assignment, Timer
from routing.watch import audit
from tests import factories as make

pytestmark = pytest.mark.django_db

STEPS = [{"strategy": name} for name in ("availability", "not_again", "weighted")]


@pytest.fixture
def team(db):
    team = make.group("DACH", [make.rep("Ana"), make.rep("Ben")], steps=STEPS, respond_within=15, escalation=[])
    WorkPlan.objects.create(group=team, quiet_days=3)
    make.publish(make.rule(team))
    return team


@pytest.fixture
def lead(team):
    made = make.arrive()
    live.route_ready(1)
    follow.follow(1, now=timezone.now())
    return fresh(made)


def fresh(lead):
    return Lead.objects.select_related("stage", "division", "owner__user").get(pk=lead.pk)


def pass_days(lead, days):
    """As if so many days had passed for this lead."""
    back = timedelta(days=days)
    for row in Timer.objects.filter(lead=lead, fired_at=None):
        Timer.objects.filter(pk=row.pk).update(due_at=row.due_at - back)
    known = fresh(lead)
    Lead.objects.filter(pk=lead.pk).update(assigned_at=known.assigned_at - back, arrived_at=known.arrived_at - back)
    for row in lead.touches.all():
        lead.touches.filter(pk=row.pk).update(at=row.at - back)
    for row in LeadEvent.objects.filter(lead=lead):
        LeadEvent.objects.filter(pk=row.pk).update(occurred_at=row.occurred_at - back)
    for row in Task.objects.filter(lead=lead):
        Task.objects.filter(pk=row.pk).update(due_at=row.due_at - back)


def fire():
    while sla.overdue(1, now=timezone.now()):
        sla.fire(1)


def words(event):
    return Delivery.objects.filter(event=event, channel="email").count()


def test_the_rep_is_warned_a_day_before_and_then_somebody_else_has_it(lead):
    owner = lead.owner
    pass_days(lead, 2.1)
    fire()
    assert (fresh(lead).owner, words("quiet_soon")) == (owner, 1)

    pass_days(lead, 1)
    fire()
    fire()
    live.route_ready(1)

    lead = fresh(lead)
    assert lead.owner not in {None, owner}
    assert Assignment.objects.get(lead=lead, rep=owner).end == "gone_quiet"
    assert LeadEvent.objects.filter(lead=lead, kind=EventKind.GONE_QUIET).count() == 1
    assert words("taken_back") == words("quiet_soon") == 1
    assert not any(finding.broken for finding in audit())


@pytest.mark.parametrize("sign", ["touch", "note", "stage", "step ahead", "step done"])
def test_any_sign_of_life_keeps_it(lead, sign):
    owner, now = lead.owner, timezone.now()
    pass_days(lead, 2)
    if sign == "touch":
        respond.touch(lead=lead, rep=owner, by=owner.user, kind=TouchKind.EMAIL, now=now)
    elif sign == "note":
        respond.note(lead=lead, by=owner.user, text="Called their switchboard", now=now)
    elif sign == "stage":
        respond.move_stage(lead=lead, stage=Stage.objects.get(key="opportunity"), by=owner.user, now=now)
    else:
        later = now + timedelta(days=9)
        task = steps.set_next(lead=lead, rep=owner, by=owner.user, kind=StepKind.CALL, due_at=later, now=now)
        if sign == "step done":
            steps.finish(task=task, by=owner.user, now=now)

    pass_days(lead, 1.5)
    fire()

    assert fresh(lead).owner == owner
    assert Timer.objects.get(lead=lead, kind="quiet").fired_at is None


def test_a_lead_opened_again_has_its_clock_again(lead, django_capture_on_commit_callbacks):
    user = lead.owner.user
    respond.move_stage(lead=lead, stage=Stage.objects.get(key="lost"), by=user, now=timezone.now(), reason="No money")
    pass_days(lead, 4)
    Lead.objects.update(closed_at=timezone.now() - timedelta(minutes=1))
    fire()
    assert fresh(lead).state == "closed"

    with django_capture_on_commit_callbacks(execute=True):
        respond.move_stage(lead=fresh(lead), stage=Stage.objects.get(key="opportunity"), by=user, now=timezone.now())
    fire()

    due = Timer.objects.get(lead=lead, kind="quiet", fired_at=None).due_at
    assert due > timezone.now() + timedelta(days=2)


def test_a_group_that_does_not_ask_keeps_everything(lead, team):
    WorkPlan.objects.update(quiet_days=None)
    pass_days(lead, 30)
    fire()

    assert fresh(lead).owner == lead.owner


def test_who_was_quiet_before_anybody_asked_is_not_taken_back_at_once(lead, team):
    Timer.objects.all().delete()
    pass_days(lead, 30)

    assert quiet.set_for(team, now=timezone.now()) == 1
    fire()

    assert fresh(lead).owner == lead.owner
    assert words("quiet_soon") == 1
