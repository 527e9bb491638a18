"""Reports per rep: all reps side by side over a period, sorted and filtered in the URL, and as CSV."""

from dataclasses import dataclass
from datetime import datetime
from math import floor
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from leads.models import Export
from leads.web.exports import limited, note
from reporting import cohort, exports, targets
from reporting.metric import ENOUGH
from reporting.metrics.funnel import steps
from reporting.metrics.rule_hits import rule_hits
from reporting.period import Period
from reporting.pictures.fairness import Fairness
from reporting.pictures.funnel import Funnel, Stage
from reporting.spells import keep
from reporting.web import figures, opens, rep_beside, sources, target_words, words
from reporting.web.asking import ReportForm, asked, groups_for, period_of, wrong
from reps import access
from reps.models import Membership, Rep
from routing import standing

Row = dict[str, Any]
_COLUMNS = (
    ("name", gettext_lazy("Rep"), ""),
    ("leads", gettext_lazy("Leads"), "num"),
    ("response", gettext_lazy("Response"), "num"),
    ("within", gettext_lazy("Within time"), "num hide-phone"),
    ("reached", gettext_lazy("Reached"), "num hide-phone"),
    ("meetings", gettext_lazy("Meetings"), "num hide-phone"),
    ("close", gettext_lazy("Close rate"), "num"),
    ("interval", "", "gapl hide-phone"),
)
_SORTS = ("name", "leads", "response", "within", "reached", "meetings", "close")
_USUAL = "-leads"
_STEPS = (1, 2, 5, 10, 15, 20, 25)
HEADS = (
    "rep", "group", "leads", "speed_to_lead_seconds", "leads_waiting", "response_seconds", "response_n", "within_sla",
    "sla_n", "reached", "reached_share", "meetings", "meetings_share", "won", "lost", "close_rate", "close_low",
    "close_high",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, read."""

    form: ReportForm
    period: Period
    scope: cohort.Scope
    now: datetime


def _asked(request: HttpRequest) -> Asked:
    if not access.is_manager(request.user):
        raise PermissionDenied
    now = timezone.now()
    form = ReportForm(asked(request), groups=groups_for(request))
    form.is_valid()
    return Asked(form, period_of(form, now=now), cohort.overseen(request.user, form.chosen, now=now), now)


@login_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The page."""
    what = _asked(request)
    span, now = what.period, what.now
    whole = cohort.figures(scope=what.scope, since=span.since, until=span.until, now=now)
    before = cohort.figures(scope=what.scope, since=span.before_since, until=span.before_until, now=now)
    sort = request.GET.get("sort", _USUAL)
    rows = in_order(rows_of(span, what.scope, now=what.now, query=urlencode({"period": span.key})), sort)
    leads = opens.where(since=span.since, until=span.until, group=what.form.chosen)
    axis = axis_of(rows, mark=whole.answers["close_rate"].value)
    marks = target_words.marks(
        targets.standings(groups=groups_for(request), since=span.since, until=span.until, now=now)
    )
    for row in rows:
        row["leads_url"] = leads.of(row["uid"]).url("leads")
        row["marks"] = marks.get(row["pk"], [])
        row["quiet"] = bool(row["close"] and near(row["close"], axis["mark"]))
    groups = what.scope.groups
    query = request.GET.urlencode()
    context = {
        "now": what.now,
        "counting": keep.progress(),
        "period": {"label": words.told(span), "from_at": span.since, "until_at": span.until},
        "form": what.form,
        "filtered": any(request.GET.get(name) for name in ("period", "group")),
        "csv_url": reverse("reports-csv") + (f"?{query}" if query else ""),
        "figures": figures.row(whole.answers, before.answers, url=leads.url) if rows else [],
        "columns": _columns(sort),
        "funnel": _funnel(whole, leads) if rows else None,
        "fairness": _fairness(what) if rows else None,
        "rows": rows,
        "axis": axis,
        "sources": sources.rows_of(what.scope, span, now=what.now) if rows else [],
        "sources_total": sources.row_of("", whole) if rows else None,
        "rules": rule_hits(since=span.since, until=span.until, groups=groups) if rows else [],
    }
    return render(request, "reporting/report_list.html", context)


@login_required
@never_cache
@require_safe
@limited
def export(request: HttpRequest) -> HttpResponseBase:
    """The same rows as CSV: seconds, and shares of one; close rates of under 30 leads are empty, as on the page."""
    what = _asked(request)
    if what.form.errors:
        return wrong(what.form)
    found = cohort.ask(scope=what.scope, since=what.period.since, until=what.period.until, now=what.now, cut="rep")
    note(request, Export.What.REPORTS, len(found))
    names = _names(found, what.scope, what.now)
    lines = sorted(found, key=lambda pk: (-found[pk].counts["leads"], names[pk].name))
    rows = (_line(names[pk], found[pk]) for pk in lines)
    return exports.table(HEADS, rows, name=f"reports-{what.period.key}", request=request)


@dataclass(frozen=True, slots=True)
class Named:
    """A rep's name, handle and groups in words."""

    uid: str
    name: str
    group: str


def _line(rep: Named, found: cohort.Figures) -> list[object]:
    answers, counts = found.answers, found.counts
    speed, response, close = answers["speed_to_lead"], answers["response_time"], answers["close_rate"]
    shown = counts["leads"] >= ENOUGH
    return [
        rep.name, rep.group, counts["leads"], exports.rounded(speed.value, 0), speed.open,
        exports.rounded(response.value, 0), response.n, exports.rounded(answers["response_sla"].value),
        answers["response_sla"].n, counts["reached"], exports.rounded(answers["reached"].value), counts["meetings"],
        exports.rounded(answers["meetings"].value), counts["won"], counts["lost"],
        *(exports.rounded(value) if shown else None for value in (close.value, close.low, close.high)),
    ]  # fmt: skip


def rows_of(span: Period, scope: cohort.Scope, *, now: datetime, query: str) -> list[Row]:
    """A row for each rep with leads in the period."""
    found = cohort.ask(scope=scope, since=span.since, until=span.until, now=now, cut="rep")
    names = _names(found, scope, now)
    return [row_of(names[pk], figures_of, query) | {"pk": pk, "marks": []} for pk, figures_of in found.items()]


def closes_of(span: Period, scope: cohort.Scope, *, now: datetime, query: str) -> list[Row]:
    """The same with the close rate only, which asks far less."""
    found = cohort.ask(
        scope=scope, since=span.since, until=span.until, now=now, cut="rep", names=("leads", "close_rate")
    )
    names = _names(found, scope, now)
    return [
        {
            "name": names[pk].name,
            "uid": names[pk].uid,
            "url": f"{reverse('rep-report', args=[names[pk].uid])}?{query}",
            "leads": each.counts["leads"],
            **_close_of(each),
        }
        for pk, each in found.items()
    ]


def row_of(rep: Named, found: cohort.Figures, query: str) -> Row:
    """One row for the template."""
    answers, leads = found.answers, found.counts["leads"]
    return {
        "name": rep.name,
        "uid": rep.uid,
        "url": f"{reverse('rep-report', args=[rep.uid])}?{query}",
        "group": rep.group,
        "leads": leads,
        "response": answers["response_time"].value,
        "response_says": figures.middle(answers["response_time"]),
        "within": answers["response_sla"].value,
        "reached": answers["reached"].value,
        "meetings": found.counts["meetings"],
        "per_100": answers["meetings"].value,
        **_close_of(found),
    }


def _close_of(found: cohort.Figures) -> Row:
    close, few = found.answers["close_rate"], figures.too_few(found.counts["leads"])
    shown = not few and close.value is not None
    return {
        "close": {"low": close.low, "point": close.value, "high": close.high} if shown else None,
        "closed": close.n,
        "too_few": "" if shown else few or _("none is won or lost yet"),
    }


def in_order(rows: list[Row], sort: str) -> list[Row]:
    """Sorted by the key of the URL; what has no figure stands last, equal ones by name."""
    key = sort.removeprefix("-")
    key, down = (key, sort.startswith("-")) if key in _SORTS else (_USUAL.removeprefix("-"), True)
    rows = sorted(rows, key=lambda row: row["name"].casefold())

    def value(row: Row) -> Any:
        found = row[key]
        return found["point"] if isinstance(found, dict) else found.casefold() if isinstance(found, str) else found

    known = sorted((row for row in rows if value(row) is not None), key=value, reverse=down)
    return [*known, *(row for row in rows if value(row) is None)]


def axis_of(rows: list[Row], *, mark: float | None) -> dict[str, Any]:
    """An axis of four round steps that holds every interval."""
    shown = [row["close"] for row in rows if row["close"]]
    low = floor(min((close["low"] for close in shown), default=0) * 20) * 5
    high = max((close["high"] for close in shown), default=1) * 100
    step = next((step for step in _STEPS if low + 4 * step >= high), _STEPS[-1])
    low = max(0, min(low, 100 - 4 * step))
    ticks = [number_format(low + step * n) for n in range(5)]
    return {"low": low / 100, "high": (low + 4 * step) / 100, "mark": mark if shown else None, "ticks": ticks}


def near(close: dict[str, float], mark: float | None) -> bool:
    """Whether the interval holds what all reps together reach."""
    return mark is not None and close["low"] <= mark <= close["high"]


def _names(found: dict[int, cohort.Figures], scope: cohort.Scope, now: datetime) -> dict[int, Named]:
    reps = Rep.objects.filter(pk__in=found).select_related("user")
    member = Membership.objects.at(now).filter(rep__in=found, group__active=True)
    if scope.groups is not None:
        member = member.filter(group__in=scope.groups)
    groups: dict[int, list[str]] = {}
    for rep, group in member.order_by("group__name").values_list("rep_id", "group__name"):
        groups.setdefault(rep, []).append(group)
    return {rep.pk: Named(str(rep.uid), rep.name, ", ".join(groups.get(rep.pk, []))) for rep in reps}


def _funnel(whole: cohort.Figures, leads: opens.Where) -> Funnel:
    """From lead to win; a count opens the leads it is of all."""
    stages = tuple(
        Stage(
            str(words.STEPS[step.name]),
            step.count,
            tone="good" if step.name == "won" else "pri",
            url=leads.url("leads") if step.name == "leads" else "",
        )
        for step in steps(whole.counts)
    )
    return Funnel(name="funnel", title=_("From lead to win"), stages=stages)


def _fairness(what: Asked) -> Fairness | None:
    """Of the group chosen, or the only one: several have a fair share each."""
    groups = what.form.groups
    group = what.form.chosen or (next(iter(groups.values())) if len(groups) == 1 else None)
    if group is None:
        return None
    found = standing.standings(group, now=what.now)
    return rep_beside.fairness(None, group, found, now=what.now) if found else None


def _columns(sort: str) -> list[dict[str, Any]]:
    key = sort.removeprefix("-")
    down, key = (sort.startswith("-"), key) if key in _SORTS else (True, _USUAL.removeprefix("-"))
    return [
        {
            "key": name,
            "label": label,
            "css": css,
            "can_sort": name in _SORTS,
            "sort": ("down" if down else "up") if name == key else "",
        }
        for name, label, css in _COLUMNS
    ]
