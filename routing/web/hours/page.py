"""My availability, and a manager's view of a rep's: everything on one page, each change looked at before it is done."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pghistory
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reps import access, availability, hours, ramp
from reps.models import Membership, Rep, User
from reps.web import reader
from routing import effects
from routing.web.hours import calendars, history, ramps, show, week
from routing.web.hours.asked import Asked, HoursForm
from routing.web.hours.forms import CancelForm, HolidayForm, OffForm, PauseForm, PlaceForm
from routing.web.hours.words import effects_say

FORMS: dict[str, type[HoursForm]] = {
    form.name: form for form in (PauseForm, week.WeekForm, OffForm, CancelForm, HolidayForm, PlaceForm)
}

# For managers only.
RAMPS: dict[str, type[HoursForm]] = {form.name: form for form in ramps.FORMS}


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """The reader's own hours."""
    rep = reader.rep(request)
    return _answer(request, Rep.objects.select_related("user", "backup__user").get(pk=rep.pk), own=True)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def of_rep(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The hours of a rep in a group the reader manages; of others there are none."""
    rep = get_object_or_404(Rep.objects.select_related("user", "backup__user"), uid=uid, active=True)
    if not may_plan(request.user, rep, now=timezone.now()):
        raise Http404
    return _answer(request, rep, own=False)


def may_plan(user: Any, rep: Rep, *, now: datetime) -> bool:
    """Ops and admins, and whoever manages one of the rep's groups."""
    if access.oversees_all(user):
        return True
    groups = Membership.objects.at(now).filter(rep=rep).values("group")
    return access.groups_managed(user).filter(pk__in=groups).exists()


def _answer(request: HttpRequest, rep: Rep, *, own: bool) -> HttpResponse:
    """Everything is said by the rep's own clock."""
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    now = timezone.now()
    with timezone.override(ZoneInfo(rep.time_zone)), pghistory.context(by=user.pk):
        if request.method != "POST":
            return _page(request, rep, user, now, own=own)
        name = request.POST.get("form", "")
        if name == "resume":
            availability.resume(rep=rep, now=now)
            messages.success(request, _("Switched on."))
            return redirect(request.path)
        if calendars.knows(name):
            wrong = calendars.act(request, rep, name, now=now, own=own)
            if not wrong:
                return redirect(request.path)
            return _page(request, rep, user, now, own=own, feed_wrong=wrong, status=422)
        if name not in (FORMS if own else FORMS | RAMPS):
            raise Http404
        return _change(request, rep, user, now, own=own)


def _change(request: HttpRequest, rep: Rep, by: User, now: datetime, *, own: bool) -> HttpResponse:
    """`go=do` does it; all else looks."""
    form = (FORMS | RAMPS)[request.POST["form"]](_clean(request.POST), rep=rep, by=by, now=now)
    go = request.POST.get("go")
    if isinstance(form, week.WeekForm) and go in {"copy", "more"}:
        return _page(request, rep, by, now, own=own, form=form, go=go)
    if not form.is_valid():
        return _page(request, rep, by, now, own=own, form=form, status=422)
    asked = form.asked()
    try:
        if go == "do":
            asked.act()
            messages.success(request, asked.done)
            return redirect(request.path)
        says = _looked(asked, rep, now)
    except (hours.HoursError, ramp.RampError) as error:
        form.refuse(error.field, str(error))
        return _page(request, rep, by, now, own=own, form=form, status=422)
    except IntegrityError:
        form.add_error(None, _("Somebody else changed this just now. Look again."))
        return _page(request, rep, by, now, own=own, form=form, status=422)
    return _page(request, rep, by, now, own=own, form=form, asked=asked, says=says)


def _looked(asked: Asked, rep: Rep, now: datetime) -> list[str]:
    """What it would do, with nothing done."""
    if asked.look is None:
        return effects_say(effects.of(rep=rep, change=asked.act, now=now), rep, now)
    with effects.undone():
        asked.act()
        return asked.look()


def _clean(post: QueryDict) -> QueryDict:
    """Without what the database cannot keep."""
    found = post.copy()
    for name, values in post.lists():
        found.setlist(name, [value.replace("\x00", "") for value in values])
    return found


def _page(
    request: HttpRequest,
    rep: Rep,
    by: User,
    now: datetime,
    *,
    own: bool,
    form: HoursForm | None = None,
    asked: Asked | None = None,
    says: list[str] | None = None,
    go: str | None = None,
    feed_wrong: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    forms = {name: one(rep=rep, by=by, now=now) for name, one in (FORMS | RAMPS).items()}
    if form is not None:
        forms[form.name] = form
    context = {
        **show.context(rep, now=now, own=own),
        "forms": forms,
        "week": show.grid(rep, forms["week"], now=now, go=go),
        "asked": asked,
        "looked": form.name if asked and form else "",
        "wrong": form if form is not None and form.errors and go is None else None,
        "says": says,
        "ramps": ramps.context(rep, by, now=now, own=own),
        "changes": history.changes(rep, now=now),
        "calendars": calendars.context(
            rep, now=now, own=own, wrong=feed_wrong or {}, typed=_clean(request.POST) if feed_wrong else {}
        ),
    }
    return render(request, "routing/hours.html", context, status=status)
