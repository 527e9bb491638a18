"""One act on several of one's own leads: all of them, or none."""

import uuid
from collections.abc import Callable, Sequence
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from leads import respond, steps
from leads.life import TouchKind
from leads.models import Lead, LeadPrivate, Stage
from leads.web import my_leads, show
from leads.web.step_form import StepForm, instants_of
from reps.models import Rep, User
from reps.web import reader

MOST = 200
_TOUCHES = {"email": TouchKind.EMAIL, "message": TouchKind.MESSAGE}
Act = Callable[[Lead], object]


class _WrongError(Exception):
    """What was asked cannot be done to any of them."""


@login_required
@require_POST
def page(request: HttpRequest) -> HttpResponse:
    """Log a mail or message, set the next step, or move the stage of all chosen leads."""
    rep = reader.rep(request)
    leads = _chosen(request, rep)
    if not leads:
        return _answer(request, rep, _("Choose leads first."), wrong=True)
    try:
        _do_all(leads, _act(request, rep, rep.user))
    except _WrongError as error:
        return _answer(request, rep, str(error), wrong=True)
    says = ngettext("Done for %d lead.", "Done for %d leads.", len(leads)) % len(leads)
    return _answer(request, rep, says)


def _chosen(request: HttpRequest, rep: Rep) -> list[Lead]:
    """All that were sent are the reader's own, or it is 404: nobody learns which of them exist."""
    try:
        uids = {uuid.UUID(uid) for uid in request.POST.getlist("leads")}
    except ValueError as error:
        raise Http404 from error
    if len(uids) > MOST:
        raise Http404
    found = list(Lead.objects.filter(uid__in=uids, owner=rep).select_related("stage", "division").order_by("pk"))
    if len(found) != len(uids):
        raise Http404
    return found


def _act(request: HttpRequest, rep: Rep, user: User) -> Act:
    """What is asked, checked before anything is written."""
    now, sent = timezone.now(), request.POST
    act = sent.get("act", "")
    if act in _TOUCHES:
        return lambda lead: respond.touch(lead=lead, rep=rep, by=user, kind=_TOUCHES[act], now=now)
    if act == "step":
        form = StepForm(sent, instants=instants_of(rep, now=now))
        if not form.is_valid():
            raise _WrongError(" ".join(f"{form.fields[name].label}: {text[0]}" for name, text in form.errors.items()))
        if not form.cleaned_data.get("due"):
            raise _WrongError(_("When: choose when the step is due."))
        return lambda lead: form.save_step(lead=lead, rep=rep, by=user, now=now)
    if act == "stage":
        return partial(_move, request=request, user=user)
    raise _WrongError(_("Choose what to do with them."))


def _move(lead: Lead, *, request: HttpRequest, user: User) -> None:
    stage = Stage.objects.filter(
        division=lead.division_id, key=request.POST.get("stage", "").replace("\x00", "")
    ).first()
    if stage is None:
        raise _WrongError(_("Choose a stage."))
    reason = request.POST.get("reason", "").replace("\x00", "")[:200]
    respond.move_stage(lead=lead, stage=stage, by=user, now=timezone.now(), reason=reason)


def _do_all(leads: Sequence[Lead], act: Act) -> None:
    """In one transaction; the first that is refused names itself and undoes the others."""
    with transaction.atomic():
        for lead in leads:
            try:
                act(lead)
            except (respond.NotDoneError, steps.NotSetError) as error:
                title = show.title_of(lead, LeadPrivate.objects.get(lead=lead))
                told = {"lead": title, "why": error}
                raise _WrongError(_("Nothing was changed. %(lead)s: %(why)s") % told) from error


def _answer(request: HttpRequest, rep: Rep, says: str, *, wrong: bool = False) -> HttpResponse:
    (messages.error if wrong else messages.success)(request, says)
    if request.htmx:  # type: ignore[attr-defined]  # set by django-htmx
        return my_leads.fragment(request, rep)
    return redirect("my-leads")
