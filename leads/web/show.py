"""The page of one lead: facts, clocks, stage, timeline; the why comes from routing as a fragment."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from leads import respond, undo
from leads.life import Kind, State
from leads.models import Lead, LeadEvent, LeadPrivate, Stage, StepKind, Task, Touch, WorkPlan
from leads.qualify.normalise import country_name
from leads.web import merged, story, telling
from leads.web.facts import account_facts, facts_of, frozen_of
from leads.web.others import others_of
from reps import access
from reps.models import User
from reps.templatetags.face import duration


@login_required
@never_cache
@require_safe
def page(request: HttpRequest, uid: str) -> HttpResponse:
    """Everything about a lead, for whoever may read it; else 404 as if it did not exist."""
    now = timezone.now()
    rows = Lead.objects.select_related("stage", "group", "owner__user", "account", "connection", "merged_into")
    lead = get_object_or_404(rows.visible_to(request.user, now=now), uid=uid)
    rep = access.rep_of(request.user)
    mine = rep is not None and lead.owner_id == rep.pk
    if mine and rep is not None and isinstance(request.user, User):
        respond.open_page(lead=lead, rep=rep, by=request.user, now=now)
    return render(request, "leads/lead_show.html", context_of(lead, now=now, mine=mine, reader=request.user))


def context_of(lead: Lead, *, now: datetime, mine: bool, reader: Any) -> dict[str, Any]:
    """What the template asks for."""
    details = LeadPrivate.objects.get(lead=lead)
    events, left_out = story.events_of(lead)
    parts = merged.parts_of(lead, reader=reader, now=now)
    told = [(event, telling.item_of(event, reader=reader)) for event in events] + parts["items"]
    _mark_undone(lead, told, reader=reader if mine else None, now=now)
    told = story.gap(events, left_out) + told
    told.sort(key=lambda pair: (pair[0].occurred_at, pair[0].pk), reverse=True)
    back = ("my-leads", _("My leads")) if mine else ("leads", _("Leads"))
    return {
        "now": now,
        "lead": {
            "uid": lead.uid,
            "title": title_of(lead, details),
            "who": who_of(lead, details),
            "there": time_there(details, now),
            "can_act": mine and lead.state in {State.ASSIGNED, State.CLOSED},
            "test": lead.kind == Kind.TEST,
            "put_back": mine and may_put_back(lead),
        },
        "back": {"url": reverse(back[0]), "label": back[1]},
        "clock": clock_of(lead) if lead.state == State.ASSIGNED else None,
        "steps": telling.steps_of(lead, telling.without_undone(events)),
        "tasks": tasks_of(lead, now),
        **_promise(lead),
        "stages": _stages(lead),
        "moves": moves_of(lead),
        "onward": onward_of(lead),
        "facts": [*account_facts(lead, events), *facts_of(lead, details, frozen_of(lead))],
        "others": others_of(lead, reader=reader, now=now),
        "timeline": [item for _event, item in told],
        "give_url": _give_url(lead, mine=mine),
        "into": parts["into"],
        "merged": parts["merged"],
        "merge_url": parts["merge_url"],
        "delete_url": _delete_url(lead, mine=mine, reader=reader),
        "return_reasons": telling.RETURN_REASONS if mine and lead.state == State.ASSIGNED else [],
    }


def _mark_undone(lead: Lead, told: list[tuple[LeadEvent, dict[str, Any]]], *, reader: Any, now: datetime) -> None:
    """What was taken back says so; what the reader, if the lead is theirs, may take back has a button."""
    undone = telling.undone_in([event for event, _item in told])
    for event, item in told:
        if event.pk in undone:
            item |= {"undone": True, "act": False, "quote": ""}
        elif reader is not None and event.hop == lead.hop and undo.may(event, by=reader, now=now):
            item["undo_url"] = reverse("lead-take-back", args=[lead.uid, event.pk])


def tasks_of(lead: Lead, now: datetime) -> list[dict[str, Any]]:
    """The present owner's open steps, the next first."""
    rows = Task.objects.filter(lead=lead, hop=lead.hop, rep=lead.owner_id, done_at=None, stopped_at=None)
    return [step_of(task, now) for task in rows.order_by("due_at", "pk")] if lead.state == State.ASSIGNED else []


def step_of(task: Task, now: datetime) -> dict[str, Any]:
    """One step for components/step.html."""
    at = timezone.localtime(task.due_at)
    today = at.date() == timezone.localtime(now).date()
    near = abs((at.date() - timezone.localtime(now).date()).days) < 7
    kind = StepKind(task.kind)
    return {
        "uid": task.uid,
        "label": kind.label,
        "icon": _STEP_ICONS[kind],
        "text": task.text,
        "due_at": task.due_at,
        "when": date_format(at, "H:i" if today else "D H:i" if near else "j M"),
        "late": task.due_at <= now,
        "planned": task.source == Task.Source.PLAN,
        "log": kind.value if kind != StepKind.OTHER else "",
    }


_STEP_ICONS = {
    StepKind.CALL: "phone",
    StepKind.EMAIL: "mail",
    StepKind.MESSAGE: "message",
    StepKind.MEETING: "cal",
    StepKind.OTHER: "flag",
}


def _give_url(lead: Lead, *, mine: bool) -> str:
    """Where the owner hands it to a colleague, if the group lets them."""
    plan = WorkPlan.objects.filter(group=lead.group_id).first() if mine and lead.state == State.ASSIGNED else None
    return reverse("lead-give-on", args=[lead.uid]) if plan and plan.give_on != WorkPlan.GiveOn.NO else ""


def _delete_url(lead: Lead, *, mine: bool, reader: Any) -> str:
    """Only tests can be deleted: by their owner, and by who manages them."""
    if lead.kind != Kind.TEST:
        return ""
    may = mine or Lead.objects.overseen_by(reader).filter(pk=lead.pk).exists()
    return reverse("test-delete", args=[lead.uid]) if may else ""


def title_of(lead: Lead, details: LeadPrivate) -> str:
    """The company, else the person, else what is known."""
    return details.company or details.name or details.email or details.phone or _("Lead %s") % lead.pk


def who_of(lead: Lead, details: LeadPrivate) -> str:
    """The person, their job, the town: one line, closed by a full stop."""
    person = details.name if details.company else ""
    place = details.city or lead.region or (country_name(lead.country) if lead.country else "")
    line = ", ".join(filter(None, (person, details.job_title, place)))
    return f"{line}." if line else ""


def time_there(details: LeadPrivate, now: datetime) -> str:
    """The wall clock at the lead's place, where it is known."""
    if not details.time_zone:
        return ""
    return _("It is %s there.") % date_format(now.astimezone(ZoneInfo(details.time_zone)), "H:i")


def clock_of(lead: Lead) -> dict[str, Any] | None:
    """The running clock while the owner's first contact is missing."""
    if lead.due_at is None or lead.assigned_at is None or lead.owner_id is None:
        return None
    if lead.responded_at is not None and (lead.responded_at >= lead.assigned_at or touched_by_owner(lead)):
        return None
    return {"due_at": lead.due_at, "allowed": lead.due_at - lead.assigned_at, "paused_until": None}


def touched_by_owner(lead: Lead) -> bool:
    """Whether the present owner has made a contact; asked only where an owner before did."""
    return Touch.objects.filter(lead=lead, hop=lead.hop).exists()


def moves_of(lead: Lead) -> list[dict[str, str]]:
    """Where the stage may go: onward first."""
    if lead.owner_id is None or lead.state not in {State.ASSIGNED, State.CLOSED}:
        return []
    return choices_of(list(Stage.objects.filter(division=lead.division_id)), lead)


_NEEDS = {Stage.Metric.LOST: "reason", Stage.Metric.UNQUALIFIED: "reason", Stage.Metric.WON: "amount"}


def may_put_back(lead: Lead) -> bool:
    """Whether its owner claimed it, and nobody has been contacted."""
    return lead.reason == "claimed" and lead.responded_at is None


def choices_of(stages: list[Stage], lead: Lead) -> list[dict[str, str]]:
    """Onward first, endings last; `needs` says what the form must ask for."""
    others = [s for s in stages if s.pk != lead.stage_id]
    order = sorted(others, key=lambda s: (s.closes, s.position <= lead.stage.position, s.position))
    return [{"value": s.key, "label": s.name, "needs": _NEEDS.get(Stage.Metric(s.metric), "")} for s in order]


def onward_of(lead: Lead) -> dict[str, str] | None:
    """The next stage, where one click is enough for it."""
    stages = Stage.objects.filter(division=lead.division_id, position__gt=lead.stage.position).order_by("position")
    following = next((s for s in stages if not s.closes), None)
    if following is None or lead.state != State.ASSIGNED:
        return None
    return {"value": following.key, "label": following.name}


def _stages(lead: Lead) -> list[dict[str, str]]:
    """The bar: stages passed, the present one; the ends are one."""
    stages = list(Stage.objects.filter(division=lead.division_id))
    ends = [s for s in stages if s.closes]
    bar = [
        {
            "label": s.name,
            "state": "now" if s.pk == lead.stage_id else "done" if s.position < lead.stage.position else "",
        }
        for s in stages
        if not s.closes
    ]
    end = lead.stage if lead.stage in ends else None
    return [*bar, {"label": end.name if end else _("Won or lost"), "state": "now" if end else ""}]


def _promise(lead: Lead) -> dict[str, Any]:
    """Whether the first contact came in time, in one line."""
    if lead.owner_id is None or lead.assigned_at is None:
        return {"in_time": None, "steps_note": ""}
    if lead.responded_at is None:
        due = date_format(timezone.localtime(lead.due_at), "H:i") if lead.due_at else ""
        says = _("Nobody has been in touch yet.")
        return {"in_time": None, "steps_note": f"{says} {_('The time allowed ends at %s.') % due}" if due else says}
    took = duration(lead.responded_at - lead.arrived_at)
    late = lead.due_at is not None and lead.responded_at > lead.due_at
    chip = ("late", "alert", _("Late")) if late else ("good", "check", _("In time"))
    note = _("First contact %s after arrival.") % took
    return {
        "in_time": dict(zip(("tone", "icon", "text"), chip, strict=True)),
        "steps_note": f"{note} {_('They were reached.')}" if lead.reached_at else note,
    }
