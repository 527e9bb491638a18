"""Pausing routing, of everything or one group, and going on after a look at where what waits would go."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from config.lib import typed
from leads.models import Lead
from reps import access
from reps.models import Group, Rep, User
from reps.models.division import SEEDED
from routing import halt
from routing.assign import NotYoursError
from routing.engine.slate import Outcome
from routing.models import RoutingPause

EVERYTHING = "all"


class PauseForm(forms.Form):
    """What is to stand still, and why."""

    what = forms.ChoiceField(label=gettext_lazy("What stands still"))
    why = forms.CharField(
        label=gettext_lazy("Why"), max_length=200, help_text=gettext_lazy("Whoever manages these groups reads it.")
    )

    def __init__(self, *args: Any, user: User, paused: halt.Paused, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        whole = [(EVERYTHING, _("All new leads"))] if access.edits_rules(user) and not paused.everything else []
        groups = access.groups_managed(user).order_by("name")
        what = self.fields["what"]
        if isinstance(what, forms.ChoiceField):
            what.choices = [
                *whole,
                *((str(g.uid), _("New leads of %s") % g.name) for g in groups if paused.of(g.pk) is None),
            ]


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """GET shows what stands still, `?look=` where what waits would go; POST pauses, or goes on with `resume`."""
    user = request.user
    if not isinstance(user, User) or not access.is_manager(user):
        raise PermissionDenied
    if request.method == "POST" and "resume" in request.POST:
        return _resume(request, user)
    paused = halt.paused(SEEDED)
    form = PauseForm(request.POST or None, user=user, paused=paused)
    if form.is_bound and form.is_valid():
        done = _pause(request, user, form)
        if done:
            return done
    context = {
        "form": form if form.fields["what"].choices else None,  # type: ignore[attr-defined]  # a choice field
        "stopped": standing(user, paused, counted=True),
        "look": _look(request, user, paused),
    }
    return render(request, "routing/pausing.html", context)


def standing(user: Any, paused: halt.Paused | None = None, *, counted: bool = False) -> list[dict[str, Any]]:
    """What stands still, as far as the reader manages it; everything is told to every manager, and ended by few."""
    paused = paused or halt.paused(SEEDED)
    managed = {group.pk: group for group in access.groups_managed(user)}
    if not managed and not access.oversees_all(user):
        return []
    rows: list[tuple[RoutingPause, Group | None]] = [(row, None) for row in [paused.everything] if row]
    rows += [(row, managed[pk]) for pk, row in paused.groups.items() if pk in managed]
    waits = halt.waiting_by_group(managed) if counted else {}
    return [
        {
            "row": row,
            "group": group,
            "key": str(group.uid) if group else EVERYTHING,
            "ends": group is not None or access.edits_rules(user),
            "waits": _waiting(group, waits) if counted else None,
        }
        for row, group in rows
    ]


def _waiting(group: Group | None, waits: Mapping[int, int]) -> int:
    return waits.get(group.pk, 0) if group else halt.waiting(SEEDED, None).count()


def _pause(request: HttpRequest, user: User, form: PauseForm) -> HttpResponse | None:
    group = _group(user, form.cleaned_data["what"])
    try:
        halt.pause(division_id=SEEDED, group=group, by=user, why=form.cleaned_data["why"])
    except NotYoursError:
        form.add_error(None, _BUSY)
        return None
    messages.success(request, _("Paused. New leads are kept, and wait."))
    return redirect("pausing")


def _resume(request: HttpRequest, user: User) -> HttpResponse:
    group = _group(user, request.POST["resume"])
    try:
        woken = halt.resume(division_id=SEEDED, group=group, by=user)
    except NotYoursError:
        messages.error(request, _BUSY)
        return redirect("pausing")
    says = ngettext("%(n)d lead that waited is decided now.", "%(n)d leads that waited are decided now.", woken)
    messages.success(request, f"{_('Routing goes on.')} {says % {'n': woken} if woken else ''}".strip())
    return redirect("pausing")


_BUSY = gettext_lazy("Somebody else is changing this just now. Try again.")


def _group(user: User, key: str) -> Group | None:
    """The group of the reader that is named; None for everything, which only some may stop."""
    if key == EVERYTHING:
        if not access.edits_rules(user):
            raise PermissionDenied
        return None
    found = access.groups_managed(user).filter(uid=typed.uid_sought(key)).first()
    if found is None:
        raise Http404
    return found


def _look(request: HttpRequest, user: User, paused: halt.Paused) -> dict[str, Any] | None:
    """Where the leads that wait would go if this went on now."""
    key = request.GET.get("look", "")
    if not key:
        return None
    group = _group(user, key)
    if paused.of(group.pk if group else None) is None:
        return None
    now = timezone.now()
    waiting = halt.waiting(SEEDED, group)
    if waiting.exclude(pk__in=Lead.objects.visible_to(user, now=now).values("pk")).exists():
        return {"key": key, "hidden": True}
    seen = halt.preview(division_id=SEEDED, group=group, now=now)
    return {"key": key, "seen": seen, "more": seen.waiting - seen.looked_at, "rows": _rows(seen)}


def _rows(seen: halt.Preview) -> Sequence[dict[str, Any]]:
    groups = dict(Group.objects.filter(pk__in={w.group for w in seen.went}).values_list("pk", "name"))
    reps = {rep.pk: rep.name for rep in Rep.objects.filter(pk__in={w.rep for w in seen.went}).select_related("user")}
    found = sorted(seen.went.items(), key=lambda item: -item[1])
    return [{"n": n, "where": _where(went, groups, reps)} for went, n in found]


def _where(went: halt.Went, groups: dict[int, str], reps: dict[int, str]) -> str:
    group, rep = groups.get(went.group or 0, ""), reps.get(went.rep or 0, "")
    match went.outcome:
        case Outcome.ASSIGNED:
            return _("to %(rep)s (%(group)s)") % {"rep": rep, "group": group} if group else _("to %s") % rep
        case Outcome.OFFERED:
            return _("offered to %s") % rep
        case Outcome.POOLED:
            return _("into the pool of %s") % group
        case Outcome.HELD:
            return _("wait on, until somebody is on duty")
        case Outcome.REJECTED:
            return _("rejected")
        case _:
            return _("to To assign")
