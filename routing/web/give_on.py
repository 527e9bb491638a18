"""A rep hands a lead to a colleague of its group, or proposes it to the managers, as the group lets reps do."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads.life import State
from leads.models import Lead, LeadPrivate, WorkPlan
from leads.web import show
from reps import access
from reps.models import Membership, Rep, User
from reps.web import reader
from routing import hand, proposals
from routing.assign import NotYoursError
from routing.models import Assignment, Proposal

_MOST = 200


class GiveForm(forms.Form):
    """Who gets it, and why."""

    to = forms.ModelChoiceField(
        Rep.objects.none(), to_field_name="uid", label=gettext_lazy("Colleague"), empty_label=gettext_lazy("choose")
    )
    why = forms.CharField(label=gettext_lazy("Because"), max_length=200)

    def __init__(self, *args: Any, lead: Lead, rep: Rep, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Membership.objects.at(timezone.now()).filter(group=lead.group_id).values("rep")
        found = Rep.objects.filter(pk__in=members, active=True, user__is_active=True).exclude(pk=rep.pk)
        self.fields["to"].queryset = found.order_by("user__name")  # type: ignore[attr-defined]  # a ModelChoiceField


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, uid: str) -> HttpResponse:
    """Choose a colleague and say why; who has lost the lead meanwhile is told so."""
    rep = reader.rep(request)
    lead = Lead.objects.filter(uid=uid).select_related("group").first()
    if lead is None or not Assignment.objects.filter(lead=lead, rep=rep).exists():
        raise Http404
    if lead.owner_id != rep.pk or lead.state != State.ASSIGNED:
        return _gone(request)
    plan = WorkPlan.objects.filter(group=lead.group_id).exclude(give_on=WorkPlan.GiveOn.NO).first()
    if plan is None:
        raise Http404
    asks = plan.give_on == WorkPlan.GiveOn.APPROVE
    form = GiveForm(request.POST if request.method == "POST" else None, lead=lead, rep=rep)
    if form.is_valid():
        to, why = form.cleaned_data["to"], form.cleaned_data["why"]
        try:
            if asks:
                proposals.propose(lead=lead, rep=rep, to=to, why=why, now=timezone.now())
            else:
                hand.give(lead=lead, rep=to, group=lead.group, by=rep.user, why=why, owner=rep)
        except NotYoursError:
            return _gone(request)
        says = _("Proposed. It stays yours until a manager approves.") if asks else _("%s has it now, and is told.")
        messages.success(request, says if asks else says % to.name)
        return redirect("lead-show", uid) if asks else redirect("my-leads")
    title = show.title_of(lead, LeadPrivate.objects.get(lead=lead))
    status = 422 if form.is_bound else 200
    context = {"form": form, "title": title, "uid": uid, "asks": asks}
    return render(request, "routing/give_on.html", context, status=status)


@login_required
@never_cache
@require_safe
def proposed(request: HttpRequest) -> HttpResponse:
    """What waits for the reader's word."""
    if not access.is_manager(request.user):
        raise PermissionDenied
    rows = _proposals(request).select_related("lead__private", "rep__user", "to__user").order_by("at", "pk")[:_MOST]
    shown = [{"title": show.title_of(row.lead, row.lead.private), "row": row} for row in rows]
    return render(request, "routing/proposals.html", {"proposals": shown})


@login_required
@require_POST
def answer(request: HttpRequest, uid: str) -> HttpResponse:
    """Approve or refuse; others' are 404 as if they did not exist."""
    if not isinstance(request.user, User) or not access.is_manager(request.user):
        raise PermissionDenied
    row = get_object_or_404(_proposals(request, answered=True), uid=uid)
    approve = request.POST.get("answer") == "approve"
    try:
        given = proposals.answer(proposal=row, approve=approve, by=request.user, now=timezone.now())
    except NotYoursError:
        messages.error(request, _("Somebody answered it before."))
        return redirect("proposals")
    says = {
        Proposal.Answer.APPROVED: _("Approved: the colleague has it now."),
        Proposal.Answer.REFUSED: _("Refused: it stays where it is."),
    }.get(given, _("The lead had gone to somebody else by then; nothing was changed."))
    messages.success(request, says)
    return redirect("proposals")


def _proposals(request: HttpRequest, *, answered: bool = False) -> "QuerySet[Proposal]":
    """Of leads the reader manages and may read."""
    seen = Lead.objects.overseen_by(request.user).visible_to(request.user, now=timezone.now())
    rows = Proposal.objects.filter(lead__in=seen.values("pk"))
    return rows if answered else rows.filter(answer="")


def _gone(request: HttpRequest) -> HttpResponse:
    """In words, and nothing of the lead: it is somebody else's."""
    return render(request, "routing/give_on.html", {"gone": True}, status=409)
