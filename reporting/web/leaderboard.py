"""The leaderboard: who brings how much per 100 leads, beside what those leads promise; and the leads behind a line."""

from collections.abc import Mapping
from typing import Any

import pghistory
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from leads.models import Export
from leads.web.exports import limited, note
from reporting import cohort, exports
from reporting.exports import At
from reporting.lead_quality import Result, one_by_one, quality
from reporting.leaderboard import Leaderboard, Line, leaderboard
from reporting.metric import Answer, share
from reporting.spells import keep
from reporting.web import alert_words, target_words
from reporting.web import leaderboard_words as words
from reporting.web.asking import groups_for, wrong
from reporting.web.leaderboard_asking import Asked, asked_of, names_of
from reporting.web.target_words import TargetForm
from reporting.web.words import told
from reps import access
from reps.models import Membership, Rep

_MOST_SHOWN, _MOST_EXPORTED = 500, 100_000
HEADS = (
    "rank", "rep", "leads", "results", "per_100", "per_100_low", "per_100_high", "leads_kept", "results_kept",
    "expected", "adjusted", "adjusted_low", "adjusted_high", "chance_best", "too_close_with",
)  # fmt: skip
LEAD_HEADS = (
    "lead", "source", "score_quarter", At("assigned"), "chance", At("came_to_it"), At("lost"), "kept",
)  # fmt: skip


@login_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The page."""
    return shown(request, asked_of(request))


@login_required
@never_cache
@require_POST
def put_target(request: HttpRequest) -> HttpResponse:
    """Set a target of a group one manages, or take it away, and go back to the leaderboard as it was asked for."""
    what = asked_of(request)
    form = TargetForm(request.POST, groups=groups_for(request))
    if not form.is_valid():
        return shown(request, what, form=form)
    with pghistory.context(by=request.user.pk):
        form.save()
    messages.success(request, _("Saved."))
    return redirect(f"{reverse('leaderboard')}?{what.query}#targets")


def shown(request: HttpRequest, what: Asked, *, form: TargetForm | None = None) -> HttpResponse:
    """The page, with the form of a target as it was filled in wrongly, if any."""
    groups = groups_for(request)
    section = target_words.section(what, groups, form or TargetForm(groups=groups))
    context = _context(request, what, section["marks"])
    return render(request, "reporting/leaderboard.html", context | section, status=422 if form else 200)


def _context(request: HttpRequest, what: Asked, marks: Mapping[int, list[str]]) -> dict[str, Any]:
    found, before = _found(what), _before(what)
    names = names_of(line.rep for line in found.lines)
    urls = {pk: _leads_url(what, rep) for pk, rep in names.items()}
    me = access.rep_of(request.user)
    return {
        "counting": keep.progress(),
        "now": what.now,
        "period": {"label": told(what.period)},
        "form": what.form,
        "filtered": any(request.GET.get(name) for name in ("period", "group", "by")),
        "csv_url": f"{reverse('leaderboard-csv')}?{what.query}",
        "query": what.query,
        "heads": words.HEADS_OF[what.result.name],
        "figures": words.figures(found, before, what.result) if found.lines else [],
        "lines": [
            {**_line(line, found, names, urls, what.result), "marks": marks.get(line.rep, [])} for line in found.lines
        ],
        "alerts": alert_words.section(what.scope, now=what.now),
        "sure": words.sure(found, names, urls, what.result, me=me.pk if me else None) if found.lines else None,
    }


@login_required
@never_cache
@require_safe
@limited
def export(request: HttpRequest) -> HttpResponseBase:
    """The same as CSV: shares of one as in the other reports, results per 100 as on the page."""
    what = asked_of(request)
    if what.form.errors:
        return wrong(what.form)
    found = _found(what)
    note(request, Export.What.REPORTS, len(found.lines))
    names = names_of(line.rep for line in found.lines)
    name = f"leaderboard-{what.result.name}-{what.period.key}"
    return exports.table(HEADS, (_cells(line, names) for line in found.lines), name=name, request=request)


@login_required
@never_cache
@require_safe
def leads(request: HttpRequest, uid: str) -> HttpResponse:
    """The leads a line was made of, newest first, each with what it promised."""
    what = asked_of(request)
    rep = _rep(uid, what)
    rows = _each(what, rep, most=_MOST_SHOWN + 1)
    context = {
        "now": what.now,
        "rep": {"name": rep.name, "url": f"{reverse('rep-report', args=[rep.uid])}?period={what.period.key}"},
        "period": {"label": told(what.period)},
        "form": what.form,
        "filtered": any(request.GET.get(name) for name in ("period", "group", "by")),
        "back_url": f"{reverse('leaderboard')}?{what.query}",
        "csv_url": f"{reverse('leaderboard-leads-csv', args=[rep.uid])}?{what.query}",
        "came_label": words.CAME_TO[what.result.name],
        "rows": [words.lead_row(row) for row in rows[:_MOST_SHOWN]],
        "more": _MOST_SHOWN if len(rows) > _MOST_SHOWN else 0,
    }
    return render(request, "reporting/leaderboard_leads.html", context)


@login_required
@never_cache
@require_safe
@limited
def leads_export(request: HttpRequest, uid: str) -> HttpResponseBase:
    """The same as CSV; nothing personal."""
    what = asked_of(request)
    if what.form.errors:
        return wrong(what.form)
    rows = _each(what, _rep(uid, what), most=_MOST_EXPORTED)
    note(request, Export.What.REP_REPORT, len(rows))
    lines = (
        [
            row["uid"], row["source"], row["quarter"] or None, row["starts_at"],
            exports.rounded(row["chance"]) if row["kept"] else None, row["came_at"],
            row["lost_at"], row["kept"],
        ]
        for row in rows
    )  # fmt: skip
    return exports.table(LEAD_HEADS, lines, name=f"leads-{what.result.name}-{what.period.key}", request=request)


def _before(what: Asked) -> Answer:
    """The like span before, of all reps together."""
    since, until = what.period.before
    # A lead counts once for each rep, as in the lines.
    name = "assigned_to_close" if what.result.name == "wins" else what.result.metric
    found = cohort.ask(scope=what.scope, since=since, until=until, now=what.now, cut="rep", names=(name,)).values()
    return share(sum(one.answers[name].count for one in found), sum(one.counts["leads"] for one in found))


def _found(what: Asked) -> Leaderboard:
    return leaderboard(
        scope=what.scope, since=what.period.since, until=what.period.until, now=what.now, result=what.result
    )


def _rep(uid: str, what: Asked) -> Rep:
    rep = get_object_or_404(Rep.objects.select_related("user"), uid=uid)
    groups = what.scope.groups
    if groups is not None and not Membership.objects.filter(rep=rep, group__in=groups).exists():
        raise Http404
    return rep


def _each(what: Asked, rep: Rep, *, most: int) -> list[dict[str, Any]]:
    scope, since, until = what.scope.of(rep), what.period.since, what.period.until
    found = quality(scope=scope, since=since, until=until, now=what.now, result=what.result)
    rows = one_by_one(scope=scope, since=since, until=until, now=what.now, result=what.result, most=most)
    return [{**row, "chance": found.chance(row["cell"], row["age"])} for row in rows]


def _leads_url(what: Asked, rep: Rep) -> str:
    return f"{reverse('leaderboard-leads', args=[rep.uid])}?{what.query}"


def _line(
    line: Line, found: Leaderboard, names: Mapping[int, Rep], urls: Mapping[int, str], result: Result
) -> dict[str, Any]:
    return {
        "rank": line.rank,
        "name": names[line.rep].name,
        "url": urls[line.rep],
        "leads": line.share.n,
        "count": line.share.count,
        "per_100": words.per_100(line.share.value) if line.rank else "",
        "score": words.score(line.standing.score) if line.standing.shown else "",
        "note": words.note(line, found, names, result),
        "early": words.early(line),
    }


def _cells(line: Line, names: Mapping[int, Rep]) -> list[object]:
    standing, share = line.standing, line.share
    scores = (standing.score, standing.low, standing.high) if standing.shown else (None, None, None)
    return [
        line.rank, names[line.rep].name, share.n, share.count,
        *(exports.rounded(None if value is None else value * 100, 2) for value in (share.value, share.low, share.high)),
        standing.leads, int(standing.observed), exports.rounded(standing.expected, 2),
        *(exports.rounded(value, 1) for value in scores), exports.rounded(standing.best),
        ", ".join(names[rep].name for rep in standing.close),
    ]  # fmt: skip
