"""Changes: who changed what, when, before and after, over all histories; searched, filtered, and as CSV."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.lib.typed import instant
from leads.web.ops import whole_house
from reporting.changes import AREAS, Act, Asked, acts
from reporting.exports import table
from reps.models import User

_ON_A_PAGE = 40
_EXPORTED = 5_000
_DID = {
    "insert": gettext_lazy("added"),
    "update": gettext_lazy("changed"),
    "delete": gettext_lazy("taken away"),
    "move": gettext_lazy("moved"),
}
_SINCE = {"1": timedelta(days=1), "7": timedelta(days=7), "30": timedelta(days=30), "365": timedelta(days=365)}


class ChangesForm(forms.Form):
    """Of what, by whom, since when, with which words."""

    q = forms.CharField(label=gettext_lazy("A name, a value"), required=False, max_length=100)
    area = forms.ChoiceField(
        label=gettext_lazy("Of"),
        required=False,
        choices=[("", gettext_lazy("Everything")), *((key, area.label) for key, area in AREAS.items())],
    )
    by = forms.ModelChoiceField(
        label=gettext_lazy("By"),
        required=False,
        queryset=User.objects.order_by("name"),
        to_field_name="uid",
        empty_label=gettext_lazy("Anybody"),
    )
    since = forms.ChoiceField(
        label=gettext_lazy("Since"),
        required=False,
        choices=[
            ("", gettext_lazy("Any time")),
            ("1", gettext_lazy("The last day")),
            ("7", gettext_lazy("The last 7 days")),
            ("30", gettext_lazy("The last 30 days")),
            ("365", gettext_lazy("The last year")),
        ],
    )

    def asked(self, *, now: datetime, before: datetime | None) -> Asked:
        """Without what could not be read."""
        said = self.cleaned_data
        since = _SINCE.get(said.get("since", ""))
        by = said.get("by")
        return Asked(
            area=said.get("area", ""),
            by=by.pk if by else None,
            words=said.get("q", "").replace("\x00", ""),
            since=now - since if since else None,
            before=before,
        )


@whole_house
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Newest first; older ones by a link."""
    form, asked, now = _asked(request)
    found, older = acts(asked, most=_ON_A_PAGE)
    said = {key: str(value) for key, value in request.GET.items() if key != "before" and value}
    context = {
        "now": now,
        "form": form,
        "filtered": bool(said),
        "days": list(_days(found)),
        "older_url": f"{reverse('changes')}?{urlencode({**said, 'before': older.isoformat()})}" if older else "",
        "newest_url": f"{reverse('changes')}?{urlencode(said)}" if asked.before else "",
        "csv_url": f"{reverse('changes-csv')}?{urlencode(said)}",
        "did": _DID,
    }
    return render(request, "reporting/changes.html", context)


@whole_house
@never_cache
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """A line for each field, the newest first."""
    _form, asked, _now = _asked(request)
    found, _older = acts(asked, most=_EXPORTED)
    heads = [_("At"), _("By"), _("What"), _("Was"), _("Field"), _("Before"), _("After")]
    rows = (
        (act.at.isoformat(), act.by or _("Automatic"), line.what, str(_DID[line.did]), *part)
        for act in found
        for line in act.lines
        for part in line.parts or [("", "", "")]
    )
    return table(heads, rows, name="changes")


def _asked(request: HttpRequest) -> tuple[ChangesForm, Asked, datetime]:
    now = timezone.now()
    form = ChangesForm(request.GET)
    form.is_valid()  # what cannot be read is told beside its field, and asks nothing
    return form, form.asked(now=now, before=instant(request.GET.get("before", ""))), now


def _days(found: list[Act]) -> Iterator[dict[str, Any]]:
    day: dict[str, Any] | None = None
    for act in found:
        date = timezone.localtime(act.at).date()
        if day is None or day["date"] != date:
            if day is not None:
                yield day
            day = {"date": date, "acts": []}
        lines = [{"what": line.what, "did": _DID[line.did], "parts": line.parts} for line in act.lines]
        day["acts"].append({"at": act.at, "by": act.by, "lines": lines})
    if day is not None:
        yield day
