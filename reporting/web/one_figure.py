"""One figure by itself: over time, as a curve, part by part, and how it is computed."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reporting import cohort, tables
from reporting.metrics import own_shelf, shelf, told
from reporting.web import figure_pictures, metric_words
from reporting.web.all_figures import row_of
from reporting.web.figures_asked import CUTS, Asked, query, read, shared


@login_required
@never_cache
@require_safe
def page(request: HttpRequest, name: str) -> HttpResponseBase:
    """One metric: over time, part by part, and how it is computed."""
    if name not in metric_words.LABELS or not (name in shelf() or name in own_shelf()):
        raise Http404
    what = read(request)
    own, before = (tables.whole(scope=what.scope, **span, names=(name,)) for span in (what.span, what.before))
    found = (
        tables.parts(what.cut, scope=what.scope, **what.span, names=(name,))
        if figure_pictures.can_cut(name, what.cut)
        else []
    )
    rows = [part for part in found if name in part.figures.answers]
    context = shared(request, what) | {
        "name": name,
        "label": metric_words.LABELS[name],
        "row": row_of(request, name, own, before, None) | {"leads": what.where().url(name)},
        "trend": figure_pictures.trend(name, what) if figure_pictures.can_cut(name, "day") else None,
        "curve": figure_pictures.curve(name, ((_("this period"), own), (_("the period before"), before))),
        "parts": figure_pictures.intervals(request, name, rows, own, what) if rows else None,
        "more": max(0, len(rows) - figure_pictures.MOST_ROWS),
        "cut_label": dict(CUTS)[what.cut],
        "told": [part.partition(": ") for part in told(name)],
        "left_out": _left_out(what),
        "csv_url": f"{reverse('figures-csv')}?{query(request, cut=what.cut)}",
    }
    return render(request, "reporting/one_figure.html", context)


def _left_out(what: Asked) -> list[str]:
    """What no figure counts, of the leads that arrived in the period."""
    found = cohort.left_out(**{name: what.span[name] for name in ("since", "until")})
    says = (
        (found.tests, _("%s test leads")),
        (found.merged, _("%s merged into another lead of the same person")),
        (found.rejected, _("%s turned away before anybody had them")),
    )
    return [words_of % number_format(n, force_grouping=True) for n, words_of in says if n]
