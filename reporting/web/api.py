"""REST about reports: the figures of a period, of everything and of each part of a cut."""

from dataclasses import replace
from typing import Any, ClassVar

from django.utils import timezone
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from leads.models import ApiKey
from leads.web.api import LeadAPI
from reporting import cohort, tables
from reporting.cohort import Figures
from reporting.metric import Answer
from reporting.scope import Scope
from reporting.web import metric_words
from reporting.web.asking import FiguresForm, period_of
from reporting.web.figures_asked import CUTS, chosen_reps
from reps import access
from reps.models import Group

_DEFAULT = "30"


class FiguresView(LeadAPI):
    """GET /api/v1/reports/figures/?cut=&period=&since=&until=&group=&rep=&source=&channel=&campaign=&rule=
    &territory=&band=.

    Keys by the scope reports:read tell of all groups; people read those of the groups they manage. Values are seconds,
    shares of one, counts or amounts, as `unit` says; `beyond` is the longest wait where the middle was not reached.
    """

    scopes: ClassVar = dict.fromkeys(("GET", "HEAD", "OPTIONS"), ApiKey.Scope.REPORTS_READ)

    def get(self, request: Request) -> Response:
        """All figures."""
        now, by_key = timezone.now(), isinstance(request.auth, ApiKey)
        if not by_key and not access.is_manager(request.user):
            raise exceptions.PermissionDenied
        team = Scope() if by_key else cohort.overseen(request.user, now=now)
        groups = Group.objects.all() if by_key else access.groups_managed(request.user)
        data = {**request.GET.dict(), "period": request.GET.get("period") or _DEFAULT}
        form = FiguresForm(data, groups=list(groups.order_by("name")), reps=chosen_reps(team), cuts=CUTS)
        if not form.is_valid():
            wrong = {name: [str(error) for error in errors] for name, errors in form.errors.items()}
            raise exceptions.ValidationError(wrong)
        scope = team
        if form.chosen:
            scope = Scope((form.chosen.pk,)) if by_key else cohort.overseen(request.user, form.chosen, now=now)
        scope = replace(scope, only=form.only, rep=form.rep_chosen.pk if form.rep_chosen else None)
        period, cut = period_of(form, now=now), form.cleaned_data.get("cut") or CUTS[0][0]
        span: dict[str, Any] = {"scope": scope, "since": period.since, "until": period.until, "now": now}
        return Response(
            {
                "since": period.since,
                "until": period.until,
                "cut": cut,
                "all": _told(tables.whole(**span)),
                "parts": [
                    {"key": part.uid or part.key, "label": part.label, "figures": _told(part.figures)}
                    for part in tables.parts(cut, **span)
                ],
            }
        )


def _told(found: Figures) -> dict[str, Any]:
    names = [name for _section, names in metric_words.SECTIONS for name in names if name in found.answers]
    return {name: _answer(name, found.answers[name]) for name in names}


def _answer(name: str, answer: Answer) -> dict[str, Any]:
    return {
        "unit": metric_words.unit_of(name),
        "value": answer.value,
        "n": answer.n,
        "count": answer.count,
        "low": answer.low,
        "high": answer.high,
        "open": answer.open,
        "quarter": answer.quarter,
        "three_quarters": answer.three_quarters,
        "beyond": answer.beyond,
    }
