"""A rep returns a lead from its page, and sees what became of those they returned."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from leads.models import Lead
from leads.web import show
from reps.models import Group
from reps.web import reader
from routing import returns
from routing.assign import NotYoursError
from routing.models import Return

_ON_A_PAGE = 50


@login_required
@require_POST
def give_back(request: HttpRequest, uid: str) -> HttpResponse:
    """Hand it back with a reason; it goes to To assign."""
    rep = reader.rep(request)
    lead = get_object_or_404(Lead, uid=uid, owner=rep)
    try:
        reason = Return.Reason(request.POST.get("reason", ""))
        note = request.POST.get("note", "").replace("\x00", "")[:2000]
        returns.give_back(lead=lead, rep=rep, by=rep.user, reason=reason, note=note)
    except ValueError:
        messages.error(request, _("Choose a reason."))
        return _back(request, "lead-show", uid)
    except NotYoursError:
        messages.error(request, _("This lead is not yours any more."))
        return _back(request, "my-leads")
    messages.success(request, _("Returned. A manager looks at it."))
    return _back(request, "my-leads")


@login_required
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What the reader returned, the newest first: why, and whether anybody has ruled on it."""
    rep = reader.rep(request)
    rows = (
        Return.objects.filter(rep=rep).select_related("lead__private", "lead__group", "ruled_by").order_by("-at", "-pk")
    )
    page = Paginator(rows, _ON_A_PAGE).get_page(request.GET.get("page"))
    read = Lead.objects.visible_to(request.user, now=timezone.now()).filter(pk__in=[row.lead_id for row in page])
    seen = set(read.values_list("pk", flat=True))
    shown = [{"title": _title(row, seen), "row": row} for row in page]
    return render(request, "routing/my_returns.html", {"returns": shown, "page": page})


def _title(row: Return, seen: set[int]) -> str:
    """As they knew it; nothing of one that is in a blind pool's group by now, and not theirs to read."""
    blind = row.lead.group is not None and row.lead.group.pool == Group.Pool.BLIND
    return "" if blind and row.lead_id not in seen else show.title_of(row.lead, row.lead.private)


def _back(request: HttpRequest, name: str, *args: str) -> HttpResponse:
    """The list stays as it was asked for; the page of a lead that has gone is left."""
    if not request.htmx:  # type: ignore[attr-defined]  # set by django-htmx
        return redirect(name, *args)
    response, place = HttpResponse(status=204), reverse(name, args=args)
    if urlsplit(request.htmx.current_url or "").path == place:  # type: ignore[attr-defined]  # as above
        response["HX-Refresh"] = "true"
    else:
        response["HX-Redirect"] = place
    return response
