"""What a rep does with a lead from any page: log a contact, keep a note, move the stage."""

from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from leads import respond
from leads.life import CallOutcome, State, TouchKind
from leads.models import Lead, Stage
from leads.web import my_leads, show, telling
from reps.models import Rep
from reps.web import reader

_LONGEST_CALL_MINUTES = 24 * 60


def owned(request: HttpRequest, uid: str) -> tuple[Lead, Rep]:
    """The reader's own lead; another's is 404 as if it did not exist."""
    rep = reader.rep(request)
    return get_object_or_404(Lead, uid=uid, owner=rep), rep


def answer(request: HttpRequest, lead: Lead, rep: Rep, says: str, *, wrong: bool = False) -> HttpResponse:
    """The lists again for htmx, else back to where the form stood."""
    (messages.error if wrong else messages.success)(request, says)
    if request.htmx and request.htmx.target == "my-leads":  # type: ignore[attr-defined]  # set by django-htmx
        return my_leads.fragment(request, rep)
    response: HttpResponse = redirect("lead-show", lead.uid)
    if request.htmx:  # type: ignore[attr-defined]  # as above
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
    return response


@login_required
@require_POST
def touch(request: HttpRequest, uid: str) -> HttpResponse:
    """Log a call, mail, message or meeting."""
    lead, rep = owned(request, uid)
    try:
        kind = TouchKind(request.POST.get("kind", ""))
        outcome = CallOutcome(request.POST["outcome"]) if request.POST.get("outcome") else None
        seconds = seconds_of(request.POST.get("minutes", ""))
        respond.touch(
            lead=lead, rep=rep, by=rep.user, kind=kind, outcome=outcome, duration_seconds=seconds, now=timezone.now()
        )
    except respond.NotDoneError as error:
        return answer(request, lead, rep, str(error), wrong=True)
    except ValueError:
        return answer(request, lead, rep, _("That is no kind of contact we know."), wrong=True)
    return answer(request, lead, rep, _("Logged."))


@login_required
@never_cache
@require_safe
def more(request: HttpRequest, uid: str) -> HttpResponse:
    """What is done seldom with a lead, for the menu of its row once that opens."""
    lead, _rep = owned(request, uid)
    context = {
        "uid": lead.uid,
        "id": lead.uid,
        "target": "#my-leads",
        "stages": show.moves_of(lead),
        "put_back": show.may_put_back(lead),
        "return_reasons": telling.RETURN_REASONS if lead.state == State.ASSIGNED else [],
    }
    return render(request, "components/more_panel.html", context)


@login_required
@require_POST
def note(request: HttpRequest, uid: str) -> HttpResponse:
    """Keep a note."""
    lead, rep = owned(request, uid)
    try:
        respond.note(lead=lead, by=rep.user, text=request.POST.get("text", "").replace("\x00", ""), now=timezone.now())
    except respond.NotDoneError as error:
        return answer(request, lead, rep, str(error), wrong=True)
    return answer(request, lead, rep, _("Note kept."))


@login_required
@require_POST
def stage(request: HttpRequest, uid: str) -> HttpResponse:
    """Move along the pipeline."""
    lead, rep = owned(request, uid)
    wanted = Stage.objects.filter(
        division=lead.division_id, key=request.POST.get("stage", "").replace("\x00", "")
    ).first()
    if wanted is None:
        return answer(request, lead, rep, _("Choose a stage."), wrong=True)
    try:
        respond.move_stage(
            lead=lead,
            stage=wanted,
            by=rep.user,
            now=timezone.now(),
            reason=request.POST.get("reason", "").replace("\x00", "")[:200],
            amount=_amount(request.POST.get("amount", "")),
        )
    except respond.NotDoneError as error:
        return answer(request, lead, rep, str(error), wrong=True)
    return answer(request, lead, rep, _("Moved to %s.") % wanted.name)


def seconds_of(text: str) -> int | None:
    """A length in minutes, as people write it."""
    if not text.strip():
        return None
    try:
        minutes = Decimal(text.strip().replace(",", "."))
    except InvalidOperation as error:
        raise respond.NotDoneError("minutes", _("Write the minutes as a number, like 6 or 2.5.")) from error
    if not minutes.is_finite() or not 0 <= minutes <= _LONGEST_CALL_MINUTES:
        raise respond.NotDoneError("minutes", _("A call lasts between 0 minutes and a day."))
    return int(minutes * 60)


def _amount(text: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        amount = Decimal(text.strip().replace(" ", ""))
    except InvalidOperation as error:
        raise respond.NotDoneError("amount", _("Write the amount as a number, like 12500.")) from error
    if not amount.is_finite() or not 0 <= amount < 10**12:
        raise respond.NotDoneError("amount", _("This amount is out of range."))
    return amount.quantize(Decimal("0.01"))
