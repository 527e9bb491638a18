"""Deliveries of a connection in the browser: all of them, one as it came, running them again."""

import contextlib
import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from config.lib import typed
from leads import inbound
from leads.models import Connection, Inbound, Intake, Lead
from leads.web import counts
from leads.web.connections import delivery_row, found, head
from leads.web.ops import ops_only
from reps import access
from reps.models import Group

_PAGE = 50
_COUNTED = 999
_MOST_AGAIN = 5000
_SHOWN = 20_000


@ops_only
@never_cache
@require_safe
def index(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Newest first, by how far they are."""
    connection, connector = found(uid)
    chosen = request.GET.get("state", "")
    rows = connection.inbounds.order_by("-pk")
    states = [("", _("All"), counts.up_to(rows, most=_COUNTED))]
    states += [
        (state.value, str(state.label), counts.up_to(rows.filter(state=state), most=_COUNTED))
        for state in Inbound.State
    ]
    if chosen in Inbound.State.values:
        rows = rows.filter(state=chosen)
    page = Paginator(rows.prefetch_related("intakes__lead"), _PAGE).get_page(request.GET.get("page"))
    context = {
        **head(connection, connector),
        "page": page,
        "rows": [delivery_row(row) for row in page.object_list],
        "tabs": [
            {"label": label, "count": count, "url": f"?state={value}", "active": value == chosen}
            for value, label, count in states
        ],
        "chosen": chosen,
        "again": chosen in {Inbound.State.REFUSED, Inbound.State.SET_ASIDE, Inbound.State.HANDLED} and page.object_list,
    }
    return render(request, "leads/delivery_list.html", context)


@ops_only
@never_cache
@require_safe
def show(request: HttpRequest, uid: UUID, delivery: UUID) -> HttpResponse:
    """One delivery as it came, and what became of it."""
    connection, connector = found(uid)
    row = _row(connection, delivery)
    intakes = list(row.intakes.select_related("lead").order_by("pk"))
    last_run = max((intake.received_at for intake in intakes), default=None)
    open_to_reader = readable(request, row)
    context = {
        **head(connection, connector),
        "row": row,
        "state": row.get_state_display(),
        "body": _shown(row) if open_to_reader else "",
        "hidden": not open_to_reader,
        "forgotten": row.body is None,
        "headers": sorted(row.headers.items()),
        "run_at": last_run,
        "became": [_became(intake) for intake in intakes if intake.received_at == last_run],
        "runs_before": len({intake.received_at for intake in intakes}) - 1,
    }
    return render(request, "leads/delivery_show.html", context)


def _became(intake: Intake) -> dict[str, Any]:
    return {
        "says": intake.get_outcome_display(),
        "url": reverse("lead-show", args=[intake.lead.uid]) if intake.lead else "",
        "error": intake.error,
    }


def readable(request: HttpRequest, row: Inbound) -> bool:
    """Whether the reader may see all its leads: who pulls from a blind pool must not look behind it here."""
    rep = access.rep_of(request.user)
    blind = (
        rep is not None and access.groups_of(request.user, now=timezone.now()).filter(pool=Group.Pool.BLIND).exists()
    )
    if blind and row.state == Inbound.State.KEPT:
        return False  # nobody knows yet whether it will lie in their pool
    leads = set(row.intakes.exclude(lead=None).values_list("lead", flat=True))
    return Lead.objects.visible_to(request.user, now=timezone.now()).filter(pk__in=leads).count() == len(leads)


@ops_only
@require_POST
def again(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Run one, or all of a state, again: what was made of them already is not made twice."""
    connection, _connector = found(uid)
    state, one = request.POST.get("state", ""), request.POST.get("delivery", "")
    rows: QuerySet[Inbound] = connection.inbounds.filter(body__isnull=False)
    if one:
        rows = Inbound.objects.filter(pk=_row(connection, one).pk, body__isnull=False)
    elif state in Inbound.State.values:
        rows = rows.filter(state=state)
    pks = list(rows.values_list("pk", flat=True)[:_MOST_AGAIN])
    done = inbound.replay(pks=pks, now=timezone.now(), by_hand=bool(one))
    said = ngettext("%(n)d delivery runs again.", "%(n)d deliveries run again.", done) % {"n": done}
    messages.success(
        request,
        said if done else _("Nothing to run again: not signed, raw body forgotten, or the same came once more."),
    )
    if one:
        return redirect("delivery", connection.uid, one)
    return redirect(f"{reverse('deliveries', args=[connection.uid])}?state={state}")


def _row(connection: Connection, delivery: object) -> Inbound:
    rows = Inbound.objects.select_related("connection")
    return get_object_or_404(rows, connection=connection, uid=typed.uid_sought(str(delivery)))


def _shown(row: Inbound) -> str:
    """The body as text, JSON indented; what is no text shows its bytes as they are."""
    if row.body is None:
        return ""
    text = bytes(row.body).decode("utf-8", "replace")
    with contextlib.suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return text[:_SHOWN]
