"""What a form held back as spam: looked through by ops, taken by a click where it was a person."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from leads.capture import NotCapturedError
from leads.forms import quarantine, traps
from leads.forms.known import OURS, TRACKED
from leads.models import Intake
from leads.web.forms import found, head
from leads.web.ops import ops_only
from leads.web.retries import retried
from reps import installation

_PAGE = 25
_SHOWN = 300


@ops_only
@never_cache
@require_safe
def page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Newest first, each with what was written and why it was held back."""
    form = found(uid)
    rows = Paginator(quarantine.held(form), _PAGE).get_page(request.GET.get("page"))
    context = {"page": rows, "rows": [_row(row) for row in rows.object_list]}
    return render(
        request, "leads/form_held.html", {**head(form, "held"), **context, "days": installation.the().raw_days}
    )


@ops_only
@require_POST
def take(request: HttpRequest, uid: UUID, intake: UUID) -> HttpResponse:
    """This is a person: a lead like any other."""
    form = found(uid)
    row = get_object_or_404(Intake, connection=form.connection_id, uid=intake)
    try:
        retried(lambda: quarantine.take(form=form, intake=row, now=timezone.now()))
        messages.success(request, _("Taken: it goes by the rules now."))
    except quarantine.NotHeldError:
        messages.error(request, _("Somebody else has dealt with this by now."))
    except NotCapturedError:
        messages.error(request, _("We could not take it just now. Please try again."))
    except quarantine.NoLeadInItError as error:
        why = " ".join(f"{key}: {said}" for key, said in error.errors.items())
        messages.error(request, _("The form was changed since and cannot read it: %s") % why)
    return redirect("form-held", uid)


@ops_only
@require_POST
def throw_away(request: HttpRequest, uid: UUID, intake: UUID) -> HttpResponse:
    """Spam it is."""
    form = found(uid)
    row = get_object_or_404(Intake, connection=form.connection_id, uid=intake)
    try:
        quarantine.throw_away(form=form, intake=row)
        messages.success(request, _("Thrown away."))
    except quarantine.NotHeldError:
        messages.error(request, _("Somebody else has dealt with this by now."))
    return redirect("form-held", uid)


def _row(row: Intake) -> dict[str, Any]:
    body = row.body if isinstance(row.body, dict) else {}
    said = [
        {"key": key, "value": _text(value)}
        for key, value in body.items()
        if not key.startswith(OURS) and key not in TRACKED and _text(value)
    ]
    return {
        "uid": row.uid,
        "at": row.received_at,
        "why": traps.WHY.get(row.error, row.error),
        "who": _text(body.get("name") or body.get("email") or "") or _("nobody named"),
        "said": said,
    }


def _text(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
