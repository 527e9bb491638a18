"""Add lead: what somebody heard by phone, at a fair or in a message; and what became of what they added."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from leads import capture, taken
from leads.life import EventKind, Kind, State
from leads.models import Intake, Lead, LeadEvent
from leads.web import show
from leads.web.words import STATES
from reps import access
from reps.models import Division, Group, Membership, Rep, User
from routing import hand
from routing.assign import NotYoursError
from routing.web.add_form import AddForm, filled

_PAGE = 50


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The form; sent, it looks who has the person or company before anything is written."""
    user = _adder(request)
    division = Division.objects.get(pk=_division(user))
    may_test = access.is_manager(user)
    if request.method != "POST":
        form = AddForm(division=division, may_test=may_test)
        return _answer(request, user, form, [], token=uuid.uuid4().hex)
    go = request.POST.get("go", "")
    token = _token(request.POST.get("form", ""))
    if go == "read":
        found = filled(request.POST, country=division.default_country)
        form = AddForm(initial=found, division=division, may_test=may_test)
        return _answer(request, user, form, _known(found, division, user, may_test=may_test), token=token)
    form = AddForm(request.POST, division=division, may_test=may_test)
    if go == "check":
        rows = _known(request.POST, division, user, may_test=may_test)
        return render(request, "routing/_add_ways.html", _ways(user, rows, division))
    if not form.is_valid() or form.arrival is None:
        return _answer(request, user, form, [], token=token, status=422)
    return _add(request, user, form, go, token)


def _add(request: HttpRequest, user: User, form: AddForm, go: str, token: str) -> HttpResponse:
    division = form.division
    arrival = form.arrival
    if arrival is None or go not in {"", *hand.Way}:
        raise PermissionDenied
    # Enter sends no button: what is usual.
    usual = hand.Way.KEEP if access.rep_of(user) else hand.Way.ROUTE
    way, rep = hand.Way(go or usual), None
    if way is hand.Way.GIVE:
        wanted = request.POST.get("rep", "")
        rep = next((one for one in _reps(user, timezone.now()) if str(one.uid) == wanted), None)
        if rep is None:
            form.add_error(None, _("Choose who gets it."))
            rows = _known(request.POST, division, user, may_test=access.is_manager(user))
            return _answer(request, user, form, rows, token=token, status=422)
    try:
        added = hand.add(
            division=division,
            arrival=arrival,
            way=way,
            by=user,
            form=token,
            rep=rep,
            seen=request.POST.get("seen", ""),
        )
    except hand.TakenError as error:
        return _answer(request, user, form, error.found, token=token, status=409)
    except (NotYoursError, capture.NotCapturedError):
        form.add_error(None, _("That cannot be done just now. Look again."))
        return _answer(request, user, form, [], token=token, status=409)
    return _done(request, user, added, way, rep)


def _done(request: HttpRequest, user: User, added: hand.Added, way: hand.Way, rep: Rep | None) -> HttpResponse:
    """Say what came of it, where it can be seen."""
    lead = Lead.objects.select_related("owner__user").get(pk=added.lead.pk)
    if way is hand.Way.ENQUIRY:
        messages.success(request, _noted(lead, user))
    elif way is hand.Way.KEEP:
        messages.success(request, _("Kept: it is yours."))
    elif way is hand.Way.GIVE and rep:
        messages.success(request, _("Given to %s.") % rep.name)
    else:
        messages.success(request, _("Added. The rules say who gets it."))
    if lead.owner_id is not None and lead.owner == access.rep_of(user):
        return redirect("lead-show", lead.uid)
    return redirect("leads-sent")


def _noted(lead: Lead, user: User) -> str:
    if lead.owner is None:
        return _("Added.")
    if lead.owner == access.rep_of(user):
        return _("Added to your lead.")
    return _("Added to the lead there is. %s is told.") % lead.owner.name


def _adder(request: HttpRequest) -> User:
    if not isinstance(request.user, User) or not access.may_add(request.user):
        raise PermissionDenied
    return request.user


def _division(user: User) -> int:
    """The rep's own, else the first they manage, else the first there is."""
    if rep := access.rep_of(user):
        return int(rep.division_id)
    managed = access.groups_managed(user).order_by("pk").values_list("division", flat=True).first()
    return int(managed or Division.objects.order_by("pk").values_list("pk", flat=True)[0])


def _token(text: str) -> str:
    try:
        return uuid.UUID(text).hex
    except ValueError:
        return uuid.uuid4().hex


def _known(sent: Any, division: Division, user: User, *, may_test: bool) -> list[taken.Taken]:
    """Who has the person or company, as far as what is typed so far can be read."""
    form = AddForm(sent, division=division, may_test=may_test)
    if not form.is_valid() or form.arrival is None or form.arrival.kind is Kind.TEST:
        return []
    return taken.taken_by(arrival=form.arrival, division=division, reader=user, now=timezone.now())


def _answer(
    request: HttpRequest,
    user: User,
    form: AddForm,
    found: list[taken.Taken],
    *,
    token: str,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "token": token, "imports": access.is_manager(user), **_ways(user, found, form.division)}
    part = request.htmx and not request.htmx.boosted  # type: ignore[attr-defined]  # set by django-htmx
    return render(request, "routing/_add_lead.html" if part else "routing/add_lead.html", context, status=status)


def _ways(user: User, found: list[taken.Taken], division: Division) -> dict[str, Any]:
    """What somebody has already, and what may be done."""
    person = next((row for row in found if row.same_person), None)
    only = hand.only_enquiry(found, division)
    return {
        "taken": [_row(row) for row in found],
        "person": _row(person) if person else None,
        "only_enquiry": only,
        "seen": taken.mark_of(found, user),
        "may_keep": access.rep_of(user) is not None,
        "reps": [] if only else [{"uid": rep.uid, "name": rep.name} for rep in _reps(user, timezone.now())],
    }


def _row(row: taken.Taken) -> dict[str, Any]:
    lead = row.lead if row.readable else None
    return {
        "owner": row.owner,
        "own": row.own,
        "same_person": row.same_person,
        "is_account": row.lead is None,
        "url": reverse("lead-show", args=[lead.uid]) if lead else "",
        "title": show.title_of(lead, lead.private) if lead else "",
    }


def _reps(user: User, now: datetime) -> list[Rep]:
    """Whom they may give it to: members of groups they manage or are in, but themselves."""
    groups = access.groups_managed(user) | access.groups_of(user, now=now)
    pks = Group.objects.filter(pk__in=groups.values("pk"), division=_division(user)).values("pk")
    members = Membership.objects.at(now).filter(group__in=pks).values("rep")
    reps = Rep.objects.filter(pk__in=members, active=True, user__is_active=True).exclude(user=user)
    return list(reps.select_related("user").order_by("user__name"))


@login_required
@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """What the reader added, newest first: what they typed, where it stands and who has it; nothing else."""
    user = _adder(request)
    rows = Intake.objects.filter(by=user, lead__isnull=False, outcome__in=[Intake.Outcome.NEW, Intake.Outcome.ENQUIRY])
    found = Paginator(rows.select_related("lead__owner__user").order_by("-pk"), _PAGE).get_page(request.GET.get("page"))
    typed = _typed([row.lead_id for row in found.object_list], user)
    open_to = set(
        Lead.objects.filter(pk__in=[row.lead_id for row in found.object_list])
        .visible_to(user, now=timezone.now())
        .values_list("pk", flat=True)
    )
    found.object_list = [_sent(row, typed, opens=row.lead_id in open_to) for row in found.object_list]  # type: ignore[misc]  # rows for the template
    return render(request, "routing/leads_sent.html", {"page": found, "path": request.path})


def _typed(leads: list[int | None], user: User) -> dict[tuple[int, str], str]:
    """(lead, kind of event) -> what the reader typed of the person, until it is erased."""
    kinds = [EventKind.RECEIVED, EventKind.ENQUIRY]
    events = LeadEvent.objects.filter(lead__in=leads, user=user, kind__in=kinds).select_related("private")
    return {(e.lead_id, e.kind): str(e.private.payload.get("typed", "")) for e in events if hasattr(e, "private")}


_TONES = {State.ASSIGNED: "good", State.DESK: "due", State.SET_ASIDE: "due", State.POOLED: "pri"}


def _sent(row: Intake, typed: dict[tuple[int, str], str], *, opens: bool) -> dict[str, Any]:
    lead = row.lead
    if lead is None:
        raise ValueError("asked for with its lead")
    new = row.outcome == Intake.Outcome.NEW
    state = State(lead.state)
    kind = EventKind.RECEIVED if new else EventKind.ENQUIRY
    return {
        "title": typed.get((lead.pk, kind.value)) or _("A person"),
        "at": row.received_at,
        "url": reverse("lead-show", args=[lead.uid]) if opens else "",
        # An enquiry went to somebody else's lead: how that goes on is theirs.
        "state": STATES[state] if new else _("Added to a lead there was"),
        "tone": _TONES.get(state, "quiet") if new else "quiet",
        "owner": lead.owner.name if new and lead.owner else "",
        "test": lead.kind == "test",
    }
