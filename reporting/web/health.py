"""Health, for ops: what lives, what waits, what failed, how full it is, and what the last audit found."""

import time
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from config.lib import heartbeat
from leads.web.ops import whole_house
from reporting import health, recounts
from reps import access
from reps.templatetags.face import duration
from routing import audits
from routing.assign import spent

_PROCESSES = {
    "worker": (gettext_lazy("Worker"), gettext_lazy("reads what comes in, gives leads away, sends messages")),
    "beat": (gettext_lazy("Timer"), gettext_lazy("starts what is due by the clock")),
    "sweeper": (gettext_lazy("Sweeper"), gettext_lazy("finds within a second what a lost call missed")),
}
_SERVERS = {
    "database": (gettext_lazy("Database"), gettext_lazy("keeps everything")),
    "broker": (gettext_lazy("Valkey"), gettext_lazy("calls the worker; what it loses the sweeper finds")),
}
_QUEUES = {
    "inbound": gettext_lazy("Deliveries from outside, to be read"),
    "asking": gettext_lazy("New leads, asking providers about them"),
    "deciding": gettext_lazy("Leads to be given away"),
    "telling": gettext_lazy("Messages to people, to be sent"),
    "hooks": gettext_lazy("Messages to hooks, to be sent"),
    "imports": gettext_lazy("Files being imported"),
    "simulations": gettext_lazy("Simulations that wait"),
}
# From here on a figure wants a look: share of the time, share of the connections, seconds.
_BUSY, _CROWDED, _LONG = 0.5, 0.8, 60


@whole_house
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """GET the page, or its inside for htmx; POST asks for an audit, which ops may."""
    may_audit, now = access.oversees_all(request.user), timezone.now()
    if request.method == "POST":
        if not may_audit:
            raise PermissionDenied
        audits.ask(by=request.user, now=now)  # type: ignore[arg-type]  # signed in
        messages.success(request, _("The audit begins. It only reads; what it finds appears here."))
        return redirect("health")
    template = "reporting/_health.html" if request.headers.get("HX-Request") else "reporting/health.html"
    return render(request, template, context(now=now) | {"refresh_url": reverse("health"), "may_audit": may_audit})


def context(*, now: datetime) -> dict[str, Any]:
    """Everything on the page."""
    parts = [*_processes(time.time()), *_servers()]
    queues = [_queue(queue, now) for queue in health.queues(now=now)]
    database, broker = health.database(), health.broker()
    space = [*_room(database, broker), *_turns(), *_recounted()]
    last = audits.latest()
    unmigrated = health.unmigrated()
    bad = sum(not row["fine"] for row in (*parts, *queues, *space)) + bool(last and (last.broken or last.error))
    bad += bool(unmigrated)
    return {
        "now": now,
        "headline": _("All is well")
        if not bad
        else ngettext("%(n)d thing needs a look", "%(n)d things need a look", bad) % {"n": bad},
        "parts": parts,
        "queues": queues,
        "failed": health.failed(now=now),
        "space": space,
        "audit": last,
        "auditing": audits.running(now=now),
        "versions": [
            *health.versions(),
            ("PostgreSQL", database.version),
            ("Valkey", broker.version if broker else "-"),
        ],
        "unmigrated": unmigrated,
    }


def _processes(at: float) -> list[dict[str, Any]]:
    return [
        _part(_PROCESSES[name], fine=heartbeat.is_alive(name, age), note=_sign(age))
        for name, age in heartbeat.ages(now=at).items()
    ]


def _sign(age: float | None) -> str:
    if age is None:
        return _("no sign of life known")
    return _("a sign of life %s ago") % duration(int(age)) if age >= 1 else _("a sign of life just now")


def _servers() -> list[dict[str, Any]]:
    return [
        _part(
            _SERVERS[name],
            fine=seconds is not None,
            note=_("does not answer") if seconds is None else _("answers in %s ms") % number_format(seconds * 1000, 1),
        )
        for name, seconds in heartbeat.answers().items()
    ]


def _part(words: tuple[Any, Any], *, fine: bool, note: str) -> dict[str, Any]:
    return {"name": words[0], "does": words[1], "fine": fine, "note": note}


def _queue(queue: health.Queue, now: datetime) -> dict[str, Any]:
    return {
        "name": _QUEUES[queue.key],
        "n": queue.waiting,
        "oldest_at": queue.oldest_at,
        "fine": not queue.late(now),
        "patience": duration(queue.patience),
    }


def _room(database: health.Database, broker: health.Broker | None) -> list[dict[str, Any]]:
    """How full it is."""
    waiting = sum(broker.messages.values()) if broker else None
    taken = database.connections / database.most if database.most else 0
    return [
        _figure(_("Database"), filesizeformat(database.size)),
        _figure(
            _("Connections to it"),
            _("%(n)d of %(most)d") % {"n": database.connections, "most": database.most},
            fine=taken < _CROWDED,
        ),
        _figure(_("Longest open transaction"), duration(int(database.longest)), fine=database.longest < _LONG),
        _figure(_("Memory of Valkey"), filesizeformat(broker.memory) if broker else "-", fine=broker is not None),
        _figure(_("Calls no worker has taken yet"), "-" if waiting is None else str(waiting)),
    ]


def _turns() -> list[dict[str, Any]]:
    """Leads are given away one decider at a time: how much of the time that was."""
    lately = spent.lately(now=time.time())
    if lately is None or lately.each is None:
        return [_figure(_("Time spent giving leads away"), "-")]
    says, number = (
        (_("%s s each time"), lately.each) if lately.each >= 1 else (_("%s ms each time"), lately.each * 1000)
    )
    each = says % number_format(number, 1)
    share = f"{number_format(lately.share * 100, 1)} %"
    return [_figure(_("Time spent giving leads away"), share, note=each, fine=lately.share < _BUSY)]


def _recounted() -> list[dict[str, Any]]:
    """What reports are made of is counted anew once a day: how many rows had been wrong."""
    last = recounts.latest()
    if last is None:
        return [_figure(_("Figures of reports, counted anew"), "-")]
    wrong = number_format(last.wrong, force_grouping=True)
    value = _("all as kept") if not last.wrong else ngettext("%s was wrong", "%s were wrong", last.wrong) % wrong
    of = ngettext("of %s row", "of %s rows", last.spells) % number_format(last.spells, force_grouping=True)
    return [_figure(_("Figures of reports, counted anew"), value, note=of, fine=not last.wrong)]


def _figure(name: str, value: str, *, note: str = "", fine: bool = True) -> dict[str, Any]:
    return {"name": name, "value": value, "note": note, "fine": fine}
