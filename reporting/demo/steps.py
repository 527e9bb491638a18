"""Gives the demo its follow-up plan, and the visitor steps that are due, done and stopped."""

from datetime import datetime, timedelta

from leads.life import State
from leads.models import FollowUpStep, Lead, Stage, StepKind, Task, WorkPlan
from reporting.demo import cast
from reporting.demo.team import Team
from reps.models.division import SEEDED
from routing.models import Assignment

_PLAN = (
    (0, StepKind.CALL, ""),
    (1, StepKind.CALL, "Second try"),
    (1, StepKind.EMAIL, "What others of their industry do with it"),
    (3, StepKind.CALL, "Last try, ask whom else to talk to"),
)
# Minutes from now, what, and about what: two are overdue, two come later today, one is of tomorrow.
_OWN = (
    (-95, StepKind.CALL, "Ask for the number of trucks"),
    (-12, StepKind.EMAIL, "Send the offer"),
    (50, StepKind.CALL, "Budget is decided this morning"),
    (130, StepKind.MESSAGE, ""),
    (26 * 60, StepKind.MEETING, "Show the planner"),
)


def make_steps(team: Team, *, now: datetime) -> None:
    """Plans for all groups; steps for the visitor's leads; the past is not followed up after the fact."""
    stop = Stage.objects.get(division=SEEDED, key="meeting-booked")
    for group in team.groups.values():
        plan = WorkPlan.objects.create(group=group, stop_from=stop)
        for day, kind, text in _PLAN:
            FollowUpStep.objects.create(plan=plan, day=day, kind=kind, text=text)
    Assignment.objects.update(followed_at=now)
    rows = Lead.objects.filter(owner__user__email=cast.VISITOR.email, state=State.ASSIGNED, responded_at__isnull=False)
    leads = list(rows.order_by("-stage_at")[: len(_OWN) + 2])
    Task.objects.bulk_create(
        _task(lead, kind, text, now + timedelta(minutes=minutes), now)
        for lead, (minutes, kind, text) in zip(leads, _OWN, strict=False)
    )
    Task.objects.bulk_create(task for lead in leads[-2:] for task in _planned(lead, now))


def _task(lead: Lead, kind: StepKind, text: str, due_at: datetime, now: datetime) -> Task:
    return Task(
        lead=lead,
        rep_id=lead.owner_id or 0,  # asked for with an owner
        hop=lead.hop,
        source=Task.Source.OWN,
        kind=kind,
        text=text,
        due_at=due_at,
        created_at=min(due_at, now) - timedelta(hours=3),
    )


def _planned(lead: Lead, now: datetime) -> list[Task]:
    """Of a plan: the first two are done, the others still ahead."""
    steps = FollowUpStep.objects.filter(plan__group=lead.group_id)
    found = []
    for n, step in enumerate(steps):
        at = now + timedelta(days=n - 2, minutes=20)
        task = _task(lead, StepKind(step.kind), step.text, at, now)
        task.source, task.step, task.done_at = Task.Source.PLAN, step, at if at < now else None
        found.append(task)
    return found
