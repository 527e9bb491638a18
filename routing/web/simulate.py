"""Simulate: a draft or a version over past leads, followed while it runs; what would change, in a sentence first."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads.models import Lead
from reps import access
from routing.models import RuleSet, RuleSetVersion, Simulation
from routing.simulate import Asked, NotSimulatedError, rows, shadow
from routing.web import simulated
from routing.web.editors import editor, set_of

PERIODS = (
    ("7", gettext_lazy("the last 7 days")),
    ("30", gettext_lazy("the last 30 days")),
    ("90", gettext_lazy("the last 90 days")),
    ("dates", gettext_lazy("from one day to another")),
)
ROSTERS = (
    ("then", gettext_lazy("the team as it was")),
    ("now", gettext_lazy("the team as it is today")),
)
AGAINST = (
    ("live", gettext_lazy("the version in force")),
    ("happened", gettext_lazy("what really happened")),
)
LASTS = (
    ("1", gettext_lazy("one day")),
    ("3", gettext_lazy("three days")),
    ("7", gettext_lazy("a week")),
    ("14", gettext_lazy("two weeks")),
    ("30", gettext_lazy("30 days")),
)
_LISTED = 10


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What to simulate, and the runs of late; POST starts one."""
    by, row, now = editor(request), set_of(uid), timezone.now()
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            version = _version(row, request.POST.get("rules", ""))
            if request.POST.get("kind") == Simulation.Kind.SHADOW:
                until = now + timedelta(days=_days(request.POST.get("days", "")))
                started = shadow.start_shadow(rule_set=row, version=version, until=until, by=by, now=now)
            else:
                started = rows.start(rule_set=row, version=version, asked=_asked(request, now), by=by, now=now)
            return redirect("simulation", started.uid)
        except NotSimulatedError as error:
            beside = request.POST.get("kind") == Simulation.Kind.SHADOW
            wrong = {"beside" if beside else _FIELDS.get(error.field, "rules"): str(error)}
    context = {
        "set": {"name": row.name, "uid": row.uid},
        "wrong": wrong,
        **_form(request, row),
        "runs": _runs(row, now),
    }
    return render(request, "routing/simulate.html", context, status=422 if wrong else 200)


# The wishes of a run, by the field of the form that says them.
_FIELDS = {"since": "period", "until": "period", "roster": "roster", "against": "against", "rule_set": "rules"}


@login_required
@never_cache
@require_safe
def show(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One run: how far it is, or what came out."""
    if not access.is_manager(request.user):
        raise PermissionDenied
    row = get_object_or_404(Simulation.objects.select_related("rule_set__published", "version", "by"), uid=uid)
    now = timezone.now()
    status, error = rows.status_of(row, now=now)
    edits = access.edits_rules(request.user)
    # Who may pull from a pool that is blind for its managers too is told no figures made of what waits there.
    hidden = Lead.objects.hidden_from(request.user, now=now).exists()
    context = {
        "now": now,
        "run": simulated.head(row, status, error),
        "set": {"name": row.rule_set.name, "uid": row.rule_set.uid},
        "open": status in {Simulation.Status.WAITING, Simulation.Status.RUNNING},
        "poll_url": reverse("simulation", args=[row.uid]),
        "may_edit": edits,
        "may_publish": edits and row.result is not None and simulated.is_draft(row),
        "beside": row.kind == Simulation.Kind.SHADOW,
        "hidden": hidden,
        **(simulated.told(row, request.user, now=now) if row.result is not None and not hidden else {}),
        **(simulated.beside(row, now=now) if row.kind == Simulation.Kind.SHADOW and not hidden else {}),
    }
    return render(request, "routing/simulation.html", context)


@login_required
@require_POST
def cancel(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Stop it; what is over stays as it is."""
    editor(request)
    row = get_object_or_404(Simulation, uid=uid)
    if not rows.cancel(row=row, now=timezone.now()):
        messages.info(request, _("It is over already."))
    return redirect("simulation", uid)


def _version(row: RuleSet, text: str) -> RuleSetVersion | None:
    if text in {"", "draft"}:
        return None
    found = row.versions.filter(n=int(text)).first() if text.isdecimal() and len(text) < 9 else None
    if found is None:
        raise NotSimulatedError("rule_set", _("There is no such version."))
    return found


def _days(text: str) -> int:
    """How long a trial beside live runs; nonsense is no time at all, which is refused in words."""
    return int(text) if text.isdecimal() and len(text) < 4 else 0


def _asked(request: HttpRequest, now: datetime) -> Asked:
    data = request.POST
    since, until = _period(data.get("period", "30"), data.get("from", ""), data.get("to", ""), now)
    return Asked(
        since,
        until,
        data.get("roster", "then"),
        data.get("against", "live"),
        empty=data.get("empty") == "yes",
        lapse=data.get("lapse") == "yes",
    )


def _period(period: str, first: str, last: str, now: datetime) -> tuple[datetime, datetime]:
    """Half-open; days are those of the reader, the last one counted whole."""
    if period in {"7", "30", "90"}:
        return now - timedelta(days=int(period)), now
    days = [_day(first), _day(last)]
    if period != "dates" or None in days:
        raise NotSimulatedError("since", _("Choose the first and the last day."))
    zone = timezone.get_current_timezone()
    starts, ends = (datetime.combine(day, time(), zone) for day in days if day is not None)
    return starts.astimezone(UTC), min((ends + timedelta(days=1)).astimezone(UTC), now)


def _day(text: str) -> Any:
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found is not None and 1970 <= found.year <= 9000 else None


def _form(request: HttpRequest, row: RuleSet) -> dict[str, Any]:
    """What may be chosen, with what was."""
    sent = request.POST if request.method == "POST" else request.GET
    versions = [(str(n), _("Version %d") % n) for n in row.versions.order_by("-n").values_list("n", flat=True)[:50]]
    against = AGAINST if row.published else AGAINST[1:]
    return {
        "rules": _marked([("draft", _("The draft")), *versions], sent.get("rules", "draft")),
        "periods": _marked(PERIODS, sent.get("period", "30")),
        "rosters": _marked(ROSTERS, sent.get("roster", "then")),
        "againsts": _marked(against, sent.get("against", against[0][0])),
        "first": sent.get("from", ""),
        "last": sent.get("to", ""),
        "empty": sent.get("empty") == "yes",
        "lapse": sent.get("lapse") == "yes",
        "may_beside": row.published is not None and row.runs_on == RuleSet.RunsOn.NEW,
        "lasts": _marked(LASTS, sent.get("days", "7")),
    }


def _marked(listed: Any, chosen: str) -> list[tuple[str, str, bool]]:
    return [(value, str(label), value == chosen) for value, label in listed]


def _runs(row: RuleSet, now: datetime) -> list[dict[str, Any]]:
    found = Simulation.objects.filter(rule_set=row).select_related("version", "by")
    return [simulated.head(one, *rows.status_of(one, now=now)) for one in found.order_by("-pk")[:_LISTED]]
