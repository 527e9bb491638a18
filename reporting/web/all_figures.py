"""All figures of the reports: every metric over a period beside the period before, and as a file."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from leads.models import Export
from leads.web.exports import limited, note
from reporting import exports, tables
from reporting.cohort import Figures
from reporting.metric import Answer
from reporting.metrics import meaning, told
from reporting.metrics.stage_conversion import conversions
from reporting.tables import Part
from reporting.web import metric_words
from reporting.web.asking import wrong
from reporting.web.figures_asked import Asked, query, read, shared
from reps.models import Division
from reps.models.division import SEEDED

HEADS = ("part", "figure", "unit", "value", "n", "count", "low", "high", "open", "quarter", "three_quarters", "beyond")


@login_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponseBase:
    """Every metric."""
    what = read(request)
    own, before = tables.whole(scope=what.scope, **what.span), tables.whole(scope=what.scope, **what.before)
    team = tables.whole(scope=what.team, **what.span) if what.form.rep_chosen else None
    leads = what.where()
    context = shared(request, what) | {
        "sections": [
            {
                "label": label,
                "note": metric_words.NOTES.get(names[0], ""),
                "rows": [
                    row_of(request, name, own, before, team) | {"leads": leads.url(name)}
                    for name in names
                    if name in own.answers
                ],
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


def row_of(request: HttpRequest, name: str, own: Figures, before: Figures, team: Figures | None) -> dict[str, Any]:
    answer, was = own.answers.get(name, Answer(None, 0)), before.answers.get(name)
    currency = Division.objects.get(pk=SEEDED).base_currency if metric_words.unit_of(name) == "money" else ""
    moved, tone = metric_words.moved(name, answer, was, currency=currency) if was else ("", "")
    beside = team.answers.get(name) if team else None
    return {
        "name": name,
        "label": metric_words.LABELS[name],
        "title": meaning(name),
        "url": f"{reverse('figure', args=[name])}?{query(request)}",
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
