"""All figures of the reports: every metric over a period beside the period before, one metric cut by what one likes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from leads.models import Export
from leads.web.exports import limited, note
from reporting import cohort, exports, tables
from reporting.cohort import Figures
from reporting.metric import Answer
from reporting.metrics import meaning, own_shelf, shelf, told
from reporting.metrics.stage_conversion import conversions
from reporting.period import Period
from reporting.pictures.intervals import Interval, Intervals
from reporting.pictures.survival import Survival, curve_of
from reporting.pictures.trend import Point, Trend
from reporting.scope import Scope
from reporting.statistics.survival import kaplan_meier
from reporting.tables import Part
from reporting.web import metric_words, words
from reporting.web.asking import FiguresForm, asked, groups_for, period_of, wrong
from reps import access
from reps.models import Division, Membership, Rep
from reps.models.division import SEEDED

CUTS = [
    ("rep", gettext_lazy("By rep")),
    ("group", gettext_lazy("By group")),
    ("source", gettext_lazy("By source")),
    ("campaign", gettext_lazy("By campaign")),
    ("rule", gettext_lazy("By rule")),
    ("band", gettext_lazy("By priority")),
    ("sourced_by", gettext_lazy("By whoever sourced it")),
    ("week", gettext_lazy("By week")),
    ("day", gettext_lazy("By day")),
]
HEADS = ("part", "figure", "unit", "value", "n", "count", "low", "high", "open", "quarter", "three_quarters", "beyond")
_MANY_DAYS = timedelta(days=32)
# Above so many leads the times of a curve are taken by the minute, as nobody sees the seconds any more.
_EXACT = 5_000
_MOST_ROWS = 40


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, read."""

    form: FiguresForm
    period: Period
    scope: Scope
    team: Scope
    cut: str
    now: datetime

    @property
    def span(self) -> dict[str, Any]:
        """The period as questions take it."""
        return {"since": self.period.since, "until": self.period.until, "now": self.now}

    @property
    def before(self) -> dict[str, Any]:
        """The period before."""
        return {"since": self.period.before_since, "until": self.period.before_until, "now": self.now}


def read(request: HttpRequest) -> Asked:
    """What is asked, for managers; the choices not understood are told at the form, and the usual ones taken."""
    if not access.is_manager(request.user):
        raise PermissionDenied
    now = timezone.now()
    team = cohort.overseen(request.user, now=now)
    form = FiguresForm(asked(request), groups=groups_for(request), reps=chosen_reps(team), cuts=CUTS)
    form.is_valid()
    scope = cohort.overseen(request.user, form.chosen, now=now)
    scope = replace(scope, only=form.only)
    team = scope
    rep = form.rep_chosen
    cut = form.cleaned_data.get("cut") or CUTS[0][0]
    return Asked(form, period_of(form, now=now), scope.of(rep) if rep else scope, team, cut, now)


@login_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponseBase:
    """Every metric."""
    what = read(request)
    own, before = tables.whole(scope=what.scope, **what.span), tables.whole(scope=what.scope, **what.before)
    team = tables.whole(scope=what.team, **what.span) if what.form.rep_chosen else None
    context = _shared(request, what) | {
        "sections": [
            {
                "label": label,
                "note": metric_words.NOTES.get(names[0], ""),
                "rows": [_row(request, name, own, before, team) for name in names if name in own.answers],
            }
            for label, names in metric_words.SECTIONS
        ],
        "team": team is not None,
        "stages": [
            {
                "stage": step.stage,
                "to": step.to,
                "value": metric_words.value("reached", step.answer),
                "interval": metric_words.interval("reached", step.answer),
                "of": metric_words.of("reached", step.answer),
            }
            for step in conversions(scope=what.scope, **what.span)
        ],
        "stages_told": [part.partition(": ") for part in told("stage_conversion")],
    }
    return render(request, "reporting/all_figures.html", context)


@login_required
@never_cache
@require_safe
def one(request: HttpRequest, name: str) -> HttpResponseBase:
    """One metric: over time, part by part, and how it is computed."""
    if name not in metric_words.LABELS or not (name in shelf() or name in own_shelf()):
        raise Http404
    what = read(request)
    own, before = (tables.whole(scope=what.scope, **span, names=(name,)) for span in (what.span, what.before))
    found = tables.parts(what.cut, scope=what.scope, **what.span, names=(name,)) if _can_cut(name, what.cut) else []
    rows = [part for part in found if name in part.figures.answers]
    context = _shared(request, what) | {
        "name": name,
        "label": metric_words.LABELS[name],
        "row": _row(request, name, own, before, None),
        "trend": _trend(name, what) if _can_cut(name, "day") else None,
        "curve": _curve(name, own, before),
        "parts": _intervals(request, name, rows, own, what) if rows else None,
        "more": max(0, len(rows) - _MOST_ROWS),
        "cut_label": dict(CUTS)[what.cut],
        "told": [part.partition(": ") for part in told(name)],
        "left_out": _left_out(what),
        "csv_url": f"{reverse('figures-csv')}?{_query(request, cut=what.cut)}",
    }
    return render(request, "reporting/one_figure.html", context)


@login_required
@never_cache
@require_safe
@limited
def export(request: HttpRequest) -> HttpResponseBase:
    """Every metric of every part, a line each: seconds, shares of one, counts."""
    what = read(request)
    if what.form.errors:
        return wrong(what.form)
    rows = list(lines(what))
    note(request, Export.What.REPORTS, len(rows))
    return exports.table(HEADS, rows, name=f"figures-{what.cut}-{what.period.key}", request=request)


def lines(what: Asked) -> Iterator[list[object]]:
    """All together first, under an empty name."""
    together = Part(None, "", tables.whole(scope=what.scope, **what.span))
    for part in (together, *tables.parts(what.cut, scope=what.scope, **what.span)):
        for _section, names in metric_words.SECTIONS:
            for name in names:
                if answer := part.figures.answers.get(name):
                    yield [
                        part.label, name, metric_words.unit_of(name), exports.rounded(answer.value, 6), answer.n,
                        answer.count, exports.rounded(answer.low, 6), exports.rounded(answer.high, 6), answer.open,
                        exports.rounded(answer.quarter, 6), exports.rounded(answer.three_quarters, 6),
                        exports.rounded(answer.beyond, 6),
                    ]  # fmt: skip


def _shared(request: HttpRequest, what: Asked) -> dict[str, Any]:
    query = _query(request)
    return {
        "now": what.now,
        "period": {"label": words.told(what.period)},
        "form": what.form,
        "filtered": bool(set(request.GET) - {"sort"}),
        "narrowed": [
            {"label": _narrowed(key, value), "url": f"{request.path}?{_query(request, without=key)}"}
            for key, value in what.form.only.items()
        ],
        "query": query,
        "csv_url": f"{reverse('figures-csv')}?{query}",
    }


def _row(request: HttpRequest, name: str, own: Figures, before: Figures, team: Figures | None) -> dict[str, Any]:
    answer, was = own.answers[name], before.answers.get(name)
    currency = Division.objects.get(pk=SEEDED).base_currency if metric_words.unit_of(name) == "money" else ""
    moved, tone = metric_words.moved(name, answer, was, currency=currency) if was else ("", "")
    beside = team.answers.get(name) if team else None
    return {
        "name": name,
        "label": metric_words.LABELS[name],
        "title": meaning(name),
        "url": f"{reverse('figure', args=[name])}?{_query(request)}",
        "value": metric_words.value(name, answer, currency=currency),
        "interval": metric_words.interval(name, answer),
        "of": metric_words.of(name, answer),
        "quartiles": _quartiles(name, answer),
        "moved": moved,
        "tone": tone,
        "team": metric_words.value(name, beside, currency=currency) if beside else "",
    }


def _quartiles(name: str, answer: Any) -> str:
    if answer.quarter is None:
        return ""
    first = metric_words.value(name, replace(answer, value=answer.quarter, beyond=None))
    if answer.three_quarters is None:
        return _("a quarter within %s") % first
    last = metric_words.value(name, replace(answer, value=answer.three_quarters, beyond=None))
    return _("a quarter within %(first)s, three quarters within %(last)s") % {"first": first, "last": last}


def _trend(name: str, what: Asked) -> Trend:
    """By day, over more than a month by week, with the period before behind it."""
    length = what.period.until - what.period.since
    cut, step = ("week", 7) if length > _MANY_DAYS else ("day", 1)
    now = {part.key: part.figures for part in _in_time(name, cut, what, what.span)}
    was = {part.key: part.figures for part in _in_time(name, cut, what, what.before)}
    first = timezone.localdate(what.period.since)
    first -= timedelta(days=first.weekday() if step == 7 else 0)
    old = timezone.localdate(what.period.before_since)
    old -= timedelta(days=old.weekday() if step == 7 else 0)
    points, behind = [], []
    day = first
    while day <= timezone.localdate(what.period.until - timedelta(microseconds=1)):
        answer = now[day].answers[name] if day in now else None
        behind_it = was.get(old + (day - first))
        points.append(
            Point(
                date_format(day, "D j F"),
                date_format(day, "j M"),
                answer.value if answer else None,
                *(_ends(answer, answer.value) if answer else (None, None)),
            )
        )
        behind.append(behind_it.answers[name].value if behind_it else None)
        day += timedelta(days=step)
    return Trend(
        name="trend",
        title=str(metric_words.LABELS[name]),
        unit=_picture_unit(name),
        points=tuple(points),
        before=tuple(behind),
        now_is=_("this period"),
        before_is=_("the period before"),
    )


def _in_time(name: str, cut: str, what: Asked, span: dict[str, Any]) -> list[Part]:
    return [part for part in tables.parts(cut, scope=what.scope, **span, names=(name,)) if name in part.figures.answers]


def _curve(name: str, own: Figures, before: Figures) -> Survival | None:
    """How many were done by when, beside the period before; of what is measured with those that still wait."""
    counts = list(shelf()[name].counts) if name in shelf() else []
    if metric_words.unit_of(name) != "seconds" or len(counts) < 2:
        return None
    curves = []
    for label, figures in ((_("this period"), own), (_("the period before"), before)):
        ended, waiting = (figures.counts[count] or () for count in counts[:2])
        if ended:
            exact = len(ended) + len(waiting) <= _EXACT
            rows = [(_minute(t, exact), 1, 0) for t in ended] + [(_minute(t, exact), 0, 1) for t in waiting]
            curves.append(curve_of(label, kaplan_meier(rows)))
    if not curves:
        return None
    clock = _("working time since assigned") if name == "response_time" else _("time since arrival")
    return Survival(
        name="curve", title=str(metric_words.LABELS[name]), curves=tuple(curves), done=_("contacted"), clock=clock,
        limit=None, tenfold=True,
    )  # fmt: skip


def _minute(seconds: float, exact: bool) -> float:  # noqa: FBT001 - read once, above
    return seconds if exact else float(round(seconds / 60) * 60)


def _intervals(request: HttpRequest, name: str, rows: list[Part], own: Figures, what: Asked) -> Intervals:
    shown = sorted(rows[:_MOST_ROWS], key=lambda part: part.label if what.cut in {"day", "week"} else "")
    return Intervals(
        name="parts",
        title=_("%(figure)s, %(cut)s")
        % {"figure": metric_words.LABELS[name], "cut": str(dict(CUTS)[what.cut]).lower()},
        unit=_picture_unit(name),
        rows=tuple(_interval(request, name, part, what.cut) for part in shown),
        label_is=str(dict(CUTS)[what.cut]),
        value_is=str(metric_words.LABELS[name]),
        mark=own.answers[name].value,
        mark_is=_("all together"),
        level=_("95 % interval"),
    )


def _interval(request: HttpRequest, name: str, part: Part, cut: str) -> Interval:
    answer = part.figures.answers[name]
    early = metric_words.is_too_early(name, answer)
    shown = None if early or answer.value is None else answer.value
    note = "" if shown is not None else metric_words.of(name, answer) if early else metric_words.value(name, answer)
    return Interval(
        part.label,
        shown,
        *_ends(answer, shown),
        n=answer.n,
        note=note,
        url=_part_url(request, part, cut),
    )


def _ends(answer: Answer, shown: float | None) -> tuple[float | None, float | None]:
    """The interval as it is drawn: not at all where an end is open."""
    if shown is None or answer.low is None or answer.high is None:
        return None, None
    return answer.low, answer.high


def _part_url(request: HttpRequest, part: Part, cut: str) -> str:
    """The same page narrowed to the part."""
    if cut in {"rep", "group"}:
        return f"{request.path}?{_query(request, **{cut: part.uid})}" if part.uid else ""
    if cut == "source":
        source, _mark, channel = part.key.partition(cohort.JOINED)
        return f"{request.path}?{_query(request, source=source, channel=channel)}"
    if cut in {"campaign", "rule", "band"} and part.key is not None:
        return f"{request.path}?{_query(request, **{cut: part.key})}"
    return ""


def _left_out(what: Asked) -> list[str]:
    """What no figure counts, of the leads that arrived in the period."""
    found = cohort.left_out(**{name: what.span[name] for name in ("since", "until")})
    says = (
        (found.tests, _("%s test leads")),
        (found.merged, _("%s merged into another lead of the same person")),
        (found.rejected, _("%s turned away before anybody had them")),
    )
    return [words_of % number_format(n, force_grouping=True) for n, words_of in says if n]


def _narrowed(key: str, value: Any) -> str:
    names = {
        "source": _("Source"), "channel": _("Channel"), "campaign": _("Campaign"), "rule": _("Rule"),
        "band": _("Priority"),
    }  # fmt: skip
    shown = tables.name_of_rule(value) if key == "rule" else value
    return f"{names[key]}: {shown if shown != '' else _('not known')}"


def _can_cut(name: str, cut: str) -> bool:
    return name in shelf() or cut in own_shelf()[name].cuts


def _picture_unit(name: str) -> str:
    unit = metric_words.unit_of(name)
    return unit if unit in {"count", "share", "seconds", "number"} else "number"


def _query(request: HttpRequest, *, without: str = "", **more: Any) -> str:
    given = {key: value for key, value in request.GET.items() if key != without and key not in {"sort", "page"}}
    return urlencode({**given, **more})


def chosen_reps(scope: Scope) -> list[Rep]:
    """Who may be chosen: members of the groups, past and present; for all groups everybody."""
    rows = Rep.objects.select_related("user").order_by("user__name", "pk")
    if scope.groups is None:
        return list(rows)
    return list(rows.filter(pk__in=Membership.objects.filter(group__in=scope.groups).values("rep")))
