"""Deleting test leads in one click: one from its page, or all of them from the list."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from leads.life import Kind
from leads.models import Lead
from reps import access
from reps.models import User
from routing import hand

_MOST = 5000


@login_required
@require_POST
def delete(request: HttpRequest, uid: str) -> HttpResponse:
    """One test, by its owner or who manages it; a real lead is 404 as if it did not exist."""
    now = timezone.now()
    lead = get_object_or_404(Lead.objects.visible_to(request.user, now=now), uid=uid, kind=Kind.TEST.value)
    rep = access.rep_of(request.user)
    mine = rep is not None and lead.owner_id == rep.pk
    if not isinstance(request.user, User) or not (mine or Lead.objects.overseen_by(request.user).filter(pk=lead.pk)):
        raise PermissionDenied
    _say(request, hand.clear_tests(leads=[lead], by=request.user, now=now).count)
    return redirect("my-leads" if rep else "leads")


@login_required
@require_POST
def clear(request: HttpRequest) -> HttpResponse:
    """All tests the reader manages and may see."""
    if not isinstance(request.user, User) or not access.is_manager(request.user):
        raise PermissionDenied
    now = timezone.now()
    seen = Lead.objects.visible_to(request.user, now=now).values("pk")
    rows = Lead.objects.overseen_by(request.user).filter(pk__in=seen, kind=Kind.TEST.value).order_by("pk")[:_MOST]
    _say(request, hand.clear_tests(leads=list(rows), by=request.user, now=now).count)
    return redirect("leads")


def _say(request: HttpRequest, count: int) -> None:
    if count:
        words = ngettext("%(n)d test deleted, with its traces.", "%(n)d tests deleted, with their traces.", count)
        messages.success(request, words % {"n": count})
    else:
        messages.error(request, _("There was no test to delete."))
