"""What a reader asks of all figures: span, groups, rep, cut and what it is narrowed to; and the address of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting import cohort, tables
from reporting.period import Period
from reporting.scope import Scope
from reporting.spells import keep
from reporting.web import opens, words
from reporting.web.asking import FiguresForm, asked, groups_for, period_of
from reps import access
from reps.models import Membership, Rep

CUTS = [
    ("rep", gettext_lazy("By rep")),
    ("group", gettext_lazy("By group")),
    ("source", gettext_lazy("By source")),
    ("campaign", gettext_lazy("By campaign")),
    ("rule", gettext_lazy("By rule")),
    ("territory", gettext_lazy("By territory")),
    ("band", gettext_lazy("By priority")),
    ("sourced_by", gettext_lazy("By whoever sourced it")),
    ("week", gettext_lazy("By week")),
    ("day", gettext_lazy("By day")),
]


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

    def where(self) -> opens.Where:
        """The log of all that is asked about."""
        form, only = self.form, self.form.only
        span = {"since": self.period.since, "until": self.period.until}
        return opens.where(**span, group=form.chosen, rep=form.rep_chosen, only=only)


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


def shared(request: HttpRequest, what: Asked) -> dict[str, Any]:
    asked_for = query(request)
    return {
        "now": what.now,
        "counting": keep.progress(),
        "period": {"label": words.told(what.period)},
        "form": what.form,
        "filtered": bool(set(request.GET) - {"sort"}),
        "narrowed": [
            {"label": _narrowed(key, value), "url": f"{request.path}?{query(request, without=key)}"}
            for key, value in what.form.only.items()
        ],
        "query": asked_for,
        "csv_url": f"{reverse('figures-csv')}?{asked_for}",
    }


def query(request: HttpRequest, *, without: str = "", **more: Any) -> str:
    given = {key: value for key, value in request.GET.items() if key != without and key not in {"sort", "page"}}
    return urlencode({**given, **more})


def _narrowed(key: str, value: Any) -> str:
    names = {
        "source": _("Source"), "channel": _("Channel"), "campaign": _("Campaign"), "rule": _("Rule"),
        "band": _("Priority"), "territory": _("Territory"),
    }  # fmt: skip
    shown = tables.name_of_rule(value) if key == "rule" else value
    if key == "territory":
        shown = tables.name_of_territory(value)
    return f"{names[key]}: {shown if shown != '' else _('not known')}"


def chosen_reps(scope: Scope) -> list[Rep]:
    """Who may be chosen: members of the groups, past and present; for all groups everybody."""
    rows = Rep.objects.select_related("user").order_by("user__name", "pk")
    if scope.groups is None:
        return list(rows)
    return list(rows.filter(pk__in=Membership.objects.filter(group__in=scope.groups).values("rep")))
