"""The pool page: what waits for the reader's groups, pulling the next, claiming one, putting it back."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from config.lib import rates
from leads.models import Lead, LeadPrivate
from leads.money import amount_says
from leads.qualify.normalise import country_name
from reps.models import Group, Rep
from reps.web import reader
from routing import allowance
from routing import claim as claims
from routing.web import hurry

_USUAL = 5  # bands 0-4 come before it, 6-9 behind it
_MOST_CARDS = 60
_MOST_PIPS = 8  # more are a wall, not a count


@login_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The pool of one of the reader's groups."""
    rep = reader.rep(request)
    return _answer(request, rep, chosen=request.GET.get("group", ""))


@login_required
@require_POST
def pull(request: HttpRequest, uid: str) -> HttpResponse:
    """Take the best waiting lead of the group."""
    rep = reader.rep(request)
    group = get_object_or_404(claims.groups_with_pool(rep, now=timezone.now()), uid=uid)
    if (over := hurry.too_many(rep, now=timezone.now())) is not None:
        return _too_many(request, rep, over, chosen=str(uid))
    try:
        lead = claims.pull(group=group, rep=rep, by=rep.user)
    except claims.NotClaimedError as error:
        return _answer(request, rep, chosen=str(uid), code=error.code)
    return _answer(request, rep, chosen=str(uid), taken=lead)


@login_required
@require_POST
def claim(request: HttpRequest, handle: str) -> HttpResponse:
    """Take the lead behind the reader's handle; who was slower learns nothing about it."""
    rep = reader.rep(request)
    if (over := hurry.too_many(rep, now=timezone.now())) is not None:
        return _too_many(request, rep, over, chosen=request.POST.get("group", ""))
    try:
        lead = claims.claim(rep=rep, by=rep.user, handle=handle)
    except claims.NotClaimedError as error:
        if error.code == "faster" and _is_fragment(request) and (lost := _lost(request)):
            return lost
        return _answer(request, rep, chosen=request.POST.get("group", ""), code=error.code)
    return _answer(request, rep, chosen=str(lead.group.uid) if lead.group else "", taken=lead)


@login_required
@require_POST
def put_back(request: HttpRequest, uid: str) -> HttpResponse:
    """Give up a claim nobody has been contacted about, with a reason."""
    rep = reader.rep(request)
    lead = get_object_or_404(Lead.objects.select_related("group"), uid=uid, owner=rep)
    reason = request.POST.get("reason", "").replace("\x00", "")[:500]
    try:
        claims.put_back(lead=lead, rep=rep, by=rep.user, reason=str(REASONS.get(reason, reason)))
    except claims.NotPutBackError as error:
        messages.error(request, KEPT[error.code])
        return redirect("lead-show", uid)
    messages.success(request, _("It waits in the pool again."))
    return redirect(f"{reverse('pool')}?group={lead.group.uid}" if lead.group else reverse("pool"))


def _too_many(request: HttpRequest, rep: Rep, over: rates.Spent, *, chosen: str) -> HttpResponse:
    response = _answer(request, rep, chosen=chosen)
    response.status_code, response["Retry-After"] = 429, str(over.again_in)
    return response


def _lost(request: HttpRequest) -> HttpResponse | None:
    """Who was slower is told so, with the next at hand, and the page asks for the rest when it is its time.

    A hundred may lose at once, each wants to know within a second: so nothing is asked of the database.
    """
    try:
        group = {"uid": UUID(request.POST.get("group", ""))}
    except ValueError:
        return None
    response = render(
        request, "routing/_pull.html", {"group": group, "faster": True, "lost": True, "can_claim": True}, status=409
    )
    response["HX-Retarget"] = "#pull"
    return response


def _is_fragment(request: HttpRequest) -> bool:
    return bool(request.htmx) and not request.htmx.boosted  # type: ignore[attr-defined]  # set by django-htmx


def _answer(
    request: HttpRequest, rep: Rep, *, chosen: str = "", taken: Lead | None = None, code: str = ""
) -> HttpResponse:
    htmx = _is_fragment(request)
    context = context_of(rep, chosen=chosen, taken=taken, code=code, now=timezone.now())
    if request.method == "GET" and htmx and request.GET.get("seen") == context["mark"]:
        return HttpResponse(status=204)
    status = 409 if code else 200
    return render(request, "routing/_pool.html" if htmx else "routing/pool.html", context, status=status)


def context_of(rep: Rep, *, chosen: str, taken: Lead | None, code: str, now: datetime) -> dict[str, Any]:
    """What the template asks for; before the claim it holds only what the group made public."""
    groups = list(claims.groups_with_pool(rep, now=now))
    if not groups:
        raise Http404
    group = next((g for g in groups if str(g.uid) == chosen), groups[0])
    pool = claims.pool_of(group, rep, now=now, most=_MOST_CARDS)
    stop = claims.why_not(group, rep, now=now) or ("hurry" if hurry.stopped(rep) else "")
    stop = stop or ("none_left" if code == "none_left" else "only_put_back" if code == "only_put_back" else "")
    blind = group.pool == Group.Pool.BLIND
    rows = [_blind_row(card) for card in pool.cards] if blind else _open_rows(pool.cards)
    seen = [(card.handle, card.band) for card in pool.cards]
    mark = hashlib.sha256(repr((seen, pool.allowed, pool.waiting, stop)).encode()).hexdigest()[:16]
    return {
        "now": now,
        "groups": [_tab(g, active=g == group) for g in groups],
        "group": {"uid": group.uid, "label": group.name},
        "blind": blind,
        "mark": mark,
        "refresh_url": f"{reverse('pool')}?group={group.uid}&seen={mark}",
        "waiting": pool.waiting,
        "oldest_at": pool.oldest_at,
        "claims": _claims(group, pool.allowed.claims_left),
        "unworked_left": pool.allowed.unworked_left,
        "put_backs": pool.allowed.put_backs_left,
        "can_claim": not stop,
        "stop": _stop(stop, pool.allowed),
        "faster": code == "faster",
        "taken": _taken(taken) if taken else None,
        "rows": rows,
        "shown_note": _("%(n)d of %(all)d, highest priority first") % {"n": len(rows), "all": pool.waiting},
        "foot": _("A claim counts as one lead for you.") if group.count_claims else _("Claims are extra."),
    }


def _stop(code: str, allowed: allowance.Allowance) -> str:
    if code == "hurry":
        return hurry.says()
    if code == "too_soon" and allowed.again_at:
        at = date_format(timezone.localtime(allowed.again_at), "H:i:s")
        return _("Your group takes a breath between two claims. You can go on at %s.") % at
    return str(SAYS.get(code, ""))


# Why a claim is given up; the words are kept, as reasons of people's own are.
REASONS = {
    "not_for_me": gettext_lazy("Not for me: language, market or product"),
    "no_time": gettext_lazy("I cannot get to it now"),
    "by_mistake": gettext_lazy("Claimed by mistake"),
    "known": gettext_lazy("A colleague knows them already"),
}
KEPT = {
    "not_yours": gettext_lazy("This lead cannot be put back any more."),
    "no_reason": gettext_lazy("Say why you put it back."),
    "too_often": gettext_lazy("You have put back as many as you may today. Return the lead with a reason instead."),
}
SAYS = {
    "none_left": gettext_lazy("Nothing waits any more."),
    "at_cap": gettext_lazy("You hold as many open leads as you may."),
    "too_many": gettext_lazy("You have no claims left today."),
    "unworked": gettext_lazy("First contact one of the leads you have claimed, then you can take the next."),
    "too_soon": gettext_lazy("Your group takes a breath between two claims."),
    "only_put_back": gettext_lazy("Only leads that you have put back are waiting."),
    "off_duty": gettext_lazy("You are off duty. Switch yourself on to pull leads."),
    "not_yours": gettext_lazy("You are not a member of this group any more."),
}


def _tab(group: Group, *, active: bool) -> dict[str, Any]:
    return {
        "label": group.name,
        "count": claims.waiting_in(group),
        "url": f"{reverse('pool')}?group={group.uid}",
        "active": active,
    }


def _claims(group: Group, left: int | None) -> dict[str, Any] | None:
    if left is None or group.claims_per_day is None:
        return None
    pips = [n < left for n in range(group.claims_per_day)] if group.claims_per_day <= _MOST_PIPS else []
    return {"left": left, "of": group.claims_per_day, "pips": pips}


def _blind_row(card: claims.Card) -> dict[str, Any]:
    shown = card.shown
    size = _("%s employees") % shown["size_band"].replace("-", " to ") if "size_band" in shown else ""
    place = ", ".join(filter(None, (shown.get("region"), _country(shown.get("country", "")))))
    title = ", ".join(filter(None, (shown.get("industry"), size))) or place or _("A lead")
    return {**_row(card), "title": title, "place": "" if title == place else place}


def _open_rows(cards: tuple[claims.Card, ...]) -> list[dict[str, Any]]:
    """In an open pool members may read the details."""
    details = {
        d.lead_id: d for d in LeadPrivate.objects.filter(lead__in=[c.lead for c in cards]).select_related("lead")
    }
    rows = []
    for card in cards:
        private = details[card.lead]
        rows.append(
            {
                **_row(card),
                "title": private.company or private.name or _("A lead"),
                "person": ", ".join(filter(None, (private.name if private.company else "", private.job_title))),
                "place": private.city or _country(private.lead.country),
                "url": reverse("lead-show", args=[private.lead.uid]),
                "value": amount_says(private.deal_amount),
            }
        )
    return rows


def _row(card: claims.Card) -> dict[str, Any]:
    source = ", ".join(filter(None, (card.shown.get("source"), card.shown.get("intent"))))
    return {
        "handle": card.handle,
        "since": card.waiting_since,
        "urgent": card.band is not None and card.band < _USUAL,
        "priority": _priority(card.band),
        "source": source,
        "source_icon": "forms",
    }


def _priority(band: int | None) -> str:
    """The band orders the pool, so each card tells its own; the usual one goes without saying."""
    if band is None or band == _USUAL:
        return ""
    return (_("High priority (%d)") if band < _USUAL else _("Low priority (%d)")) % band


def _taken(lead: Lead) -> dict[str, Any]:
    details = LeadPrivate.objects.get(lead=lead)
    return {
        "title": details.company or details.name or _("The lead"),
        "url": reverse("lead-show", args=[lead.uid]),
        "uid": lead.uid,
    }


def _country(code: str) -> str:
    return country_name(code) if code else ""
