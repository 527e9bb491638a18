"""Returns: what reps handed back and why; approved, the share is taken back, refused, it counts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from leads.models import Lead
from leads.web.show import title_of
from reps import access
from reps.models import User
from reps.web import reader
from routing import returns, rulings
from routing.assign import NotYoursError
from routing.models import LedgerEntry, Return

_ON_A_PAGE = 30
_TABS = {
    "open": (gettext_lazy("To rule on"), Q(ruling="")),
    "approved": (gettext_lazy("Approved"), Q(ruling=returns.APPROVED)),
    "refused": (gettext_lazy("Refused"), Q(ruling=returns.REFUSED)),
}


@login_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The oldest open first; those that are ruled on by the last ruling."""
    user, now = _manager(request), timezone.now()
    tab = request.GET.get("show", "open")
    tab = tab if tab in _TABS else "open"
    rows = _found(rulings.overseen_by(user), request).filter(_TABS[tab][1])
    rows = rows.order_by("at", "pk") if tab == "open" else rows.order_by("-ruled_at", "-pk")
    pages = Paginator(rows, _ON_A_PAGE)
    shown = pages.get_page(request.GET.get("page"))
    # Where nothing is sought the pages have counted the open ones; to count them again takes as long again.
    sought = bool(request.GET.get("q") or request.GET.get("reason"))
    n_open = pages.count if tab == "open" and not sought else None
    context = {
        "now": now,
        "page": shown,
        "rows": _rows(list(shown), user, now),
        "tabs": _tabs(user, tab, n_open),
        "show": tab,
        "query": request.GET.get("q", "").replace("\x00", "")[:100],
        "reason": request.GET.get("reason", ""),
        "reasons": Return.Reason.choices,
    }
    return render(request, "routing/returns.html", context)


@login_required
@require_POST
def rule(request: HttpRequest, uid: UUID, hop: int) -> HttpResponse:
    """Approve or refuse, once and for good."""
    user = _manager(request)
    row = get_object_or_404(rulings.overseen_by(user), lead__uid=uid, hop=hop)
    said = request.POST.get("ruling", "")
    if said not in {returns.APPROVED, returns.REFUSED}:
        messages.error(request, _("Choose whether you approve it."))
    elif not rulings.may_rule(user, row):
        messages.error(request, _("You gave this lead back yourself: another manager rules on it."))
    else:
        try:
            undone = returns.rule_on(given_back=row, approve=said == returns.APPROVED, by=user)
        except NotYoursError:
            messages.error(request, _("Somebody ruled on it before."))
        else:
            messages.success(request, _said(row, said, undone=undone))
    return redirect("returns")


def _said(row: Return, said: str, *, undone: bool) -> str:
    if said == returns.REFUSED:
        return _("Refused: it counts as a lead of %s.") % row.rep.name
    if undone:
        return _("Approved: it does not count for %s any more, and the others' share is as before.") % row.rep.name
    return _("Approved. It had not counted for %s, so nothing was taken back.") % row.rep.name


def _manager(request: HttpRequest) -> User:
    if not access.is_manager(request.user):
        raise PermissionDenied
    return reader.user(request)


def _found(rows: "QuerySet[Return]", request: HttpRequest) -> "QuerySet[Return]":
    """By reason, and by the name of the rep or the number of the lead."""
    if (reason := request.GET.get("reason", "")) in Return.Reason.values:
        rows = rows.filter(reason=reason)
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    return rows.filter(Q(rep__user__name__icontains=words) | Q(note__icontains=words)) if words else rows


def _tabs(user: User, chosen: str, n_open: int | None) -> list[dict[str, Any]]:
    if n_open is None:
        n_open = rulings.overseen_by(user).select_related(None).filter(_TABS["open"][1]).count()
    return [
        {
            "label": label,
            "count": n_open if key == "open" else None,
            "url": f"{reverse('returns')}?show={key}",
            "active": key == chosen,
        }
        for key, (label, _q) in _TABS.items()
    ]


def _rows(rows: list[Return], user: User, now: datetime) -> list[dict[str, Any]]:
    leads = [row.lead_id for row in rows]
    seen = set(Lead.objects.visible_to(user, now=now).filter(pk__in=leads).values_list("pk", flat=True))
    counted = set(
        LedgerEntry.objects.filter(
            lead__in=leads, kind__in=[LedgerEntry.Kind.SHARE, LedgerEntry.Kind.FORCED], reversed_by=None
        ).values_list("lead", "winner")
    )
    return [
        {
            "row": row,
            "title": title_of(row.lead, row.lead.private) if row.lead_id in seen else _("A lead you may not read"),
            "url": reverse("lead-show", args=[row.lead.uid]) if row.lead_id in seen else "",
            "counts": (row.lead_id, row.rep_id) in counted,
            "may_rule": not row.ruling and rulings.may_rule(user, row),
        }
        for row in rows
    ]
