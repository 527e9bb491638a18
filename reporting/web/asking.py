"""What a reader asks of the reports: period, group and rep from the URL, each checked, errors beside the field."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reporting.period import BETWEEN, LONGEST, Period, between, period
from reporting.web.words import PERIODS
from reps import access
from reps.models import Group, Rep, Territory

DEFAULT = "30"


class PeriodForm(forms.Form):
    """Over what time."""

    period = forms.ChoiceField(label=_("Period"), choices=PERIODS, required=False)


class ReportForm(PeriodForm):
    """And of which group."""

    group = forms.ChoiceField(label=_("Group"), required=False)

    def __init__(self, data: dict[str, Any], *, groups: Sequence[Group]) -> None:
        super().__init__(data)
        self.groups = {str(group.uid): group for group in groups}
        field = self.fields["group"]
        if len(groups) < 2 and not data.get("group"):
            del self.fields["group"]
        elif isinstance(field, forms.ChoiceField):
            field.choices = [("", _("All groups")), *((uid, group.name) for uid, group in self.groups.items())]

    @property
    def chosen(self) -> Group | None:
        """The group chosen, if any."""
        return self.groups.get(self.cleaned_data.get("group", ""))


class RepForm(PeriodForm):
    """And of which rep."""

    rep = forms.ChoiceField(label=_("Rep"), required=False)
    field_order = ("rep", "period")

    def __init__(self, data: dict[str, Any], *, reps: Sequence[Rep]) -> None:
        super().__init__(data)
        field = self.fields["rep"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(str(rep.uid), rep.name) for rep in reps]


class OwnForm(ReportForm):
    """A rep's own page: over what time, and of which group the fair share."""

    show = forms.ChoiceField(
        label=_("Show"),
        choices=[("", _("What changed it")), ("all", _("Also leads you could not take"))],
        required=False,
    )

    def __init__(self, data: dict[str, Any], *, groups: Sequence[Group]) -> None:
        super().__init__(data, groups=groups)
        field = self.fields.get("group")
        if isinstance(field, forms.ChoiceField):
            field.choices = [(uid, group.name) for uid, group in self.groups.items()]

    @property
    def chosen(self) -> Group | None:
        """The group chosen, else the first."""
        return super().chosen or next(iter(self.groups.values()), None)


class FiguresForm(ReportForm):
    """All figures: over what time, of which group and rep, cut by what, and narrowed to what."""

    rep = forms.ChoiceField(label=_("Rep"), required=False)
    cut = forms.ChoiceField(label=_("Cut by"), required=False, choices=[])
    since = forms.DateField(label=_("From"), required=False, widget=forms.HiddenInput())
    until = forms.DateField(label=_("Until"), required=False, widget=forms.HiddenInput())
    source = forms.CharField(required=False, max_length=100, strip=False, widget=forms.HiddenInput())
    channel = forms.CharField(required=False, max_length=40, strip=False, widget=forms.HiddenInput())
    campaign = forms.CharField(required=False, max_length=200, strip=False, widget=forms.HiddenInput())
    rule = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput())
    band = forms.IntegerField(required=False, min_value=0, max_value=9, widget=forms.HiddenInput())
    territory = forms.ModelChoiceField(
        Territory.objects.all(), to_field_name="uid", required=False, widget=forms.HiddenInput()
    )

    def __init__(
        self, data: dict[str, Any], *, groups: Sequence[Group], reps: Sequence[Rep], cuts: Sequence[tuple[str, Any]]
    ) -> None:
        super().__init__(data, groups=groups)
        self.reps = {str(rep.uid): rep for rep in reps}
        self.fields["period"].choices = [*PERIODS, (BETWEEN, _("Two days chosen"))]  # type: ignore[attr-defined]
        self.fields["rep"].choices = [("", _("All reps")), *((uid, rep.name) for uid, rep in self.reps.items())]  # type: ignore[attr-defined]
        self.fields["cut"].choices = cuts  # type: ignore[attr-defined]
        if data.get("period") == BETWEEN:
            for name in ("since", "until"):
                self.fields[name].widget = forms.DateInput(attrs={"type": "date"})
                self.fields[name].required = True

    def clean(self) -> dict[str, Any]:
        """The two days in their order, and no longer than a year."""
        found = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if since and until and until < since:
            self.add_error("until", _("This lies before the first day."))
        elif since and until and until - since > LONGEST:
            self.add_error("until", _("Choose a year at most."))
        return found

    @property
    def rep_chosen(self) -> Rep | None:
        """The rep chosen, if any."""
        return self.reps.get(self.cleaned_data.get("rep", ""))

    @property
    def only(self) -> dict[str, Any]:
        """What it is narrowed to; an empty text is asked for with its name alone (`source=`, `territory=`)."""
        found = {}
        for name in ("source", "channel", "campaign", "rule", "band"):
            value = self.cleaned_data.get(name)
            if name in self.data and name not in self.errors and value is not None:
                found[name] = value
        if "territory" in self.data and "territory" not in self.errors:
            chosen = self.cleaned_data.get("territory")
            found["territory"] = chosen.pk if chosen else None
        return found


def asked(request: HttpRequest, **more: str) -> dict[str, str]:
    """The query as a form takes it, with the period that is meant where none is named."""
    given = {name: value.replace("\x00", "") for name, value in request.GET.dict().items() if isinstance(value, str)}
    return {**more, **given, "period": given.get("period") or DEFAULT}


def period_of(form: PeriodForm, *, now: datetime) -> Period:
    """The period chosen, in the reader's zone; the usual one where the choice was none of ours."""
    key = form.cleaned_data.get("period") if form.is_bound and not form.errors.get("period") else ""
    if key == BETWEEN:
        first, last = form.cleaned_data.get("since"), form.cleaned_data.get("until")
        if not first or not last or first > timezone.localdate(now):
            return period(DEFAULT, now=now, zone=timezone.get_current_timezone())
        return between(first, last, now=now, zone=timezone.get_current_timezone())
    return period(key or DEFAULT, now=now, zone=timezone.get_current_timezone())


def wrong(form: forms.Form) -> HttpResponse:
    """The answer to a download that asks for what there is not: each field with its error, and no file."""
    lines = [f"{name}: {error}" for name, errors in form.errors.items() for error in errors]
    return HttpResponse("\n".join(lines), status=400, content_type="text/plain; charset=utf-8")


def groups_for(request: HttpRequest) -> list[Group]:
    """The groups the reader may choose among."""
    return list(access.groups_managed(request.user).order_by("name"))
