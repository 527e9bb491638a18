"""Offers on My leads: what the reader is asked just now, saying yes, saying no."""

import hashlib
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from leads import mails
from reps.models import Rep
from reps.web import reader
from routing import offers, wording
from routing.models import Offer


@login_required
@never_cache
@require_safe
def fragment(request: HttpRequest) -> HttpResponse:
    """The open offers, or 204 while they are those the page shows."""
    rep = reader.rep(request)
    context = context_of(rep, now=timezone.now())
    if request.GET.get("seen") == context["offers_mark"]:
        return HttpResponse(status=204)
    return render(request, "routing/_offers.html", context)


@login_required
@require_POST
def accept(request: HttpRequest, uid: str) -> HttpResponse:
    """Take the lead; its page opens."""
    rep = reader.rep(request)
    offer = get_object_or_404(Offer.objects.select_related("lead"), uid=uid, rep=rep)
    try:
        lead = offers.accept(offer=offer, rep=rep, by=rep.user)
    except offers.NotOfferedError:
        messages.error(request, over_because(offer))
        return redirect("my-leads")
    messages.success(request, _("It is yours. The time for your first contact runs."))
    return redirect("lead-show", lead.uid)


@login_required
@require_POST
def decline(request: HttpRequest, uid: str) -> HttpResponse:
    """Say no, with a reason or without."""
    rep = reader.rep(request)
    offer = get_object_or_404(Offer.objects.select_related("lead", "group"), uid=uid, rep=rep)
    try:
        offers.decline(offer=offer, rep=rep, by=rep.user, reason=reason_of(request.POST.get("reason", "")))
    except offers.NotOfferedError:
        messages.error(request, over_because(offer))
        return redirect("my-leads")
    messages.success(request, _("Declined. The next in line is asked."))
    return redirect("my-leads")


def context_of(rep: Rep, *, now: datetime) -> dict[str, Any]:
    """What the template asks for; before the yes it holds only what the group made public."""
    found = offers.open_offers(rep, now=now)
    mark = hashlib.sha256(repr([offer.pk for offer in found]).encode()).hexdigest()[:16]
    return {
        "now": now,
        "offers": [row_of(offer) for offer in found],
        "offers_mark": mark,
        "offers_url": f"{reverse('my-offers')}?seen={mark}",
    }


def row_of(offer: Offer) -> dict[str, Any]:
    """One offer for routing/_offers.html."""
    shown = dict(mails.shown_of(offer.lead))
    free = offer.group is not None and offer.group.free_decline
    return {
        "uid": offer.uid,
        "facts": [{"label": label, "value": value} for label, value in shown.items()],
        "group": offer.group.name if offer.group else "",
        "why": wording.asked_because(offer.decision.record) if offer.decision else "",
        "due_at": offer.due_at,
        "allowed": offer.due_at - offer.offered_at,
        "test": offer.lead.kind == "test",
        "cost": _("Declining is free: your turn stays.") if free else _("Declining counts as your turn."),
    }


_OVER = {
    Offer.Answer.ACCEPTED: gettext_lazy("You have taken this lead already."),
    Offer.Answer.DECLINED: gettext_lazy("You have declined this lead already."),
    Offer.Answer.LAPSED: gettext_lazy("The time for this offer ran out, and the next in line was asked."),
    Offer.Answer.WITHDRAWN: gettext_lazy("This offer was withdrawn: somebody else decided about the lead."),
}


def over_because(offer: Offer) -> str:
    """Why it cannot be answered any more, in a sentence."""
    answer = Offer.objects.values_list("answer", flat=True).get(pk=offer.pk)
    return str(_OVER[Offer.Answer(answer)] if answer else _OVER[Offer.Answer.LAPSED])


def reason_of(text: str) -> str:
    """A reason as it may be kept."""
    return text.replace("\x00", "").strip()[:500]
