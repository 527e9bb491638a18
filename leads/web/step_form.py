"""What comes next for a lead, and when: quick choices in the rep's working hours, or a day and time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads import due, steps
from leads.models import Lead, StepKind, Task
from reps.models import Rep, User

PICK = "pick"
_DUE = {
    due.HOUR: gettext_lazy("In 1 hour"),
    due.AFTERNOON: gettext_lazy("This afternoon"),
    due.TOMORROW: gettext_lazy("Tomorrow"),
    due.MONDAY: gettext_lazy("Next Monday"),
}


def instants_of(rep: Rep, *, now: datetime) -> dict[str, datetime]:
    """The quick choices of the rep, as their hours are now."""
    return due.choices(due.hours_of([rep], since=now)[rep.pk], now=now)


class StepForm(forms.Form):
    """What comes next, and when; empty = nothing."""

    step = forms.ChoiceField(label=gettext_lazy("Next step"), choices=StepKind.choices, required=False)
    due = forms.ChoiceField(label=gettext_lazy("When"), required=False)
    due_at = forms.DateTimeField(
        label=gettext_lazy("Day and time"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    about = forms.CharField(label=gettext_lazy("About"), max_length=200, required=False)

    def __init__(self, *args: Any, instants: Mapping[str, datetime], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instants = instants
        quick = [(key, f"{_DUE[key]}, {_when(at, key)}") for key, at in self.instants.items()]
        self.fields["due"].choices = [  # type: ignore[attr-defined]  # it is a ChoiceField
            ("", _("No next step")), *quick, (PICK, _("Choose day and time")),
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """The instant of the choice."""
        data = super().clean() or {}
        if data.get("due") == PICK and not data.get("due_at") and "due_at" not in self.errors:
            self.add_error("due_at", _("Say which day and time."))
        if data.get("due") and data["due"] != PICK:
            data["due_at"] = self.instants[data["due"]]
        return data

    def save_step(self, *, lead: Lead, rep: Rep, by: User, now: datetime) -> Task | None:
        """Set it where one was chosen."""
        data = self.cleaned_data
        if not data.get("due"):
            return None
        kind = StepKind(data.get("step") or StepKind.CALL)
        return steps.set_next(lead=lead, rep=rep, by=by, kind=kind, text=data["about"], due_at=data["due_at"], now=now)


def _when(at: datetime, key: str) -> str:
    """The clock alone where the words say the day."""
    local = timezone.localtime(at)
    if key == due.TOMORROW and local.date() == timezone.localtime().date() + timedelta(days=1):
        return date_format(local, "H:i")
    return date_format(local, "H:i" if local.date() == timezone.localtime().date() else "D H:i")
