"""One rep over a period: every figure beside the team, hours on duty, sources, fair share; lead by lead as a file."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from leads.models import Export
from leads.web.exports import limited, note
from reporting import cohort, exports
from reporting.exports import At
from reporting.metrics.fairness import fair_shares
from reporting.metrics.in_out import InOut, in_out
from reporting.period import Period
from reporting.pictures.fairness import Fairness
from reporting.spells import keep
from reporting.web import figure_pictures, figures, opens, own_figures, rep_beside, reports, sources, words
from reporting.web.asking import PeriodForm, RepForm, asked, period_of, wrong
from reps import access
from reps.models import Group, Membership, Rep
from reps.templatetags.face import MINUS, ordinal
from routing import standing

_MOST_EXPORTED = 100_000
# Groups of a rep, each with where everybody of it stands.
InLine = list[tuple[Group, list[standing.Standing]]]
_SURE = ("response_sla", "reached", "meetings", "close_rate")
HEADS = (
    "lead", "source", "how", At("arrived"), At("assigned"), At("first_contact"), "response_seconds", "within_sla",
    "reached", "meeting", At("ended"), "outcome",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, read: whose report, who may read what of it."""

    rep: Rep
    scope: cohort.Scope
    everybody: cohort.Scope
    form: PeriodForm
    period: Period
    now: datetime
    oversees: bool

    @property
    def span(self) -> dict[str, Any]:
        """The period as questions take it."""
        return {"since": self.period.since, "until": self.period.until, "now": self.now}

    @property
    def before(self) -> dict[str, Any]:
        """The period before."""
        return {"since": self.period.before_since, "until": self.period.before_until, "now": self.now}


@login_required
@never_cache
@require_safe
def page(request: HttpRequest, uid: str) -> HttpResponse:
    """The report of a rep, for themselves and for the managers of their groups."""
    what = _asked(request, uid)
    other = what.form.cleaned_data.get("rep") or str(uid)
    if other != str(uid):
        query = urlencode({"period": what.period.key})
        return redirect(f"{reverse('rep-report', args=[other])}?{query}")
    return _show(request, what)


@login_required
@never_cache
@require_safe
@limited
def export(request: HttpRequest, uid: str) -> HttpResponseBase:
    """What the figures were made of, a line for each spell of ownership; nothing personal."""
    what = _asked(request, uid)
    if what.form.errors:
        return wrong(what.form)
    span = what.period
    found = cohort.spells(scope=what.scope, since=span.since, until=span.until, now=what.now, most=_MOST_EXPORTED)
    note(request, Export.What.REP_REPORT, len(found))
    lines = (_line(spell) for spell in found)
    return exports.table(HEADS, lines, name=f"rep-report-{span.key}", request=request)


def _asked(request: HttpRequest, uid: str) -> Asked:
    now = timezone.now()
    rep = get_object_or_404(Rep.objects.select_related("user"), uid=uid)
    if not access.is_manager(request.user):
        if access.rep_of(request.user) != rep:
            raise PermissionDenied
        return _own(request, rep, now)
    everybody = cohort.overseen(request.user, now=now)
    reps = _reps(everybody)
    if rep not in reps:
        if access.rep_of(request.user) == rep:
            return _own(request, rep, now)
        raise Http404
    form = RepForm(asked(request, rep=str(rep.uid)), reps=reps)
    form.is_valid()
    return Asked(rep, everybody.of(rep), everybody, form, period_of(form, now=now), now, oversees=True)


def _own(request: HttpRequest, rep: Rep, now: datetime) -> Asked:
    """A rep reads all their own spells, whatever the group; of the others only what all reps of their groups reach."""
    form = PeriodForm(asked(request))
    form.is_valid()
    groups = tuple(access.groups_of(request.user, now=now).values_list("pk", flat=True))
    team = cohort.Scope(groups, (rep.pk,), unclaimed=cohort.not_yet_claimed(request.user, now=now))
    return Asked(rep, cohort.Scope(rep=rep.pk), team, form, period_of(form, now=now), now, oversees=False)


def _reps(scope: cohort.Scope) -> list[Rep]:
    """Who may be chosen: active members of the groups, past and present; for all groups everybody."""
    rows = Rep.objects.select_related("user").order_by("user__name", "pk")
    if scope.groups is None:
        return list(rows)
    ever = Membership.objects.filter(group__in=scope.groups).values("rep")
    return list(rows.filter(pk__in=ever))


def _show(request: HttpRequest, what: Asked) -> HttpResponse:
    span, rep = what.period, what.rep
    found = rep_beside.beside(rep=rep, scope=what.scope, team=what.everybody, period=span, now=what.now)
    own, before, everybody = found.own, found.before, found.everybody
    in_line = _in_line(what)
    query = urlencode({"period": span.key})
    came_by = sources.rows_of(what.scope, span, now=what.now)
    context = {
        "counting": keep.progress(),
        "now": what.now,
        "rep": {"name": rep.name, "first_name": rep.name.split(" ")[0], "group": _groups(rep, what)},
        "period": {"label": words.told(span), "from_at": span.since, "until_at": span.until},
        "form": what.form,
        "csv_url": f"{reverse('rep-report-csv', args=[rep.uid])}?{query}",
        "list_url": f"{reverse('reports')}?{query}" if what.oversees else "",
        "all_url": f"{reverse('figures')}?{urlencode({'rep': str(rep.uid), 'period': span.key})}"
        if what.oversees
        else "",
        "hours_url": reverse("rep-availability", args=[rep.uid]) if what.oversees else "",
        "figures": figures.row(own.answers, before.answers, everybody=everybody.answers, url=_opener(what)),
        "funnel_of": own.counts["leads"],
        "funnel": own_figures.funnel(own, everybody),
        "sections": rep_beside.sections(request, found, links=_links(what)),
        "curve": figure_pictures.curve("response_time", ((rep.name, own), (_("Team"), everybody))),
        "trend": figure_pictures.trend("leads", what) if own.counts["leads"] else None,
        "fairness": _fairness(what, in_line),
        "intervals": _intervals(own, everybody),
        **(_close(what, everybody, query) if what.oversees else {}),
        "in_out": _in_out(what),
        "sources": came_by,
        "sources_total": sources.row_of("", own) if came_by else None,
        "share_note": _share_note(what, in_line),
        "share_url": f"{reverse('rep-fair-share', args=[rep.uid])}?{query}" if what.oversees else "",
    }
    return render(request, "reporting/rep_report.html", context)


def _groups(rep: Rep, what: Asked) -> str:
    rows = Membership.objects.at(what.now).filter(rep=rep, group__active=True).order_by("group__name")
    if what.oversees and what.everybody.groups is not None:
        rows = rows.filter(group__in=what.everybody.groups)
    return ", ".join(rows.values_list("group__name", flat=True))


def _opener(what: Asked) -> Callable[[str], str]:
    """Where a figure opens its leads: managers in the log; reps, who read no log, among their own leads."""
    span, rep = what.period, what.rep
    if what.oversees:
        return opens.where(since=span.since, until=span.until, rep=rep).url
    own = f"{reverse('leads')}?{urlencode({'owner': str(rep.uid), 'assigned_after': span.since.isoformat()})}"
    return lambda _name: own


def _links(what: Asked) -> rep_beside.Links:
    """The page of a figure by itself, and its leads; both are managers'."""
    if not what.oversees:
        return rep_beside.NO_LINKS
    query = urlencode({"rep": str(what.rep.uid), "period": what.period.key})
    return rep_beside.Links(lambda name: f"{reverse('figure', args=[name])}?{query}", _opener(what))


def _intervals(own: cohort.Figures, everybody: cohort.Figures) -> list[dict[str, Any]]:
    rows = []
    for name in _SURE:
        answer = own.answers[name]
        if answer.value is None or (name == "close_rate" and figures.too_few(own.counts["leads"])):
            continue
        label = _("Came to a meeting") if name == "meetings" else words.FIGURES[name]
        rows.append(
            {
                "label": label,
                "low": answer.low,
                "point": answer.value,
                "high": answer.high,
                "all": everybody.answers[name].value,
                "n": answer.n,
            }
        )
    return rows


def _close(what: Asked, everybody: cohort.Figures, query: str) -> dict[str, Any]:
    """All reps by close rate, as far as their intervals tell them apart."""
    rows = reports.in_order(reports.closes_of(what.period, what.everybody, now=what.now, query=query), "-close")
    axis = reports.axis_of(rows, mark=everybody.answers["close_rate"].value)
    shown = [row for row in rows if row["close"]]
    if not shown:
        return {"close": []}
    first = shown[0]["close"]
    alone = len(shown) > 1 and first["low"] > max(row["close"]["high"] for row in shown[1:])
    return {
        "close": [_close_row(row, what.rep, axis) for row in rows],
        "axis": axis,
        "close_note": "" if alone or len(shown) < 2 else _("No leader is named: the intervals of the first overlap."),
    }


def _close_row(row: reports.Row, rep: Rep, axis: dict[str, Any]) -> dict[str, Any]:
    close = row["close"]
    near = bool(close) and reports.near(close, axis["mark"])
    return {
        "rank": "",
        "name": row["name"],
        "url": row["url"],
        "me": row["uid"] == str(rep.uid),
        "quiet": near and row["uid"] != str(rep.uid),
        "note": _("near the average of all reps") if near else _("%s won or lost") % row["closed"],
        "too_few": row["too_few"],
        **(close or {}),
    }


def _in_out(what: Asked) -> list[dict[str, Any]]:
    span = what.period
    found = in_out(rep=what.rep.pk, since=span.since, until=span.until, groups=what.scope.groups)
    first = date_format(timezone.localtime(span.since), "j F")
    return [
        {"label": _("Open on %s") % first, "value": number_format(found.at_start), "level": 0},
        *_side(_("In"), "+", found, words.CAME),
        *_side(_("Out"), MINUS, found, words.WENT),
        {"label": _("Open now"), "value": number_format(found.at_end), "level": 0},
    ]


def _side(label: str, sign: str, found: InOut, names: dict[str, Any]) -> list[dict[str, Any]]:
    counted = found.came if names is words.CAME else found.went
    total = counted.total()
    rows = [(names[key], counted[key]) for key in names if counted[key]]
    return [
        {"label": label, "value": f"{sign}{number_format(total)}" if total else "0", "level": 0},
        *({"label": name, "value": number_format(n), "level": 1} for name, n in rows),
    ]


def _share_note(what: Asked, in_line: InLine) -> str:
    """What the rep had by turns in the period against their fair share, and their place in line now."""
    span, rep = what.period, what.rep
    share = fair_shares(since=span.since, until=span.until, groups=what.scope.groups).get(rep.pk)
    if share is None:
        return ""
    says = _("Fair share: had %(had)s of the leads that count, fair share %(share)s.") % {
        "had": number_format(share.received),
        "share": number_format(round(share.entitled, 1), 1),
    }
    places = _places(rep, in_line)
    if not places:
        return says
    return f"{says} {_('Now %s.') % ', '.join(places)}"


def _in_line(what: Asked) -> InLine:
    """The rep's groups by name, each with where everybody of it stands."""
    mine = Membership.objects.at(what.now).filter(rep=what.rep)
    groups = Group.objects.filter(active=True, pk__in=mine.values("group")).order_by("name")
    if what.scope.groups is not None:
        groups = groups.filter(pk__in=what.scope.groups)
    found = standing.standings_of(list(groups), now=what.now)
    return [(group, found[group.pk]) for group in groups]


def _places(rep: Rep, in_line: InLine) -> list[str]:
    return [
        _("%(place)s in line in %(group)s") % {"place": ordinal(one.rank), "group": group.name}
        for group, everybody in in_line
        for one in everybody
        if one.rep.pk == rep.pk and one.on_duty
    ]


def _fairness(what: Asked, in_line: InLine) -> Fairness | None:
    """The first group where the rep shares leads; where others stand is managers' to see."""
    shares = ((group, all_) for group, all_ in in_line if any(one.rep.pk == what.rep.pk for one in all_))
    group, everybody = next(shares, (None, []))
    if group is None or not what.oversees:
        return None
    return rep_beside.fairness(what.rep, group, everybody, now=what.now)


def _line(spell: dict[str, Any]) -> list[object]:
    outcome = words.WENT.get(spell["ending"] or "", spell["ending"] or "")
    return [
        spell["uid"], spell["source"], words.CAME.get(spell["how"], spell["how"]), spell["arrived_at"],
        spell["starts_at"], spell["first_touch_at"], spell["response_seconds"], spell["within_sla"], spell["reached"],
        spell["booked_at"] is not None, spell["ended_at"], outcome,
    ]  # fmt: skip
