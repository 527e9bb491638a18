"""What is asked of the leaderboard: what counts, over what time, in which group, each from the URL."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from reporting import cohort
from reporting.lead_quality import RESULTS, Result
from reporting.period import Period
from reporting.web.asking import ReportForm, asked, groups_for, period_of
from reporting.web.leaderboard_words import RESULTS as WORDS
from reps import access
from reps.models import Rep

# Results take their time: a month tells little of wins.
DEFAULT = "90"


class BoardForm(ReportForm):
    """What counts, over what time, in which group."""

    by = forms.ChoiceField(label=_("What counts"), choices=list(WORDS.items()), required=False)
    field_order = ("by", "period", "group")

    @property
    def result(self) -> Result:
        """What is counted; wins where nothing else is chosen."""
        return RESULTS[self.cleaned_data.get("by") or "wins"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, read."""

    form: BoardForm
    period: Period
    scope: cohort.Scope
    result: Result
    now: datetime

    @property
    def query(self) -> str:
        """The same choice for another page."""
        return self.query_by(self.result.name)

    def query_by(self, result: str) -> str:
        """The same choice, by another result."""
        group = self.form.chosen
        chosen = {"by": result, "period": self.period.key, "group": str(group.uid) if group else ""}
        return urlencode({name: value for name, value in chosen.items() if value})


def asked_of(request: HttpRequest) -> Asked:
    """What is asked for; only managers may."""
    if not access.is_manager(request.user):
        raise PermissionDenied
    now = timezone.now()
    given = asked(request, by="wins")
    if not request.GET.get("period"):
        given["period"] = DEFAULT
    form = BoardForm({**given, "by": given["by"] or "wins"}, groups=groups_for(request))
    form.is_valid()
    scope = cohort.overseen(request.user, form.chosen, now=now)
    return Asked(form, period_of(form, now=now), scope, form.result, now)


def names_of(reps: Iterable[int]) -> dict[int, Rep]:
    """The reps by their keys."""
    return Rep.objects.select_related("user").in_bulk(list(reps))
