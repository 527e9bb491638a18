"""A rep leaves or goes on leave: the page that shows what is theirs, where it would go, and does it in one step."""

import hashlib
import json
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from leads.models import Stage
from reps import access
from reps.models import Membership, Rep, User
from routing import hand
from routing.assign import NotYoursError
from routing.hand.leave import Leave, LeavePreview, NotLeavingError, Where
from routing.models import Act

_WHERE = [(Where.AGAIN.value, gettext_lazy("by the rules again")), (Where.TO.value, gettext_lazy("to one rep"))]
PROBLEMS = {
    "missing": gettext_lazy("Choose who gets them."),
    "gone": gettext_lazy("This rep does not work here any more."),
    "same": gettext_lazy("This is the rep who leaves."),
    "self": gettext_lazy("You cannot sign yourself off. Ask another manager, or keep the sign-in."),
}


class LeaveForm(forms.Form):
    """The choices; one more for each stage that has open leads."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What happens"),
        choices=[
            (Act.Kind.LEAVE.value, gettext_lazy("leaves for good")),
            (Act.Kind.AWAY.value, gettext_lazy("goes on leave: only open leads are given on")),
        ],
        initial=Act.Kind.LEAVE.value,
    )
    leads = forms.ChoiceField(label=gettext_lazy("Open leads go"), choices=_WHERE, initial=Where.AGAIN.value)
    to = forms.ModelChoiceField(
        Rep.objects.none(),
        to_field_name="uid",
        required=False,
        label=gettext_lazy("The rep who gets them"),
        empty_label=gettext_lazy("nobody chosen"),
    )
    accounts_to = forms.ModelChoiceField(
        Rep.objects.none(),
        to_field_name="uid",
        required=False,
        label=gettext_lazy("Accounts go to"),
        empty_label=gettext_lazy("nobody: they have no owner then"),
    )
    counted = forms.BooleanField(
        required=False, label=gettext_lazy("Count these leads in the fair share of who gets them")
    )
    sign_off = forms.BooleanField(
        required=False, initial=True, label=gettext_lazy("They may not sign in any more; open sessions end")
    )
    why = forms.CharField(
        required=False, max_length=200, label=gettext_lazy("Why"), help_text=gettext_lazy("The new owners read it.")
    )

    def __init__(self, *args: Any, rep: Rep, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Rep.objects.filter(division=rep.division_id, active=True, user__is_active=True).exclude(pk=rep.pk)
        for name in ("to", "accounts_to"):
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = others.select_related("user").order_by("user__name")
        self.stages = list(Stage.objects.filter(lead__owner=rep, lead__state="assigned").distinct())
        for stage in self.stages:
            self.fields[f"stage_{stage.pk}"] = forms.ChoiceField(
                label=str(stage), required=False, choices=[("", gettext_lazy("like the others")), *_WHERE]
            )

    def plan(self, rep: Rep) -> Leave:
        """What was chosen."""
        chosen = self.cleaned_data
        return Leave(
            rep=rep,
            kind=Act.Kind(chosen["kind"]),
            leads=Where(chosen["leads"]),
            stages={s.pk: Where(chosen[f"stage_{s.pk}"]) for s in self.stages if chosen.get(f"stage_{s.pk}")},
            to=chosen["to"],
            accounts_to=chosen["accounts_to"],
            counted=chosen["counted"],
            sign_off=chosen["sign_off"],
            why=chosen["why"].replace("\x00", ""),
        )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """GET shows what is theirs; POST `go=look` where it would go, `go=do` does it."""
    rep = get_object_or_404(Rep.objects.select_related("user"), uid=uid, active=True)
    if not may_let_go(request.user, rep) or not isinstance(request.user, User):
        raise PermissionDenied
    form = LeaveForm(request.POST if request.method == "POST" else None, rep=rep)
    plan = form.plan(rep) if form.is_bound and form.is_valid() else Leave(rep=rep)
    if form.is_bound and form.is_valid() and _checked(form, plan, request.user):
        if request.POST.get("go") == "do" and request.POST.get("looked") == _token(plan):
            done = _do(request, form, plan)
            if done is not None:
                return done
    else:
        plan = Leave(rep=rep) if form.errors else plan
    return render(request, "routing/leave.html", _context(form, plan))


def _token(plan: Leave) -> str:
    """Of what was looked at: only that is done, so whoever changes a choice looks again."""
    stages = sorted((stage, where.value) for stage, where in plan.stages.items())
    heirs = [rep.pk if rep else None for rep in (plan.to, plan.accounts_to)]
    chosen = [plan.rep.pk, plan.kind, plan.leads.value, stages, heirs, plan.counted, plan.sign_off]
    return hashlib.sha256(json.dumps(chosen).encode()).hexdigest()[:16]


def may_let_go(user: Any, rep: Rep) -> bool:
    """Ops and admins; and the managers of all the rep's groups. Nobody below signs an admin off."""
    if rep.user.is_superuser and not user.is_superuser:
        return False
    if access.oversees_all(user):
        return True
    theirs = set(Membership.objects.at(timezone.now()).filter(rep=rep).values_list("group", flat=True))
    return bool(theirs) and theirs <= set(access.groups_managed(user).values_list("pk", flat=True))


def _checked(form: LeaveForm, plan: Leave, by: User) -> bool:
    try:
        hand.check_leave(plan, by=by)
    except NotLeavingError as error:
        _told(form, error)
        return False
    return True


def _told(form: LeaveForm, error: NotLeavingError) -> None:
    form.add_error(error.field if error.field in form.fields else None, PROBLEMS[error.code])


def _do(request: HttpRequest, form: LeaveForm, plan: Leave) -> HttpResponse | None:
    """Do it and say so; None where it was refused."""
    try:
        counts = hand.leave(plan=plan, by=request.user)  # type: ignore[arg-type]  # signed in
    except NotLeavingError as error:
        _told(form, error)
        return None
    except NotYoursError:
        form.add_error(None, _("Somebody else moved one of these leads just now. Look again, then do it."))
        return None
    messages.success(request, f"{_left(plan)} {did_says(counts)}")
    return redirect("home")


def _left(plan: Leave) -> str:
    name = {"name": plan.rep.name}
    return _("%(name)s has left.") % name if plan.for_good else _("%(name)s is on leave.") % name


def did_says(counts: dict[str, int]) -> str:
    """How many went where."""
    again, given = counts["routed_again"], counts["given"]
    said = [
        ngettext("%(n)d lead goes by the rules again", "%(n)d leads go by the rules again", again) % {"n": again},
        ngettext("%(n)d was given on", "%(n)d were given on", given) % {"n": given},
    ]
    return f"{', '.join(said)}."


def _context(form: LeaveForm, plan: Leave) -> dict[str, Any]:
    seen = hand.preview_leave(plan, now=timezone.now())
    looked = form.is_bound and not form.errors
    return {
        "rep": {"name": plan.rep.name},
        "form": form,
        "fields": [form[name] for name in ("kind", "leads", "to")],
        "rest": [form[name] for name in ("accounts_to", "counted", "sign_off", "why")],
        "stages": [
            {
                "name": row.name,
                "count": row.count,
                "contacted": row.contacted,
                "field": form[f"stage_{row.stage}"] if f"stage_{row.stage}" in form.fields else None,
                "where": _goes(row.where, plan) if looked else "",
            }
            for row in seen.stages
        ],
        "leads": seen.leads,
        "theirs": _theirs(seen),
        "care": _care(seen),
        "summary": _summary(seen, plan) if looked else [],
        "token": _token(plan) if looked else "",
        "changed": looked and form.data.get("go") == "do",
    }


def _goes(where: Where, plan: Leave) -> str:
    return _("to %s") % plan.to.name if where is Where.TO and plan.to else _("by the rules again")


def _theirs(seen: LeavePreview) -> list[dict[str, str]]:
    """Everything else that is theirs, with what leaving does to it."""
    rows = [
        (_("Of the open leads, pulled from a pool"), str(seen.claims) if seen.claims else ""),
        (_("Offers they have not answered"), str(seen.offers) if seen.offers else ""),
        (_("Accounts"), str(seen.accounts) if seen.accounts else ""),
        (_("Groups"), ", ".join(seen.memberships)),
        (_("Territories"), ", ".join(seen.territories)),
        (_("Backup of"), ", ".join(seen.backs_up)),
    ]
    return [{"label": label, "value": value} for label, value in rows if value]


def _care(seen: LeavePreview) -> list[str]:
    """What no step can mend: people have to look at it."""
    said = []
    if seen.manages:
        said.append(_("Nobody else manages %s. Choose another manager first.") % ", ".join(seen.manages))
    if seen.rules:
        said.append(_("These rules name them: %s. Change them and publish.") % ", ".join(seen.rules))
    return said


def _summary(seen: LeavePreview, plan: Leave) -> list[str]:
    again = sum(row.count for row in seen.stages if row.where is Where.AGAIN) + seen.offers
    given = seen.leads + seen.offers - again
    said = []
    if again:
        said.append(
            ngettext("%(n)d lead goes by the rules again.", "%(n)d leads go by the rules again.", again) % {"n": again}
        )
    if given and plan.to:
        said.append(
            ngettext("%(n)d lead goes to %(name)s.", "%(n)d leads go to %(name)s.", given)
            % {"n": given, "name": plan.to.name}
        )
    if not plan.for_good:
        return [*said, _("Accounts, groups and everything else stay as they are.")]
    if seen.accounts:
        heir = plan.accounts_to.name if plan.accounts_to else _("nobody")
        said.append(
            ngettext("%(n)d account goes to %(name)s.", "%(n)d accounts go to %(name)s.", seen.accounts)
            % {"n": seen.accounts, "name": heir}
        )
    if seen.memberships:
        said.append(_("Membership ends: %s.") % ", ".join(seen.memberships))
    if seen.territories:
        said.append(_("Covers no more: %s.") % ", ".join(seen.territories))
    if seen.backs_up:
        said.append(_("Without a backup then: %s.") % ", ".join(seen.backs_up))
    said.append(
        _("They may not sign in any more.") if plan.sign_off else _("They may still sign in, and get no leads.")
    )
    return [*said, _("Reports of the past stay as they are.")]
