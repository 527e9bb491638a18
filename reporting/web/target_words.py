"""Targets on the leaderboard: the form that sets one, and the words for who is below."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reporting import targets
from reporting.targets import METRICS, USUAL, USUAL_AIM, Below, Beside, Standing, Why
from reporting.web.leaderboard_asking import Asked, names_of
from reps.models import Group, Rep
from reps.templatetags.face import percent

LABELS = {
    "meetings": gettext_lazy("Meetings booked"),
    "meetings_held": gettext_lazy("Meetings held"),
    "opportunities": gettext_lazy("Opportunities"),
    "close_rate": gettext_lazy("Close rate"),
    "responded": gettext_lazy("Contacted"),
    "reached": gettext_lazy("Reached"),
    "response_sla": gettext_lazy("Within response time"),
    "first_call": gettext_lazy("Reached at first call"),
}
_WHY = {
    Why.COMPARABLE: gettext_lazy("low on comparable leads"),
    Why.WEAKER: gettext_lazy("got weaker leads"),
    Why.ALL: gettext_lazy("as high as others on comparable leads: the group is below it as a whole"),
}
_PROMISED = {
    "close_rate": gettext_lazy("wins"),
    "opportunities": gettext_lazy("opportunities"),
}


class TargetForm(forms.Form):
    """One target of one group; an empty aim takes it away."""

    target_group = forms.ChoiceField(label=gettext_lazy("Group"))
    metric = forms.ChoiceField(
        label=gettext_lazy("What is aimed at"), choices=[(name, LABELS[name]) for name in METRICS], initial=USUAL
    )
    aim = forms.DecimalField(
        label=gettext_lazy("Of 100 leads, at least"),
        min_value=Decimal("0.1"),
        max_value=100,
        max_digits=4,
        decimal_places=1,
        required=False,
        initial=int(USUAL_AIM * 100),
    )

    def __init__(self, data: Any = None, *, groups: Sequence[Group]) -> None:
        super().__init__(data)
        self.groups = {str(group.uid): group for group in groups}
        field = self.fields["target_group"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(uid, group.name) for uid, group in self.groups.items()]

    def save(self) -> None:
        """Set it, or take it away."""
        given = self.cleaned_data
        aim = given["aim"] / 100 if given["aim"] is not None else None
        targets.put(group=self.groups[given["target_group"]], metric=given["metric"], aim=aim)


def section(what: Asked, groups: Sequence[Group], form: TargetForm) -> dict[str, Any]:
    """What the section of targets shows; `marks` stand beside the lines above it."""
    chosen = what.form.chosen
    span = what.period
    found = targets.standings(groups=[chosen] if chosen else groups, since=span.since, until=span.until, now=what.now)
    names = names_of(below.rep for standing in found for below in standing.below)
    return {
        "targets": [_standing(each, names, what) for each in found],
        "target_form": form,
        "target_url": f"{reverse('leaderboard-target')}?{what.query}",
        "marks": marks(found),
    }


def marks(found: Iterable[Standing]) -> dict[int, list[str]]:
    """In a line for each rep below a target: the figure, the target, and why."""
    said: dict[int, list[str]] = {}
    for standing in found:
        for below in standing.below:
            said.setdefault(below.rep, []).append(mark(standing, below))
    return said


def mark(standing: Standing, below: Below) -> str:
    """Below a target, in a line."""
    return _("below target: %(what)s %(value)s, aim %(aim)s; %(why)s") % {
        "what": str(LABELS[standing.target.metric]).lower(),
        "value": percent(below.answer.value),
        "aim": percent(standing.target.aim),
        "why": _WHY[below.why],
    }


def _standing(each: Standing, names: Mapping[int, Rep], what: Asked) -> dict[str, Any]:
    target = each.target
    assert target.group is not None  # noqa: S101 - only those of groups are asked for
    promised = _PROMISED.get(target.metric, _("meetings"))
    counted = {"n": len(each.below), "of": each.counted}
    return {
        "group": target.group.name,
        "uid": target.group.uid,
        "metric": target.metric,
        "label": LABELS[target.metric],
        "aim": percent(target.aim),
        "says": (
            ngettext("%(n)d of %(of)d rep is below", "%(n)d of %(of)d reps are below", each.counted) % counted
            if each.counted
            else _("too early: nobody has 30 leads to count yet")
        ),
        "until": each.until if METRICS[target.metric] else None,
        "promised": promised,
        "rows": [_row(each, below, names, what) for below in each.below],
        "team": _beside(each.group),
    }


def _row(each: Standing, below: Below, names: Mapping[int, Rep], what: Asked) -> dict[str, Any]:
    rep, answer = names[below.rep], below.answer
    span = {"low": percent(answer.low), "high": percent(answer.high)}
    return {
        "name": rep.name,
        "url": f"{reverse('leaderboard-leads', args=[rep.uid])}?{what.query_by(targets.result_of(each.target.metric))}",
        "value": percent(answer.value),
        "of": _("%(count)d of %(n)d") % {"count": answer.count, "n": answer.n},
        "range": _("%(low)s to %(high)s") % span,
        "unsure": "" if below.sure else _("may be chance"),
        "why": _WHY[below.why],
        **_beside(below.beside),
    }


def _beside(beside: Beside) -> dict[str, str]:
    def rounded(value: float | None, places: int) -> str:
        return "-" if value is None else number_format(value, places)

    return {
        "promised": "-" if beside.promised is None else rounded(beside.promised * 100, 1),
        "hours": rounded(beside.hours, 0),
        "an_hour": rounded(beside.an_hour, 2),
    }
