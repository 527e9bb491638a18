"""In and out: what came in and what came of it, week by week, for the team, groups or reps; as a picture and files."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
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
from reporting import exports
from reporting.in_and_out import CUTS, EVENTS, FIGURES, STEPS, Counts, after, before, counted, steps
from reporting.pictures.trend import Point, Trend
from reporting.scope import Scope, overseen
from reporting.spells import keep
from reporting.web import opens
from reporting.web.asking import groups_for, wrong
from reporting.worth import zone_of
from reps import access
from reps.models import Group, Membership, Rep
from reps.models.division import SEEDED
from reps.web import reader

_ON_A_PAGE = 13  # steps: a quarter of weeks
_USUAL = {"by": "week", "over": "3", "cut": "all", "figure": "assigned"}
NAMES = {
    "arrived": gettext_lazy("Leads in"),
    "assigned": gettext_lazy("Assigned"),
    "responded": gettext_lazy("Contacted"),
    "meetings": gettext_lazy("Meetings"),
    "opportunities": gettext_lazy("Opportunities"),
    "won": gettext_lazy("Won"),
    "per_100": gettext_lazy("Won per 100"),
    "sourced": gettext_lazy("Sourced, won by others"),
}
_BY = {"week": gettext_lazy("By week"), "month": gettext_lazy("By month"), "quarter": gettext_lazy("By quarter")}
_OVER = {
    "3": gettext_lazy("Three months"),
    "6": gettext_lazy("Half a year"),
    "12": gettext_lazy("A year"),
    "24": gettext_lazy("Two years"),
}
_CUT = {
    "all": gettext_lazy("All together"),
    "group": gettext_lazy("Group by group"),
    "rep": gettext_lazy("Rep by rep"),
}


class InOutForm(forms.Form):
    """By which steps, how far back, of whom, and which figure is drawn."""

    by = forms.ChoiceField(label=gettext_lazy("Steps"), choices=[(key, _BY[key]) for key in STEPS])
    over = forms.ChoiceField(label=gettext_lazy("How far back"), choices=list(_OVER.items()))
    cut = forms.ChoiceField(label=gettext_lazy("Of whom"), choices=[(key, _CUT[key]) for key in CUTS])
    group = forms.ModelChoiceField(
        Group.objects.none(), to_field_name="uid", required=False, label=gettext_lazy("Group"),
        empty_label=gettext_lazy("All groups"),
    )  # fmt: skip
    rep = forms.ModelChoiceField(
        Rep.objects.none(), to_field_name="uid", required=False, label=gettext_lazy("Rep"),
        empty_label=gettext_lazy("All reps"),
    )  # fmt: skip
    figure = forms.ChoiceField(label=gettext_lazy("Drawn"), choices=[(key, NAMES[key]) for key in FIGURES])

    def __init__(self, data: dict[str, str], *, request: HttpRequest) -> None:
        super().__init__({**_USUAL, **{key: value for key, value in data.items() if value}})
        groups = groups_for(request)
        reps = Rep.objects.select_related("user").order_by("user__name", "pk")
        if not access.oversees_all(request.user):
            reps = reps.filter(pk__in=Membership.objects.filter(group__in=groups).values("rep"))
        for name, rows in (("group", access.groups_managed(request.user).order_by("name")), ("rep", reps)):
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = rows

    def value(self, name: str) -> str:
        """What was chosen, else what is usual."""
        return str(self.cleaned_data.get(name) or _USUAL[name])


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, read: of whom, by which steps; days are the company's."""

    form: InOutForm
    scope: Scope
    by: str
    cut: str
    days: list[date]
    until: date
    zone: ZoneInfo

    def ends(self, n: int) -> date:
        """The first day after a step."""
        return after(self.by, self.days[n])

    def counted(self, cut: str) -> dict[tuple[int, Any], Counts]:
        """The counts for a cut."""
        return counted(scope=self.scope, days=self.days, until=self.until, cut=cut)

    def counted_before(self) -> dict[tuple[int, Any], Counts]:
        """The counts of as many steps before these; as this step is not over, the last of them ends as far in."""
        days = before(self.by, self.days)
        until = min(days[-1] + (self.until - self.days[-1]), self.days[0])
        return counted(scope=self.scope, days=days, until=until, cut="all")

    def url(self, n: int, figure: str, *, rep: str = "") -> str:
        """The rows behind a count, where there is a list of them; of one rep by the uid."""
        since, until = (datetime.combine(day, time(), tzinfo=self.zone) for day in (self.days[n], self.ends(n)))
        said = self.form.cleaned_data
        if figure == "arrived" and not said.get("rep") and not rep:
            # Leads that nobody has yet came in, too, and stand in no log.
            whose = {"group": str(said["group"].uid)} if said.get("group") else {}
            span = {"arrived_after": since.isoformat(), "arrived_before": until.isoformat()}
            return f"{reverse('leads')}?{urlencode({**whose, **span})}"
        log = opens.where(since=since, until=until, group=said.get("group"), rep=said.get("rep"))
        return (log.of(rep) if rep else log).happened(figure)


def _asked(request: HttpRequest) -> Asked:
    if not access.is_manager(request.user):
        raise PermissionDenied
    now, zone = timezone.now(), zone_of(SEEDED)
    given = {key: str(value).replace("\x00", "") for key, value in request.GET.items()}
    form = InOutForm(given, request=request)
    form.is_valid()
    scope = overseen(reader.user(request), form.cleaned_data.get("group"), now=now)
    rep = form.cleaned_data.get("rep")
    by, today = form.value("by"), timezone.localdate(now, zone)
    days = steps(by, months=int(form.value("over")), today=today)
    return Asked(form, scope.of(rep) if rep else scope, by, form.value("cut"), days, today + timedelta(days=1), zone)


@login_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The page: the newest step first, a picture of one figure on top."""
    what = _asked(request)
    whole, earlier = what.counted("all"), what.counted_before()
    found = what.counted(what.cut) if what.cut != "all" else whole
    names = _names(what.cut, found)
    uids = _uids(names) if what.cut == "rep" else {}
    shown = Paginator(range(len(what.days) - 1, -1, -1), _ON_A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.urlencode()
    context = {
        "counting": keep.progress(),
        "form": what.form,
        "filtered": any(request.GET.get(name) for name in what.form.fields),
        "csv_url": reverse("in-out-csv") + (f"?{query}" if query else ""),
        "figures": _totals(whole, earlier) if whole else [],
        "picture": _picture(what, whole, earlier),
        "heads": [NAMES[figure] for figure in FIGURES],
        "page": shown,
        "groups": [_step(what, n, found, names, uids) for n in shown.object_list] if whole else [],
        "cut": what.cut,
    }
    return render(request, "reporting/in_out.html", context)


@login_required
@never_cache
@require_safe
@limited
def export(request: HttpRequest) -> HttpResponseBase:
    """All steps, a row for each part, the oldest first."""
    what = _asked(request)
    if what.form.errors:
        return wrong(what.form)
    found = what.counted(what.cut)
    note(request, Export.What.IN_OUT, len(found))
    heads = ["from", "until", *([what.cut] if what.cut != "all" else []), *FIGURES]
    return exports.table(heads, _rows(what, found), name=f"in-and-out-{what.by}", request=request)


def _rows(what: Asked, found: dict[tuple[int, Any], Counts]) -> Iterator[list[object]]:
    names = _names(what.cut, found)
    for n, day in enumerate(what.days):
        for part, name in _parts(n, what.cut, found, names):
            counts = found.get((n, part), Counts())
            label = [name] if what.cut != "all" else []
            figures = [exports.rounded(counts.value(figure), 2) for figure in FIGURES]
            yield [day, what.ends(n) - timedelta(days=1), *label, *figures]


def _names(cut: str, found: dict[tuple[int, Any], Counts]) -> dict[Any, str]:
    parts = {part for _step, part in found if part is not None}
    rest = _("Nobody yet") if cut == "rep" else _("No group")
    if cut == "all":
        return {None: ""}
    if cut == "group":
        return {None: rest, **dict(Group.objects.filter(pk__in=parts).values_list("pk", "name"))}
    return {None: rest, **dict(Rep.objects.filter(pk__in=parts).values_list("pk", "user__name"))}


def _uids(names: dict[Any, str]) -> dict[Any, str]:
    return {pk: str(uid) for pk, uid in Rep.objects.filter(pk__in=[*names]).values_list("pk", "uid") if pk}


def _parts(n: int, cut: str, found: dict[tuple[int, Any], Counts], names: dict[Any, str]) -> Sequence[tuple[Any, str]]:
    if cut == "all":
        return [(None, "")]
    here = {part for step, part in found if step == n and part in names}
    return sorted(((part, names[part]) for part in here), key=lambda one: (one[0] is None, one[1].casefold()))


def _step(
    what: Asked, n: int, found: dict[tuple[int, Any], Counts], names: dict[Any, str], uids: dict[Any, str]
) -> dict[str, Any]:
    """One step with the rows of its parts; figures of all together and of reps open their rows."""
    return {
        "label": _label(what.by, what.days[n]),
        "so_far": what.ends(n) > what.until,
        "rows": [
            {
                "name": name,
                "cells": [
                    _cell(found.get((n, part), Counts()), figure, _opened(what, n, figure, uids.get(part, "")))
                    for figure in FIGURES
                ],
            }
            for part, name in _parts(n, what.cut, found, names)
        ],
    }


def _opened(what: Asked, n: int, figure: str, rep: str) -> str:
    if what.cut == "all":
        return what.url(n, figure)
    return what.url(n, figure, rep=rep) if rep else ""


def _cell(counts: Counts, figure: str, url: str) -> dict[str, Any]:
    value = counts.value(figure)
    if figure == "per_100":
        return {"n": "-" if value is None else number_format(value, 1), "url": "", "none": not value}
    return {"n": number_format(value or 0, 0, force_grouping=True), "url": url if value else "", "none": not value}


def _label(by: str, day: date) -> str:
    if by == "week":
        last = day + timedelta(days=6)
        return f"{date_format(day, 'j M')} \N{EN DASH} {date_format(last, 'j M Y')}"
    if by == "month":
        return date_format(day, "F Y")
    return _("Quarter %(n)s of %(year)s") % {"n": (day.month + 2) // 3, "year": day.year}


def _totals(whole: dict[tuple[int, Any], Counts], earlier: dict[tuple[int, Any], Counts]) -> list[dict[str, Any]]:
    """All steps together, against as many before."""
    now, was = (Counts(sum((counts.n for counts in found.values()), Counter())) for found in (whole, earlier))
    rows = []
    for figure in (*EVENTS, "per_100"):
        places = 1 if figure == "per_100" else 0
        shown, then = (
            "-" if value is None else number_format(value, places, force_grouping=True)
            for value in (now.value(figure), was.value(figure))
        )
        note = _("was %s") % then if earlier else ""
        rows.append({"label": NAMES[figure], "value": shown, "unit": "", "note": note, "tone": "", "url": ""})
    return rows


def _picture(what: Asked, whole: dict[tuple[int, Any], Counts], earlier: dict[tuple[int, Any], Counts]) -> Trend:
    figure = what.form.value("figure")
    short = "j M" if what.by == "week" else "M y"
    points = tuple(
        Point(
            _label(what.by, day), date_format(day, short), whole.get((n, None), Counts()).value(figure),
            url=what.url(n, figure),
        )
        for n, day in enumerate(what.days)
    )  # fmt: skip
    unit = "number" if figure == "per_100" else "count"
    return Trend(
        name="in-out", title=str(NAMES[figure]), unit=unit, points=points if whole else (),
        before=tuple(earlier.get((n, None), Counts()).value(figure) for n in range(len(points))) if earlier else (),
        now_is=str(NAMES[figure]), before_is=_("as many steps before"),
    )  # fmt: skip
