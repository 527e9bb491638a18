"""The only writer of tasks: next steps of reps, and those of a follow-up plan; what ends them is told by their lead."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from leads import due, timeline
from leads.life import EventKind, State, TouchKind
from leads.models import FollowUpStep, Lead, StepKind, Task, Touch, WorkPlan
from reps.models import Rep, User

_FARTHEST = timedelta(days=366)
# A page's clock may run a little behind ours.
_PAST = timedelta(minutes=5)
_DONE_BY = {
    TouchKind.CALL: StepKind.CALL,
    TouchKind.INBOUND_CALL: StepKind.CALL,
    TouchKind.EMAIL: StepKind.EMAIL,
    TouchKind.MESSAGE: StepKind.MESSAGE,
    TouchKind.MEETING: StepKind.MEETING,
}


class NotSetError(Exception):
    """The step was refused; `field` and the message say why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@transaction.atomic
def set_next(
    *, lead: Lead, rep: Rep, by: User | None, kind: StepKind, due_at: datetime, now: datetime, text: str = ""
) -> Task:
    """Set what the owner does next; it takes the place of the one they had set before."""
    if due_at < now - _PAST:
        raise NotSetError("due_at", _("This lies in the past."))
    if due_at > now + _FARTHEST:
        raise NotSetError("due_at", _("Choose a day within a year."))
    current = Lead.objects.select_for_update(of=("self",)).get(pk=lead.pk)
    if current.owner_id != rep.pk or current.state != State.ASSIGNED:
        raise NotSetError("lead", _("This lead is not yours any more, or it is closed."))
    mine = Task.objects.filter(lead=current, source=Task.Source.OWN, done_at=None, stopped_at=None)
    mine.update(stopped_at=now, why=Task.Why.REPLACED)
    row = Task.objects.create(
        lead=current,
        rep=rep,
        hop=current.hop,
        source=Task.Source.OWN,
        kind=kind,
        text=text.strip()[:200],
        due_at=due_at,
        created_at=now,
        by=by,
    )
    _tell(row, EventKind.STEP_SET, by, now)
    return row


@transaction.atomic
def finish(*, task: Task, by: User | None, now: datetime) -> bool:
    """Tick it off without a contact; False where it was ended before, or the lead is somebody else's by now."""
    lead = Lead.objects.select_for_update(of=("self",)).get(pk=task.lead_id)
    if (lead.owner_id, lead.hop) != (task.rep_id, task.hop):
        return False
    if not _open([lead.pk]).filter(pk=task.pk).update(done_at=now):
        return False
    _tell(task, EventKind.STEP_DONE, by, now)
    return True


@transaction.atomic
def drop(*, task: Task, by: User | None, now: datetime) -> bool:
    """End a step that is not to be done; False where it was ended before."""
    if not _open([task.lead_id]).filter(pk=task.pk).update(stopped_at=now, why=Task.Why.DROPPED):
        return False
    _tell(task, EventKind.STEPS_STOPPED, by, now, why=Task.Why.DROPPED.value)
    return True


def touched(*, lead: Lead, rep: Rep, touch: Touch, kind: TouchKind, now: datetime) -> None:
    """What a contact does: the earliest step of its kind, due today at the latest, is done; a reply ends the plan."""
    midnight = touch.at.astimezone(ZoneInfo(rep.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    due_today = _open([lead.pk]).filter(kind=_DONE_BY[kind], due_at__lt=midnight + timedelta(days=1))
    if done := due_today.order_by("due_at", "pk").first():
        Task.objects.filter(pk=done.pk).update(done_at=touch.at, touch=touch)
    if touch.two_way:
        stop([lead.pk], why=Task.Why.REPLY, at=now, touch=touch)


def stop(
    leads: Collection[int],
    *,
    why: Task.Why,
    at: datetime,
    source: Task.Source | None = Task.Source.PLAN,
    touch: Touch | None = None,
) -> int:
    """End the open steps of these leads, in the transaction of what ends them; `source` None: a rep's own as well."""
    rows = _open(leads)
    if source is not None:
        rows = rows.filter(source=source)
    ended = list(rows.order_by("pk").values_list("pk", "lead_id", "rep_id", "hop"))
    if not ended:
        return 0
    Task.objects.filter(pk__in=[pk for pk, *_rest in ended]).update(stopped_at=at, why=why, touch=touch)
    spells = Counter((lead, rep, hop) for _pk, lead, rep, hop in ended)
    timeline.record(
        timeline.News(lead, EventKind.STEPS_STOPPED, at, rep, hop=hop, payload={"why": why.value, "n": n})
        for (lead, rep, hop), n in spells.items()
    )
    return len(ended)


def moved(*, lead: Lead, at: datetime) -> None:
    """What a stage does: the end of a lead ends every step, a stage that the plan names ends the plan's."""
    if lead.stage.closes:
        stop([lead.pk], why=Task.Why.CLOSED, at=at, source=None)
        return
    plan = WorkPlan.objects.filter(group=lead.group_id, stop_from__isnull=False).select_related("stop_from").first()
    if plan and _past(plan, lead):
        stop([lead.pk], why=Task.Why.STAGE, at=at)


def start(*, lead: Lead, rep: Rep, plan: WorkPlan, since: datetime, hours: due.Hours, now: datetime) -> int:
    """Write the plan's steps for the owner, once a spell however often it is asked; returns how many are new."""
    if lead.stage.closes or _past(plan, lead) or (lead.hop > 1 and not plan.again):
        return 0
    mine = Task.objects.filter(lead=lead, hop=lead.hop, source=Task.Source.PLAN)
    before = mine.count()
    Task.objects.bulk_create(
        (
            Task(
                lead=lead,
                rep=rep,
                hop=lead.hop,
                source=Task.Source.PLAN,
                step=step,
                kind=step.kind,
                text=step.text,
                due_at=_due_at(lead, step, since, hours),
                created_at=now,
            )
            for step in plan.steps.all()
        ),
        ignore_conflicts=True,
    )
    return mine.count() - before


def _due_at(lead: Lead, step: FollowUpStep, since: datetime, hours: due.Hours) -> datetime:
    """What is due at once is due with the first contact, where that has a time allowed."""
    if step.day == 0 and step.at is None and lead.due_at is not None:
        return lead.due_at
    return due.after(hours, start=since, days=step.day, at=step.at)


def _past(plan: WorkPlan, lead: Lead) -> bool:
    return plan.stop_from is not None and lead.stage.position >= plan.stop_from.position


def _open(leads: Collection[int]) -> "QuerySet[Task]":
    return Task.objects.filter(lead__in=leads, done_at=None, stopped_at=None)


def _tell(task: Task, kind: EventKind, by: User | None, at: datetime, *, why: str = "") -> None:
    news = timeline.News(
        lead=task.lead_id,
        kind=kind,
        at=at,
        rep=task.rep_id,
        user=by.pk if by else None,
        hop=task.hop,
        payload={"step": task.kind, "due_at": task.due_at.isoformat()} | ({"why": why, "n": 1} if why else {}),
        private={"text": task.text} if task.text else None,
    )
    timeline.record([news])
