"""Weights by output: what is proposed for a group, in leads; apply, dismiss, undo; what it brings, and its settings."""

from collections.abc import Callable
from typing import Any

import pghistory
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from reporting import weights
from reporting.models import WeightPlan, WeightProposal
from reporting.web import weights_words as words
from reporting.web.asking import groups_for
from reporting.web.leaderboard_asking import names_of
from reporting.weights.acts import last_applied
from reps import access
from reps.models import Group, User
from routing import wording

_PAST = 12


class GroupForm(forms.Form):
    """Of which group."""

    group = forms.ChoiceField(label=gettext_lazy("Group"), required=False)

    def __init__(self, group: Group, groups: list[Group]) -> None:
        super().__init__({"group": str(group.uid)})
        field = self.fields["group"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(str(each.uid), each.name) for each in groups]


class PlanForm(forms.ModelForm):
    """What a group settles for."""

    class Meta:
        model = WeightPlan
        fields = ("rhythm", "result", "floor", "ceiling", "control")
        labels = {
            "rhythm": gettext_lazy("New weights are proposed"),
            "result": gettext_lazy("What counts"),
            "floor": gettext_lazy("Everybody gets at least, of an even share"),
            "ceiling": gettext_lazy("Nobody gets more than, of an even share"),
            "control": gettext_lazy("Of 100 leads shared evenly, to compare"),
        }
        help_texts = {
            "control": gettext_lazy("Between 10 and 50. With more of them it is sooner known what weights bring."),
        }

    @property
    def terms(self) -> weights.Terms:
        """As the domain takes them."""
        return weights.Terms(**self.cleaned_data)


@login_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The page of one group."""
    groups = _groups(request)
    return _shown(request, groups, _chosen(request, groups)) if groups else _empty(request)


@login_required
@never_cache
@require_POST
def settle(request: HttpRequest, uid: str) -> HttpResponse:
    """The settings of a group one manages."""
    groups = _groups(request)
    group = _one(groups, uid)
    plan = weights.plan_of(group)
    began = plan.compared_from
    form = PlanForm(request.POST, instance=plan)
    if not form.is_valid():
        return _shown(request, groups, group, form=form)
    with pghistory.context(by=request.user.pk):
        compared = weights.settle(group=group, terms=form.terms, now=timezone.now()).compared_from
    anew = began and compared and compared != began
    messages.success(request, _("Saved. The comparison begins anew.") if anew else _("Saved."))
    return _back(group)


@login_required
@never_cache
@require_POST
def propose(request: HttpRequest, uid: str) -> HttpResponse:
    """A proposal out of turn."""
    group = _one(_groups(request), uid)
    return _done(request, group, _("New weights are proposed. Nothing changes until you apply them."),
                 lambda: weights.propose(group=group, now=timezone.now(), by=_who(request)))  # fmt: skip


@login_required
@never_cache
@require_POST
def apply(request: HttpRequest, uid: str) -> HttpResponse:
    """The proposed weights from now on."""
    row = _proposal(request, uid)
    return _done(request, row.group, _("Applied: it counts from the next lead on."),
                 lambda: weights.apply(proposal=row, by=_who(request), now=timezone.now()))  # fmt: skip


@login_required
@never_cache
@require_POST
def dismiss(request: HttpRequest, uid: str) -> HttpResponse:
    """The proposal is not wanted."""
    row = _proposal(request, uid)
    return _done(request, row.group, _("Dismissed. Weights stay as they are."),
                 lambda: weights.dismiss(proposal=row, by=_who(request), now=timezone.now()))  # fmt: skip


@login_required
@never_cache
@require_POST
def undo(request: HttpRequest, uid: str) -> HttpResponse:
    """The weights there were before."""
    row = _proposal(request, uid)
    return _done(request, row.group, _("Undone: weights are as they were before."),
                 lambda: weights.undo(proposal=row, by=_who(request), now=timezone.now()))  # fmt: skip


def _groups(request: HttpRequest) -> list[Group]:
    """Those one oversees; only managers may."""
    if not access.is_manager(request.user):
        raise PermissionDenied
    return list(groups_for(request))


def _who(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _one(groups: list[Group], uid: str) -> Group:
    found = next((group for group in groups if str(group.uid) == str(uid)), None)
    if found is None:
        raise Http404
    return found


def _chosen(request: HttpRequest, groups: list[Group]) -> Group:
    """The one asked for, else the first that has weights by output, else the first."""
    if request.GET.get("group"):
        return _one(groups, request.GET["group"])
    on = (
        WeightPlan.objects.exclude(rhythm=WeightPlan.Rhythm.OFF)
        .filter(group__in=groups)
        .values_list("group", flat=True)
    )
    running = set(on)
    return next((group for group in groups if group.pk in running), groups[0])


def _proposal(request: HttpRequest, uid: str) -> WeightProposal:
    rows = WeightProposal.objects.filter(group__in=_groups(request)).select_related("group")
    return get_object_or_404(rows, uid=uid)


def _done(request: HttpRequest, group: Group, said: str, act: Callable[[], Any]) -> HttpResponse:
    """The act, and back; what was refused stands on the page."""
    try:
        with pghistory.context(by=request.user.pk):
            act()
    except weights.WeightsError as error:
        messages.error(request, words.error_says(error))
    else:
        messages.success(request, said)
    return _back(group)


def _back(group: Group) -> HttpResponse:
    return redirect(f"{reverse('weights')}?group={group.uid}")


def _empty(request: HttpRequest) -> HttpResponse:
    return render(request, "reporting/weights.html", {"now": timezone.now(), "group": None})


def _shown(request: HttpRequest, groups: list[Group], group: Group, *, form: PlanForm | None = None) -> HttpResponse:
    context = _context(groups, group, form or PlanForm(instance=weights.plan_of(group)))
    return render(request, "reporting/weights.html", context, status=422 if form else 200)


def _context(groups: list[Group], group: Group, form: PlanForm) -> dict[str, Any]:
    plan = weights.plan_of(group)
    rows = list(
        WeightProposal.objects.filter(group=group).select_related(
            "made_by", "applied_by", "dismissed_by", "undone_by"
        ).order_by("-made_at", "-pk")[: _PAST + 1]
    )  # fmt: skip
    waiting = next((row for row in rows if row.applied_at is None and row.dismissed_at is None), None)
    last = last_applied(group)
    names = names_of(line["rep"] for line in waiting.lines) if waiting else {}
    weighed = weights.shares_by_weight(group)
    return {
        "now": timezone.now(),
        "form": GroupForm(group, groups) if len(groups) > 1 else None,
        "group": {"name": group.name, "uid": group.uid},
        "weighed": weighed,
        "shares": "" if weighed else wording.group_shares(group.steps, wording.Names.load(group.division_id)),
        "group_url": reverse("team-group", args=[group.uid]),
        "on": plan.rhythm != WeightPlan.Rhythm.OFF,
        "rhythm": plan.get_rhythm_display(),
        "since": plan.compared_from,
        "anew": plan.compared_from != plan.since,
        "control": plan.control,
        "stopped": {"says": words.stopped_says(plan), "at": plan.stopped_at} if plan.stopped_at else None,
        "proposal": words.proposal(waiting, names) if waiting else None,
        "last": {"uid": last.uid, "at": last.applied_at, "by": last.applied_by.name if last.applied_by else ""}
        if last
        else None,
        "measured": words.measured(plan),
        "rule": words.rule_says(),
        "past": words.past([row for row in rows if row != waiting][:_PAST]),
        "plan_form": form,
    }
