"""Where everybody lands, and the switch a rep is on or off duty by."""

import pghistory
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from reps import access, availability
from reps.web import reader
from reps.web.nav import duty_of


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """A rep's day is their leads, a manager's the board; who only refers adds leads."""
    if access.rep_of(request.user):
        return redirect("my-leads")
    if access.is_manager(request.user):
        return redirect("board")
    if access.may_add(request.user):
        return redirect("add-lead")
    return render(request, "reps/no_role.html")


@login_required
@require_POST
def duty_switch(request: HttpRequest) -> HttpResponse:
    """On or off duty from this instant; what committed is obeyed by every decision after it."""
    rep = reader.rep(request)
    now = timezone.now()
    with pghistory.context(by=rep.user_id):
        if request.POST.get("on"):
            availability.resume(rep=rep, now=now)
        else:
            availability.pause(rep=rep, by=rep.user, now=now)
    if not request.htmx:  # type: ignore[attr-defined]  # set by django-htmx
        return redirect(reverse("home"))
    return render(request, "components/_duty.html", {"my_duty": duty_of(rep, now=now)})
