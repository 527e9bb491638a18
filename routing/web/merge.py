"""Merging two leads of one person, and taking them apart: managers and ops, from the page of a lead."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from config.lib import typed
from leads import alike
from leads.life import State
from leads.models import Lead
from leads.web import show
from leads.web.words import STATES
from reps import access
from reps.models import User
from routing import hand

_MOST = 20
_WHY_NOT = {
    "same": gettext_lazy("That is the same lead."),
    "kind": gettext_lazy("A test and a real lead cannot be merged."),
    "stays": gettext_lazy("The lead that is to stay is not open any more."),
    "closed": gettext_lazy("This lead is closed already."),
    "undone": gettext_lazy("Somebody has taken them apart by now."),
}


def _overseen(request: HttpRequest) -> tuple[User, "QuerySet[Lead]"]:
    """What the reader may merge: what they manage and may read; anything else is 404 as if it did not exist."""
    if not isinstance(request.user, User) or not access.is_manager(request.user):
        raise PermissionDenied
    seen = Lead.objects.visible_to(request.user, now=timezone.now()).values("pk")
    rows = Lead.objects.overseen_by(request.user).filter(pk__in=seen)
    return request.user, rows.select_related("private", "owner__user", "group", "merged_into")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, uid: str) -> HttpResponse:
    """Who may be the same, likeliest first, or whom one looks for; sent, they are merged."""
    user, rows = _overseen(request)
    lead = get_object_or_404(rows, uid=uid)
    if request.method == "POST":
        other = get_object_or_404(rows, uid=typed.uid_sought(request.POST.get("other", "")))
        return _merge(request, user, lead, other)
    now = timezone.now()
    query = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    if query:
        found = [alike.Alike(one) for one in _search(alike.mergeable(lead, user, now=now), query)]
    else:
        found = alike.alike(lead, user, now=now)
    context = {"lead": _row(lead), "rows": [_candidate(one) for one in found], "query": query}
    return render(request, "routing/merge.html", context)


def _merge(request: HttpRequest, user: User, lead: Lead, other: Lead) -> HttpResponse:
    """`stays` says which of the two goes on."""
    gone, kept = (other, lead) if request.POST.get("stays") == "this" else (lead, other)
    try:
        hand.merge(lead=gone, into=kept, by=user)
    except hand.NotMergedError as error:
        messages.error(request, str(_WHY_NOT[error.code]))
        return redirect("lead-merge", lead.uid)
    messages.success(request, _("Merged. Both are kept, and can be taken apart again."))
    return redirect("lead-show", kept.uid)


@login_required
@require_POST
def undo(request: HttpRequest, uid: str) -> HttpResponse:
    """Take it apart again; it stands where it stood."""
    user, rows = _overseen(request)
    lead = get_object_or_404(rows, uid=uid)
    try:
        state = State(hand.unmerge(lead=lead, by=user))
    except hand.NotMergedError as error:
        messages.error(request, str(_WHY_NOT[error.code]))
    except IntegrityError:
        messages.error(request, _("Their person wrote in at this moment. Try again."))
    else:
        messages.success(request, _("Taken apart. It is where it was: %s.") % STATES[state])
    return redirect("lead-show", lead.uid)


def _search(rows: "QuerySet[Lead]", query: str) -> "QuerySet[Lead]":
    wanted = Q()
    for name in ("name", "company", "email", "phone"):
        wanted |= Q(**{f"private__{name}__icontains": query})
    return rows.filter(wanted).order_by("-pk")[:_MOST]


def _row(lead: Lead) -> dict[str, Any]:
    details = lead.private
    return {
        "uid": lead.uid,
        "url": reverse("lead-show", args=[lead.uid]),
        "title": show.title_of(lead, details),
        "person": ", ".join(filter(None, (details.name if details.company else "", details.email, details.phone))),
        "owner": lead.owner.name if lead.owner else "",
        "state": STATES[State(lead.state)],
        "arrived_at": lead.arrived_at,
        "source": lead.source,
        "test": lead.kind == "test",
    }


def _candidate(one: alike.Alike) -> dict[str, Any]:
    rejected = one.lead.state == State.REJECTED
    return {**_row(one.lead), "because": ", ".join(one.because), "may_stay": not rejected}
