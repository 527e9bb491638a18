"""Connections in the browser: the list, a new one, its address and settings, how its facts are mapped."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.lib import sealed
from leads import inbound, mailboxes, secrets
from leads.connector import Connector, Source
from leads.connectors import all_connectors, enrichers, sources
from leads.life import Kind
from leads.mail.source import MailSource
from leads.models import Connection, Hook, Inbound, Lead, Mailbox
from leads.web import counts
from leads.web.connection_form import ConnectionForm
from leads.web.counts import CountUpTo
from leads.web.manuals import first_sentence, manual_of
from leads.web.ops import ops_only

_DAYS = 30
_LAST = 10
_MOST_LEADS = 9999


@ops_only
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What brings leads and what adds facts, with what came of late and what needs a look."""
    now = timezone.now()
    rows = Connection.objects.filter(kind__in=all_connectors()).order_by("kind", "name")
    newest = Inbound.objects.filter(connection=OuterRef("pk")).order_by("-pk")
    wrong = _to_look_at(Inbound.objects.filter(connection=OuterRef("pk")), now)
    rows = rows.annotate(
        last=Subquery(newest.values("last_at")[:1]), wrong=CountUpTo(wrong.values("pk")[: counts.MOST + 1])
    )
    came = Lead.objects.filter(arrived_at__gte=now - timedelta(days=_DAYS)).exclude(kind=Kind.TEST.value)
    came_by = dict(came.order_by().values_list("connection").annotate(n=Count("pk")))
    listed = [
        {
            "name": row.name,
            "what": all_connectors()[row.kind].label,
            "url": reverse("connection", args=[row.uid]),
            "active": row.active,
            "brings": row.kind in sources(),
            "came": came_by.get(row.pk, 0),
            "last": row.last,
            "wrong": row.wrong,
            "wrong_shown": counts.shown(row.wrong),
        }
        for row in rows
    ]
    context = {
        "sources": [row for row in listed if row["brings"]],
        "enrichers": [row for row in listed if not row["brings"]],
        "days": _DAYS,
        "hooks": Hook.objects.filter(active=True).count(),
    }
    return render(request, "leads/connection_list.html", context)


def _to_look_at(rows: QuerySet[Inbound], now: datetime) -> QuerySet[Inbound]:
    """What nobody looked at yet, as far as the database can tell; worded as the index `inbound_wrong` is."""
    wrong = rows.filter(state__in=[Inbound.State.REFUSED, Inbound.State.SET_ASIDE])
    return wrong.filter(Q(state=Inbound.State.SET_ASIDE) | Q(received_at__gte=now - timedelta(days=1)))


@ops_only
@require_safe
def shelf(request: HttpRequest) -> HttpResponse:
    """Everything that can be connected, each in one sentence."""
    context = {"sources": _offered(sources().values()), "enrichers": _offered(enrichers().values())}
    return render(request, "leads/connection_shelf.html", context)


def _offered(connectors: Any) -> list[dict[str, Any]]:
    ordered = sorted(connectors, key=lambda one: one.label.casefold())
    return [
        {"label": one.label, "says": first_sentence(one), "url": reverse("connection-new", args=[one.name])}
        for one in ordered
    ]


@ops_only
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Its settings, beside its manual."""
    connector = all_connectors().get(kind)
    if connector is None:
        raise Http404
    form = ConnectionForm(request.POST or None, connector=connector)
    if request.method == "POST" and form.is_valid():
        made = form.save()
        mailboxes.wake(connection=made, now=timezone.now())
        messages.success(request, _("%s is connected.") % made.name)
        return redirect("connection", made.uid)
    context = {"form": form, "label": connector.label, "manual": manual_of(connector)}
    return render(request, "leads/connection_edit.html", context, status=400 if form.errors else 200)


@ops_only
@never_cache
@require_safe
def show(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Its address, what came last and what became of it, its manual."""
    connection, connector = found(uid)
    rows = list(connection.inbounds.order_by("-pk")[: _LAST + 1].prefetch_related("intakes__lead"))
    leads = Lead.objects.filter(connection=connection).exclude(kind=Kind.TEST.value)
    n = leads.order_by()[: _MOST_LEADS + 1].count()
    context = {
        **head(connection, connector),
        "address": address_of(connection),
        "rows": [delivery_row(row) for row in rows[:_LAST]],
        "more": len(rows) > _LAST,
        "manual": manual_of(connector),
        "said": _said(connection),
        "mailbox": _mailbox(connection),
        "leads": n,
        "leads_shown": counts.shown(n, most=_MOST_LEADS),
    }
    return render(request, "leads/connection_show.html", context)


def _mailbox(connection: Connection) -> Mailbox | None:
    """How far its mailbox is read; nothing where there is no server to ask."""
    if connection.kind != mailboxes.KIND or not connection.settings.get("host"):
        return None
    return Mailbox.objects.filter(connection=connection).first() or Mailbox(connection=connection)


def _said(connection: Connection) -> list[tuple[str, str]]:
    rows = [
        (_("Source"), connection.source),
        (_("Channel"), connection.channel),
        (_("Campaign"), connection.campaign),
        (_("Intent"), connection.intent),
    ]
    return [(label, value) for label, value in rows if value]


@ops_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Its settings."""
    connection, connector = found(uid)
    form = ConnectionForm(request.POST or None, connector=connector, connection=connection)
    if request.method == "POST" and form.is_valid():
        form.save()
        mailboxes.wake(connection=connection, now=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("connection", connection.uid)
    context = {**head(connection, connector), "form": form, "manual": manual_of(connector), "label": connector.label}
    return render(request, "leads/connection_edit.html", context, status=400 if form.errors else 200)


@ops_only
@require_POST
def switch(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Pause it or go on; what comes meanwhile is kept, and handled when it goes on."""
    connection, _connector = found(uid)
    connection.active = bool(request.POST.get("on"))
    connection.save(update_fields=["active"])
    if connection.active:
        inbound.ring()
        messages.success(request, _("%s goes on. What came meanwhile is handled now.") % connection.name)
    else:
        messages.success(request, _("%s is paused. What comes is kept, and waits.") % connection.name)
    return redirect("connection", connection.uid)


@ops_only
@require_POST
def look(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Look into its mailbox now, whatever went wrong before."""
    connection, _connector = found(uid)
    if not mailboxes.wake(connection=connection, now=timezone.now()):
        raise Http404
    messages.success(request, _("It is looked into now. Load this page again in a moment."))
    return redirect("connection", connection.uid)


@ops_only
@require_POST
def renew(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A new address; the old one stops at once."""
    connection, _source = found_source(uid)
    secrets.give_address(connection)
    connection.save(update_fields=["secret", "address_digest"])
    messages.success(request, _("It has a new address. The old one takes nothing any more."))
    return redirect("connection", connection.uid)


def found(uid: UUID) -> tuple[Connection, Connector]:
    """The connection of a connector and what it is, else 404."""
    rows = Connection.objects.select_related("division").filter(kind__in=all_connectors())
    connection = get_object_or_404(rows, uid=uid)
    return connection, all_connectors()[connection.kind]


def found_source(uid: UUID) -> tuple[Connection, Source]:
    """One that brings news, else 404."""
    connection, connector = found(uid)
    if not isinstance(connector, Source):
        raise Http404
    return connection, connector


def head(connection: Connection, connector: Connector) -> dict[str, Any]:
    """What stands on top of each of its pages."""
    return {
        "connection": connection,
        "what": connector.label,
        "brings": isinstance(connector, Source),
        "templated": isinstance(connector, MailSource),
        "test_url": _test_url(connection) if isinstance(connector, Source) else "",
    }


def _test_url(connection: Connection) -> str:
    """Its page belongs to routing, as it shows the way to a rep."""
    return reverse("connection-test", args=[connection.uid])


def address_of(connection: Connection) -> str:
    """The whole address others send to; empty where it has none, or where its secret cannot be opened."""
    try:
        secret = secrets.address_of(connection)
    except sealed.UnsealedError:
        return ""
    return settings.PUBLIC_URL + reverse("inbound", args=[connection.kind, secret]) if secret else ""


def delivery_row(row: Inbound) -> dict[str, Any]:
    """One delivery in a list: when, how far, what it became."""
    intakes = list(row.intakes.all())
    return {
        "url": reverse("delivery", args=[row.connection.uid, row.uid]),
        "at": row.received_at,
        "times": row.times,
        "state": row.state,
        "says": row.get_state_display(),
        "became": sorted({str(i.get_outcome_display()) for i in intakes}),
        "leads": list(dict.fromkeys(i.lead for i in intakes if i.lead))[:3],
        "error": row.error[:200],
        "uid": row.uid,
    }
