"""A rep's own leads as lists: what they search, which sections they fall into, what is due for each."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, Value

from leads.life import EventKind, State
from leads.models import Lead, LeadEvent, Stage, Task
from leads.models.lead import LeadQuerySet
from reps.models import Rep

MOST = 200
MEETING = (Stage.Metric.MEETING_BOOKED, Stage.Metric.MEETING_HELD)
_NOT_DIGITS = re.compile(r"\D+")
_FEWEST_DIGITS = 3


@dataclass(slots=True)
class Sorted:
    """A rep's leads by what they wait for; `tasks` is the next open step of each that has one."""

    rep: Rep
    silent: list[Lead] = field(default_factory=list)
    due: list[Lead] = field(default_factory=list)
    today: list[Lead] = field(default_factory=list)
    others: list[Lead] = field(default_factory=list)
    tasks: dict[int, Task] = field(default_factory=dict)

    def total(self) -> int:
        """All that are open, beyond those listed."""
        return Lead.objects.filter(owner=self.rep, state=State.ASSIGNED).count()


def search(rows: "LeadQuerySet[Lead]", query: str, *, rep: Rep) -> "LeadQuerySet[Lead]":
    """Of these, those whose name, company, e-mail, phone (its digits alone do) or own notes have the words."""
    found = Q()
    for name in ("name", "company", "email", "phone"):
        found |= Q(**{f"private__{name}__icontains": query})
    digits = _NOT_DIGITS.sub("", query)
    if len(digits) >= _FEWEST_DIGITS and not re.search(r"[^\W\d]", query):
        told = Func(F("private__phone"), Value(r"\D"), Value(""), Value("g"), function="regexp_replace")
        rows = rows.annotate(phone_digits=told)
        found |= Q(phone_digits__contains=digits.lstrip("0")) | Q(private__phone_e164__contains=digits.lstrip("0"))
    noted = LeadEvent.objects.filter(lead=OuterRef("pk"), kind=EventKind.NOTED, user=rep.user_id)
    return rows.filter(found | Exists(noted.filter(private__payload__text__icontains=query)))


def next_steps(rep: Rep) -> dict[int, Task]:
    """The earliest open step of each lead that is the rep's now."""
    rows = Task.objects.filter(
        rep=rep, done_at=None, stopped_at=None, lead__owner=rep, lead__hop=F("hop"), lead__state=State.ASSIGNED.value
    )
    found: dict[int, Task] = {}
    for task in rows.order_by("due_at", "pk"):
        found.setdefault(task.lead_id, task)
    return found


def sort(rep: Rep, *, tab: str, query: str, now: datetime) -> Sorted:
    """The leads of a tab: clocks first, then steps that are due, those of later today, and the rest."""
    rows = Lead.objects.filter(owner=rep).select_related("stage", "private")
    if query:
        rows = search(rows, query, rep=rep)
    tasks = next_steps(rep)
    silent = list(rows.awaiting_contact().order_by(F("due_at").asc(nulls_last=True), "pk")[:MOST])
    known = {lead.pk for lead in silent}
    if tab not in {"due", "all"}:
        return Sorted(rep, silent, others=_without(_others(rows, tab, query), known), tasks=tasks)
    evening = now.astimezone(ZoneInfo(rep.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    evening += timedelta(days=1)
    asked = sorted((t for t in tasks.values() if t.due_at < evening and t.lead_id not in known), key=_due)[:MOST]
    by_pk = {lead.pk: lead for lead in rows.filter(pk__in=[t.lead_id for t in asked])}
    due = [by_pk[t.lead_id] for t in asked if t.due_at <= now and t.lead_id in by_pk]
    today = [by_pk[t.lead_id] for t in asked if t.due_at > now and t.lead_id in by_pk]
    return Sorted(rep, silent, due, today, _without(_others(rows, tab, query), known | set(by_pk)), tasks)


def _due(task: Task) -> tuple[datetime, int]:
    return task.due_at, task.pk


def _without(rows: Iterable[Lead], known: set[int]) -> list[Lead]:
    return [lead for lead in rows if lead.pk not in known]


def _others(rows: "QuerySet[Lead]", tab: str, query: str) -> "Sequence[Lead] | QuerySet[Lead]":
    if tab == "closed":
        return rows.filter(state=State.CLOSED).order_by("-closed_at")[:MOST]
    if tab == "meetings":
        return rows.filter(state=State.ASSIGNED, stage__metric__in=MEETING).order_by("stage_at")[:MOST]
    states = [State.ASSIGNED, State.CLOSED] if query else [State.ASSIGNED]
    return rows.filter(state__in=states).order_by(F("stage_at").asc(nulls_first=True), "pk")[:MOST]
