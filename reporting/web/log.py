"""The page of the assignment log: one row for each assignment, filtered, sorted and paged in the URL, and as a file."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.lib.paging import Pages
from leads.models import Export
from leads.web import saved_views
from leads.web.exports import limited, note
from reporting import exports, log
from reporting.exports import At
from reporting.spells import keep
from reporting.web import metric_words
from reporting.web.asking import wrong
from reporting.web.log_filter import OUTCOMES, USUAL, VIEWS, chosen, sorts
from reporting.web.words import CAME
from reps import access
from reps.models import User
from reps.web import reader

_PAGE = 25
_MOST_EXPORTED = 100_000
HEADS = (
    "lead", "name", "source", "channel", "rule", "how", "rep", "group", At("arrived"), At("assigned"), At("told"),
    At("opened"), At("first_contact"), "lead_waited_seconds", "rep_took_seconds", "within_sla", "outcome", At("ended"),
)  # fmt: skip
_COLUMNS = (
    ("lead", gettext_lazy("Lead"), ""),
    ("source", gettext_lazy("Source"), ""),
    ("rule", gettext_lazy("Rule"), ""),
    ("rep", gettext_lazy("Rep"), ""),
    ("arrived", gettext_lazy("Arrived"), "num"),
    ("assigned", gettext_lazy("Assigned"), "num"),
    ("told", gettext_lazy("Told"), "num"),
    ("opened", gettext_lazy("Opened"), "num"),
    ("contact", gettext_lazy("Contacted"), "num"),
    ("took", gettext_lazy("Response"), "num"),
    ("outcome", gettext_lazy("Outcome"), ""),
)
EVENTS = {
    "arrived": gettext_lazy("lead came"),
    "assigned": gettext_lazy("assigned"),
    "responded": gettext_lazy("first contact"),
    "meetings": gettext_lazy("meeting booked"),
    "opportunities": gettext_lazy("became an opportunity"),
    "won": gettext_lazy("won"),
}
_TONES = {"won": "good", "lost": "quiet", log.OPEN: "pri", "returned": "due", "timed_out": "late", "gone_quiet": "due"}


def _reader(request: HttpRequest) -> User:
    if not access.is_manager(request.user):
        raise PermissionDenied
    return reader.user(request)


@login_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """One page of the log."""
    user, now = _reader(request), timezone.now()
    keep.refresh()
    found, rows = chosen(request.GET, reader=user, now=now)
    shown = Pages(rows, _PAGE).get_page(request.GET.get("page"))
    shown.object_list = [row_of(line) for line in log.lines(shown.object_list, reader=user, now=now)]
    present = VIEWS.query_of(request.GET)
    tabs = saved_views.tabs(user, present, VIEWS)
    query = request.GET.urlencode()
    context = {
        "counting": keep.progress(),
        "now": now,
        "page": shown,
        "form": found.form,
        "filtered": bool(present.keys() - {"sort"}),
        "span": _span(found),
        "behind": _behind(found),
        "csv_url": reverse("assignment-log-csv") + (f"?{query}" if query else ""),
        "columns": _columns(request.GET.get("sort", USUAL)),
        "views": tabs if len(tabs) > 1 else [],
        "keep_url": saved_views.offered(present, tabs, VIEWS),
    }
    return render(request, "reporting/log.html", context)


@login_required
@never_cache
@require_safe
@limited
def export(request: HttpRequest) -> HttpResponseBase:
    """The same rows as CSV or as a workbook."""
    user, now = _reader(request), timezone.now()
    keep.refresh()
    found, rows = chosen(request.GET, reader=user, now=now)
    if not found.is_valid():
        return wrong(found.form)
    rows = rows[:_MOST_EXPORTED]
    note(request, Export.What.LOG, rows.count())
    taken = log.lines(rows.iterator(chunk_size=1000), reader=user, now=now)
    return exports.table(HEADS, _cells(taken), name="assignment-log", request=request, streamed=True)


def row_of(line: log.Line) -> dict[str, Any]:
    """One row for the template."""
    return {
        "line": line,
        "lead_url": reverse("lead-show", args=[line.uid]) if line.title else "",
        "rep_url": reverse("rep-report", args=[line.rep_uid]),
        "how": CAME.get(line.how, line.how),
        "outcome": OUTCOMES.get(line.outcome, line.outcome),
        "tone": _TONES.get(line.outcome, "quiet"),
    }


def _span(found: Any) -> dict[str, Any]:
    """The instants a link narrowed the log by, which no control shows."""
    said = found.form.cleaned_data if found.form.is_valid() else {}
    ends = {end: said.get(f"assigned_{end}") or said.get(f"event_{end}") for end in ("after", "before")}
    return {"after": ends["after"], "before": ends["before"]}


def _behind(found: Any) -> str:
    """The figure of a report that a link came from, which no control shows."""
    said = found.form.cleaned_data if found.form.is_valid() else {}
    if said.get("figure"):
        return str(metric_words.LABELS[said["figure"]])
    return str(EVENTS[said["event"]]) if said.get("event") else ""


def _columns(sort: str) -> list[dict[str, Any]]:
    key = sort.removeprefix("-")
    return [
        {
            "key": name,
            "label": label,
            "css": css,
            "can_sort": name in sorts(),
            "sort": ("down" if sort.startswith("-") else "up") if name == key else "",
        }
        for name, label, css in _COLUMNS
    ]


def _cells(lines: Iterator[log.Line]) -> Iterator[list[object]]:
    for x in lines:
        yield [
            x.uid, x.title, x.source, x.channel, x.rule, CAME.get(x.how, x.how), x.rep, x.group, x.arrived_at,
            x.assigned_at, x.told_at, x.opened_at, x.contacted_at,
            round(x.waited.total_seconds()) if x.waited else None, x.took, x.within,
            OUTCOMES.get(x.outcome, x.outcome), x.ended_at,
        ]  # fmt: skip
