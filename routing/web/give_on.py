"""A rep hands a lead of theirs to a colleague of its group, with a reason, where the group lets reps do so."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from leads.life import State
from leads.models import Lead, LeadPrivate, WorkPlan
from leads.web import show
from reps import access
from reps.models import Membership, Rep, User
from routing import hand
from routing.assign import NotYoursError
from routing.models import Assignment


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
    rep = access.rep_of(request.user)
    if rep is None or not isinstance(request.user, User):
        raise PermissionDenied
    lead = Lead.objects.filter(uid=uid).select_related("group").first()
    if lead is None or not Assignment.objects.filter(lead=lead, rep=rep).exists():
        raise Http404
    if lead.owner_id != rep.pk or lead.state != State.ASSIGNED:
        return _gone(request)
    if not WorkPlan.objects.filter(group=lead.group_id, give_on=WorkPlan.GiveOn.FREE).exists():
        raise Http404
    form = GiveForm(request.POST if request.method == "POST" else None, lead=lead, rep=rep)
    if form.is_valid():
        to, why = form.cleaned_data["to"], form.cleaned_data["why"]
        try:
            hand.give(lead=lead, rep=to, group=lead.group, by=request.user, why=why, owner=rep)
        except NotYoursError:
            return _gone(request)
        messages.success(request, _("%s has it now, and is told.") % to.name)
        return redirect("my-leads")
    title = show.title_of(lead, LeadPrivate.objects.get(lead=lead))
    status = 422 if form.is_bound else 200
    return render(request, "routing/give_on.html", {"form": form, "title": title, "uid": uid}, status=status)


def _gone(request: HttpRequest) -> HttpResponse:
    """In words, and nothing of the lead: it is somebody else's."""
    return render(request, "routing/give_on.html", {"gone": True}, status=409)
