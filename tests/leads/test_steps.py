"""Next steps: when they are due, what ends them, and taking back what was logged by mistake."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from leads import due, respond, steps, undo
from leads.life import CallOutcome, EventKind, TouchKind
from leads.models import FollowUpStep, Lead, LeadEvent, Stage, StepKind, Task, Touch, WorkPlan
from reps.models import Rep, TimeOff
from routing import follow, hand, live
from routing.models import Assignment, Timer
from tests import factories as make

pytestmark = pytest.mark.django_db

BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY = datetime(2026, 3, 6, 14, 40, tzinfo=BERLIN)


@pytest.fixture
def ana(db):
    return make.rep("Ana")


@pytest.fixture
def team(ana):
    team = make.group("DACH", [ana, make.rep("Ben")], respond_within=15)
    make.publish(make.rule(team, steps=[{"strategy": "round_robin"}]))
    return team


def arrive():
    made = make.arrive()
    live.route_ready(1)
    return fresh(made)


def fresh(lead):
    return Lead.objects.select_related("stage", "division", "owner__user").get(pk=lead.pk)


def log(lead, kind=TouchKind.CALL, outcome=CallOutcome.NO_ANSWER, **more):
    owner = fresh(lead).owner
    outcome = outcome if kind is TouchKind.CALL else None
    return respond.touch(lead=lead, rep=owner, by=owner.user, kind=kind, outcome=outcome, now=timezone.now(), **more)


def plan(group, *rows, **fields):
    made = WorkPlan.objects.create(group=group, **fields)
    for day, kind in rows:
        FollowUpStep.objects.create(plan=made, day=day, kind=kind)
    return made


def open_kinds(lead):
    rows = Task.objects.filter(lead=lead, done_at=None, stopped_at=None)
    return list(rows.order_by("due_at", "pk").values_list("kind", flat=True))


def hours(rep, since):
    return due.hours_of([rep], since=since, days=5)[rep.pk]


def test_quick_choices_lie_in_the_reps_hours(db):
    eva = make.rep("Eva", around_the_clock=False, time_zone="Europe/Berlin")
    make.shifts(eva, time(9), time(17), weekdays=range(5))

    found = due.choices(hours(eva, FRIDAY), now=FRIDAY + timedelta(hours=2))

    monday = datetime(2026, 3, 9, 9, tzinfo=BERLIN)
    assert found == {"hour": monday, "tomorrow": monday, "monday": monday}  # 16:40 + 1 h is after work
    assert due.choices(hours(eva, FRIDAY), now=FRIDAY - timedelta(hours=2))["afternoon"] == datetime(
        2026, 3, 6, 15, tzinfo=BERLIN
    )


def test_days_after_are_working_days_less_time_off(db):
    eva = make.rep("Eva", around_the_clock=False, time_zone="Europe/Berlin")
    make.shifts(eva, time(8, 30), time(17), weekdays=range(5))
    TimeOff.objects.create(
        rep=eva, starts_at=datetime(2026, 3, 9, tzinfo=BERLIN), ends_at=datetime(2026, 3, 10, tzinfo=BERLIN)
    )
    known = hours(eva, FRIDAY)

    assert due.after(known, start=FRIDAY, days=0) == FRIDAY
    assert due.after(known, start=FRIDAY, days=1) == datetime(2026, 3, 10, 8, 30, tzinfo=BERLIN)
    assert due.after(known, start=FRIDAY, days=3, at=time(11)) == datetime(2026, 3, 12, 11, tzinfo=BERLIN)
    assert due.after(known, start=FRIDAY, days=1, at=time(22)) == datetime(2026, 3, 11, 8, 30, tzinfo=BERLIN)


def test_who_has_no_hours_works_every_day_from_nine(db):
    eva = make.rep("Eva", around_the_clock=False)
    known = hours(eva, FRIDAY)

    assert due.after(known, start=FRIDAY, days=1) == datetime(2026, 3, 7, 9, tzinfo=UTC)


def test_one_next_step_at_a_time_and_it_ends_with_the_lead(team):
    lead = arrive()
    now = timezone.now()
    for days in (1, 2):
        steps.set_next(
            lead=lead, rep=lead.owner, by=None, kind=StepKind.CALL, due_at=now + timedelta(days=days), now=now
        )

    assert list(Task.objects.order_by("pk").values_list("why", flat=True)) == ["replaced", ""]
    lost = Stage.objects.get(key="lost")
    respond.move_stage(lead=lead, stage=lost, by=lead.owner.user, now=now, reason="No money")
    assert Task.objects.order_by("pk").last().why == "closed"


@pytest.mark.parametrize("days", [-1, 400])
def test_a_step_lies_ahead_and_within_a_year(team, days):
    lead, now = arrive(), timezone.now()
    with pytest.raises(steps.NotSetError) as refused:
        steps.set_next(
            lead=lead, rep=lead.owner, by=None, kind=StepKind.CALL, due_at=now + timedelta(days=days), now=now
        )
    assert refused.value.field == "due_at"


def test_the_plan_is_written_once_for_who_has_the_lead_and_anew_for_the_next(team):
    plan(team, (0, "call"), (1, "email"))
    lead = arrive()
    ben = next(m.rep for m in team.memberships.all() if m.rep != lead.owner)

    assert [follow.follow(1, now=timezone.now()) for _ in range(2)] == [1, 0]
    Assignment.objects.update(followed_at=None)  # as if the process had died before its mark was kept
    follow.follow(1, now=timezone.now())
    assert open_kinds(lead) == ["call", "email"]

    hand.give(lead=lead, rep=ben, group=team, by=None)
    assert open_kinds(lead) == []
    assert set(Task.objects.values_list("why", flat=True)) == {"owner"}
    follow.follow(1, now=timezone.now())
    assert open_kinds(lead) == ["call", "email"]
    assert Task.objects.filter(stopped_at=None, rep=ben, hop=2).count() == 2


def test_the_plan_is_for_the_first_owner_alone_where_it_says_so(team):
    plan(team, (0, "call"), again=False)
    lead = arrive()
    follow.follow(1, now=timezone.now())
    hand.give(lead=lead, rep=next(m.rep for m in team.memberships.all() if m.rep != lead.owner), group=team, by=None)
    follow.follow(1, now=timezone.now())

    assert open_kinds(lead) == []


def where_it_is_noon():
    """A zone in which this hour is about twelve, so that what is due in a quarter of an hour is due today."""
    off = timezone.now().hour - 12
    return f"Etc/GMT{off:+d}" if off else "Etc/GMT"


def test_a_contact_does_the_step_of_its_kind_that_is_due_today_and_no_later_one(team):
    Rep.objects.update(time_zone=where_it_is_noon())
    plan(team, (0, "call"), (1, "call"), (0, "email"))
    lead = arrive()
    follow.follow(1, now=timezone.now())

    log(lead)
    log(lead)

    assert sorted(open_kinds(lead)) == ["call", "email"]
    assert Task.objects.filter(done_at__isnull=False).get().touch == Touch.objects.order_by("pk").first()


def test_a_reply_ends_the_plan_but_not_the_reps_own_step(team):
    plan(team, (0, "call"), (1, "call"), (3, "email"))
    lead = arrive()
    follow.follow(1, now=timezone.now())
    later = timezone.now() + timedelta(days=2)
    steps.set_next(lead=lead, rep=lead.owner, by=None, kind=StepKind.OTHER, due_at=later, now=timezone.now())

    log(lead, outcome=CallOutcome.CONNECTED)

    assert open_kinds(lead) == ["other"]
    assert set(Task.objects.filter(stopped_at__isnull=False).values_list("why", flat=True)) == {"reply"}


def test_a_stage_ends_the_plan_from_the_one_it_names(team):
    plan(team, (1, "call"), stop_from=Stage.objects.get(key="meeting-booked"))
    lead = arrive()
    follow.follow(1, now=timezone.now())
    log(lead)
    assert open_kinds(lead) == ["call"]

    respond.move_stage(lead=lead, stage=Stage.objects.get(key="meeting-booked"), by=lead.owner.user, now=timezone.now())

    assert open_kinds(lead) == []
    assert LeadEvent.objects.filter(kind=EventKind.STEPS_STOPPED, payload__why="stage").count() == 1


def test_what_was_logged_by_mistake_is_as_if_it_had_not_been(team, django_capture_on_commit_callbacks):
    plan(team, (0, "call"), (1, "call"))
    lead = arrive()
    owner = lead.owner
    follow.follow(1, now=timezone.now())
    log(lead, outcome=CallOutcome.CONNECTED)
    timer = Timer.objects.create(lead=lead, hop=1, kind="release", due_at=timezone.now(), fired_at=timezone.now())
    event = LeadEvent.objects.get(kind=EventKind.TOUCHED)

    with django_capture_on_commit_callbacks(execute=True):
        undo.take_back(lead=lead, event=event, rep=owner, by=owner.user, now=timezone.now())

    lead = fresh(lead)
    assert (lead.responded_at, lead.reached_at, lead.stage.key) == (None, None, "new")
    assert not Touch.objects.exists()
    assert open_kinds(lead) == ["call", "call"]
    timer.refresh_from_db()
    assert timer.fired_at is None
    assert LeadEvent.objects.filter(pk=event.pk).exists()
    with pytest.raises(undo.NotDoneError):
        undo.take_back(lead=lead, event=event, rep=owner, by=owner.user, now=timezone.now())


def test_the_next_contact_becomes_the_first_when_the_first_is_taken_back(team):
    lead = arrive()
    log(lead, TouchKind.EMAIL)
    second = log(lead)
    first = LeadEvent.objects.filter(kind=EventKind.TOUCHED).order_by("pk").first()

    undo.take_back(lead=lead, event=first, rep=lead.owner, by=lead.owner.user, now=timezone.now())

    second.refresh_from_db()
    assert second.response_seconds is not None
    assert fresh(lead).responded_at == second.at


@pytest.mark.parametrize("who", ["late", "other"])
def test_only_ones_own_and_only_for_some_minutes(team, who):
    lead = arrive()
    log(lead)
    event = LeadEvent.objects.get(kind=EventKind.TOUCHED)
    by = make.user() if who == "other" else lead.owner.user
    now = timezone.now() + (timedelta(minutes=11) if who == "late" else timedelta(0))

    with pytest.raises(undo.NotDoneError):
        undo.take_back(lead=lead, event=event, rep=lead.owner, by=by, now=now)
    assert Touch.objects.count() == 1
