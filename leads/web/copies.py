"""Mails by BCC: the reader's own address for copies, and the copied mails nobody could match."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.lib import sealed, typed
from leads import copies
from leads.life import State
from leads.models import CopiedMail, Lead
from leads.web import owned, show
from reps.models import Rep
from reps.web import reader

_MOST, _SHOWN = 100, 20


@login_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The address, how to use it, and what waits."""
    rep = reader.rep(request)
    rows = list(waiting(rep).order_by("-received_at", "-pk")[:_MOST])
    context = {"ready": copies.is_ready(rep), "address": "", "lost": False, "mails": rows, "now": timezone.now()}
    try:
        context["address"] = copies.address_of(rep)
    except sealed.UnsealedError:
        context["lost"] = True
    return render(request, "leads/copies.html", context)


def waiting(rep: Rep) -> Any:
    """The rep's mails that nobody could match."""
    return CopiedMail.objects.filter(rep=rep, state=CopiedMail.State.UNMATCHED)


@login_required
@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """A new address, or the first one."""
    copies.renew(rep=reader.rep(request), now=timezone.now())
    messages.success(request, _("Here is your address. One you had before is dead from now on."))
    return redirect("my-mails")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def log(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One mail: log it on a lead of the reader's, searched for among them."""
    rep = reader.rep(request)
    mail = get_object_or_404(waiting(rep), uid=uid)
    mine = Lead.objects.filter(owner=rep, state__in=[State.ASSIGNED, State.CLOSED])
    if request.method == "POST":
        lead = get_object_or_404(mine, uid=typed.uid_sought(request.POST.get("lead", "")))
        if copies.log_on(mail=mail, lead=lead, rep=rep, now=timezone.now()):
            messages.success(request, _("Logged."))
            return redirect("lead-show", lead.uid)
        messages.error(request, _("This was done before, or the lead is not yours any more."))
        return redirect("my-mails")
    query = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    found = owned.search(mine, query, rep=rep) if query else mine.filter(state=State.ASSIGNED)
    leads = [_row(lead) for lead in found.select_related("private", "stage").order_by("-assigned_at", "-pk")[:_SHOWN]]
    return render(request, "leads/copied_log.html", {"mail": mail, "leads": leads, "query": query})


def _row(lead: Lead) -> dict[str, Any]:
    return {
        "uid": lead.uid,
        "title": show.title_of(lead, lead.private),
        "says": ", ".join(filter(None, (lead.private.name, lead.private.email, lead.stage.name))),
    }


@login_required
@require_POST
def ignore(request: HttpRequest, uid: UUID) -> HttpResponse:
    """About nobody here."""
    mail = get_object_or_404(waiting(reader.rep(request)), uid=uid)
    copies.ignore(mail=mail)
    messages.success(request, _("Ignored. What it said is forgotten."))
    return redirect("my-mails")
