"""To assign: what no rule could give away, one lead after another, with who is on duty, their load and fair share."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from config.lib import typed
from leads.life import State
from leads.models import Lead, LeadPrivate
from leads.qualify.freeze import catalogue_of
from leads.web import facts, show
from reps import access, availability
from reps.models import Group, Membership, Rep, User
from reps.web import reader
from routing import hand, rulings, standing, wording
from routing.assign import NotYoursError
from routing.wording.qualification import verdict_says

_MOST = 100
_KEYS = "123456789"
REJECT_REASONS = [
    {"value": "spam", "label": gettext_lazy("Spam or bogus")},
    {"value": "no_customer", "label": gettext_lazy("Not a possible customer")},
    {"value": "duplicate", "label": gettext_lazy("Duplicate")},
    {"value": "no_contact", "label": gettext_lazy("No way to reach them")},
]


def _desk(request: HttpRequest) -> "QuerySet[Lead]":
    """What waits for this manager, oldest first."""
    if not access.is_manager(request.user):
        raise PermissionDenied
    seen = Lead.objects.visible_to(request.user, now=timezone.now()).values("pk")
    rows = Lead.objects.overseen_by(request.user).filter(pk__in=seen).select_related("group", "private", "stage")
    return rows.filter(state__in=[State.DESK, State.SET_ASIDE]).order_by("band", "arrived_at", "pk")


@login_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The line-up and the current lead."""
    now = timezone.now()
    rows = list(_desk(request)[:_MOST])
    chosen = request.GET.get("lead", "")
    position = next((n for n, lead in enumerate(rows) if str(lead.uid) == chosen), 0)
    context: dict[str, Any] = {
        "now": now,
        "waiting": [_row(lead, current=n == position) for n, lead in enumerate(rows)],
        "oldest_at": min((lead.arrived_at for lead in rows), default=None),
        "reject_reasons": REJECT_REASONS,
        "returned": rulings.overseen_by(reader.user(request)).filter(ruling="").count(),
    }
    if rows:
        lead = rows[position]
        context |= {
            "lead": _lead(lead),
            "position": position + 1,
            "before_url": _url(rows[position - 1]) if position else "",
            "after_url": _url(rows[position + 1]) if position + 1 < len(rows) else "",
            **_people(lead, request.user, now),
        }
    return render(request, "routing/to_assign.html", context)


@login_required
@require_POST
def assign(request: HttpRequest, uid: str) -> HttpResponse:
    """Give it to the chosen rep."""
    lead = get_object_or_404(_desk(request), uid=uid)
    now = timezone.now()
    reps = Rep.objects.filter(active=True, division=lead.division_id, pk__in=_reps_of(request.user, now))
    rep = reps.filter(uid=typed.uid_sought(request.POST.get("rep", ""))).first()
    if rep is None or not isinstance(request.user, User):
        messages.error(request, _("Choose who gets it."))
        return redirect(_url(lead))
    try:
        hand.give(lead=lead, rep=rep, group=_group_for(lead, rep, request.user, now=now), by=request.user)
        messages.success(request, _("Given to %s.") % rep.name)
    except NotYoursError:
        messages.error(request, _("Somebody else has dealt with this lead by now."))
    return redirect("to-assign")


@login_required
@require_POST
def reject(request: HttpRequest, uid: str) -> HttpResponse:
    """Not a lead: out, with the reason."""
    lead = get_object_or_404(_desk(request), uid=uid)
    reasons = {str(r["value"]) for r in REJECT_REASONS}
    if request.POST.get("reason") not in reasons or not isinstance(request.user, User):
        messages.error(request, _("Choose a reason."))
        return redirect(_url(lead))
    try:
        hand.reject(lead=lead, reason=request.POST["reason"], by=request.user)
        messages.success(request, _("Rejected."))
    except NotYoursError:
        messages.error(request, _("Somebody else has dealt with this lead by now."))
    return redirect("to-assign")


def _url(lead: Lead) -> str:
    return f"{reverse('to-assign')}?lead={lead.uid}"


def _row(lead: Lead, *, current: bool) -> dict[str, Any]:
    return {
        "uid": lead.uid,
        "url": _url(lead),
        "title": show.title_of(lead, lead.private),
        "company": lead.private.name if lead.private.company else "",
        "since": lead.arrived_at,
        "why": wording.waits_because(lead.state, lead.reason),
        "urgent": lead.state == State.SET_ASIDE,
        "current": current,
    }


def _lead(lead: Lead) -> dict[str, Any]:
    details, judged = LeadPrivate.objects.get(lead=lead), facts.judged_of(lead)
    return {
        "uid": lead.uid,
        "title": show.title_of(lead, details),
        "who": show.who_of(lead, details),
        "since": lead.arrived_at,
        "message": details.message,
        "facts": [f for f in facts.facts_of(lead, details, judged) if f["value"] != details.message],
        "may_revive": hand.may_revive(lead),
        "because": lead.error or _because(lead, judged),
    }


def _because(lead: Lead, judged: dict[str, Any]) -> str:
    """Why it waits; where qualification says so, by which rule and on which condition."""
    said = verdict_says(judged, catalogue_of(lead.division_id)) if hand.may_revive(lead) else ""
    return said or wording.waits_because(lead.state, lead.reason)


def _people(lead: Lead, user: Any, now: datetime) -> dict[str, Any]:
    """Who may get it: those on duty with load and fair share, and those away with the reason."""
    managed = access.groups_managed(user).filter(division=lead.division_id)
    groups = [lead.group] if lead.group and managed.filter(pk=lead.group.pk).exists() else list(managed)
    places: dict[int, tuple[Group, standing.Standing]] = {}
    for group in groups:
        for place in standing.standings(group, now=now):
            places.setdefault(place.rep.pk, (group, place))
    loads = dict(
        Rep.objects.filter(pk__in=places)
        .annotate(n=Count("leads", filter=Q(leads__state=State.ASSIGNED, leads__stage__open_load=True)))
        .values_list("pk", "n")
    )
    reps, away = [], []
    for pk, (group, place) in sorted(places.items(), key=lambda item: (item[1][1].rank, item[0])):
        if place.on_duty:
            reps.append(_person(group, place, loads[pk], now))
        else:
            away.append({"uid": place.rep.uid, "name": place.rep.name, "why": _("off duty, %s") % group.name})
    for key, person in zip(_KEYS, reps, strict=False):
        person["key"] = key
    return {"reps": reps, "away": away, "suggested": ""}


def _person(group: Group, place: standing.Standing, load: int, now: datetime) -> dict[str, Any]:
    return {
        "uid": place.rep.uid,
        "name": place.rep.name,
        "note": ", ".join(filter(None, (group.name, _until(place.rep, now)))),
        "load": load,
        "capacity": place.rep.cap_open,
        "had": place.had,
        "fair_share": place.fair_share,
        "place": place.rank,
        "skills": "",
    }


def _until(rep: Rep, now: datetime) -> str:
    duty = availability.calendar(rep, since=now, until=now + availability.HORIZON).duty
    end = next((stop for start, stop in duty if start <= now < stop), None)
    if end and end >= now + availability.HORIZON:
        return _("around the clock")
    return _("until %s") % date_format(timezone.localtime(end), "H:i") if end else ""


def _reps_of(user: Any, now: datetime) -> "QuerySet[Membership, int]":
    """The members of the groups the user manages."""
    managed = access.groups_managed(user).values("pk")
    return Membership.objects.at(now).filter(group__in=managed).values_list("rep", flat=True)


def _group_for(lead: Lead, rep: Rep, user: Any, *, now: datetime) -> Group | None:
    """The lead's group where the rep is in it, else one of theirs, so that it counts in a fair share."""
    mine = (
        access.groups_managed(user)
        .filter(pk__in=Membership.objects.at(now).filter(rep=rep).values("group"))
        .order_by("pk")
    )
    own = mine.filter(pk=lead.group_id).first() if lead.group_id else None
    return own or mine.first()
