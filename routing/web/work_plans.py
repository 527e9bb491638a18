"""How a group works its leads, for who answers for it: steps, what ends them, and when silence takes a lead back."""

from typing import Any

import pghistory
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from leads.models import FollowUpStep, Stage, WorkPlan
from reps import access
from reps.models import Group
from routing import quiet

MOST_STEPS = 30


class PlanForm(forms.ModelForm):
    """What holds for the group as a whole."""

    class Meta:
        model = WorkPlan
        fields = ("stop_from", "again", "quiet_days", "give_on")
        widgets = {"quiet_days": forms.NumberInput(attrs={"min": 1, "max": 90})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stages = Stage.objects.filter(division=self.instance.group.division_id)
        self.fields["stop_from"].queryset = stages  # type: ignore[attr-defined]  # it is a ModelChoiceField
        self.fields["stop_from"].empty_label = _("only when it is closed")  # type: ignore[attr-defined]  # as above


class StepRow(forms.ModelForm):
    """One row; an empty one is no step."""

    class Meta:
        model = FollowUpStep
        fields = ("day", "kind", "at", "text")
        widgets = {
            "day": forms.NumberInput(attrs={"min": 0, "max": 60}),
            "at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }
        labels = {"at": gettext_lazy("Time")}
        help_texts = {"day": "", "at": ""}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:  # else the defaults, a call on day 0, would pass for a row nobody filled in
            self.initial["day"] = None


Steps = forms.inlineformset_factory(
    WorkPlan, FollowUpStep, form=StepRow, extra=2, max_num=MOST_STEPS, validate_max=True, can_delete=True
)


@login_required
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The groups the reader answers for, and what each plan says."""
    if not access.is_manager(request.user):
        raise PermissionDenied
    groups = access.groups_managed(request.user).select_related("work_plan").prefetch_related("work_plan__steps")
    rows = [
        {"name": group.name, "url": reverse("work-plan", args=[group.uid]), "says": _says(group)}
        for group in groups.order_by("name")
    ]
    return render(request, "routing/work_plans.html", {"groups": rows})


def _says(group: Group) -> str:
    plan = getattr(group, "work_plan", None)
    if plan is None:
        return _("Nothing yet.")
    n, days = len(plan.steps.all()), plan.quiet_days
    steps = ngettext("%d follow-up step.", "%d follow-up steps.", n) % n if n else _("No follow-up steps.")
    if days is None:
        return steps
    quiet_says = ngettext(
        "Taken back after %d day without activity.", "Taken back after %d days without activity.", days
    )
    return f"{steps} {quiet_says % days}"


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, uid: str) -> HttpResponse:
    """One group's plan, all of it saved at once."""
    if not access.is_manager(request.user):
        raise PermissionDenied
    group = get_object_or_404(access.groups_managed(request.user), uid=uid)
    plan = WorkPlan.objects.filter(group=group).first() or WorkPlan(group=group)
    before = plan.quiet_days
    sent = request.POST if request.method == "POST" else None
    form, rows = PlanForm(sent, instance=plan), Steps(sent, instance=plan)
    if sent is not None and form.is_valid() and rows.is_valid():
        with transaction.atomic(), pghistory.context(by=request.user.pk):
            form.save()
            rows.save()
        watched = quiet.set_for(group, now=timezone.now()) if plan.quiet_days not in {None, before} else 0
        messages.success(request, _saved(watched))
        return redirect("work-plan", group.uid)
    status = 200 if sent is None else 422
    return render(request, "routing/work_plan.html", {"group": group, "form": form, "rows": rows}, status=status)


def _saved(watched: int) -> str:
    says = _("Saved. Steps hold for leads assigned from now on.")
    if not watched:
        return says
    clocks = ngettext("The clock of %d open lead was set.", "The clocks of %d open leads were set.", watched) % watched
    return f"{says} {clocks}"
