"""The forms of the roster: the terms of a membership, a rep's own limit, and somebody new in a group."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reps import members
from reps.models import Group, Membership, Rep
from reps.models.division import SEEDED

# What the columns hold; nobody means more.
_MOST = 1_000_000


def _limit(label: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric", "placeholder": gettext_lazy("no limit")})
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=_MOST, widget=widget)


class TermsForm(forms.Form):
    """On what terms a rep is in a group; `read` is the row as it was shown."""

    weight = forms.IntegerField(label=gettext_lazy("Weight"), min_value=0, max_value=1000, initial=1)
    tier = forms.IntegerField(label=gettext_lazy("Tier"), min_value=1, max_value=9, initial=1)
    cap_open = _limit(gettext_lazy("Open leads at most"))
    cap_day = _limit(gettext_lazy("Leads a day"))
    cap_hour = _limit(gettext_lazy("Leads an hour"))
    cap_week = _limit(gettext_lazy("Leads a week"))
    cap_month = _limit(gettext_lazy("Leads a month"))
    caps_rolling = forms.BooleanField(
        label=gettext_lazy("The last 60 minutes, 24 hours, 7 and 30 days, not those of the calendar"), required=False
    )
    read = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    FIRST = ("weight", "tier", "cap_open", "cap_day")
    MORE = ("cap_hour", "cap_week", "cap_month", "caps_rolling")

    def __init__(self, data: Any = None, *, row: Membership | None) -> None:
        initial = members.terms_of(row) if row else {}
        super().__init__(data, auto_id="terms-%s", initial={**initial, "read": members.mark(row)})
        self.fields["weight"].widget.attrs["autofocus"] = True

    @property
    def first(self) -> list[forms.BoundField]:
        """What most people want."""
        return [self[name] for name in self.FIRST]

    @property
    def more(self) -> list[forms.BoundField]:
        """The rest."""
        return [self[name] for name in self.MORE]

    @property
    def uses_more(self) -> bool:
        """Whether the rest is used, or wrong."""
        return any(self[name].value() not in {None, "", False} or self[name].errors for name in self.MORE)

    @property
    def terms(self) -> dict[str, Any]:
        """As typed; of a valid form."""
        return {name: self.cleaned_data[name] for name in members.TERMS}

    def read_again(self, row: Membership | None) -> None:
        """What holds now was shown: the next save is on top of it."""
        self.data = {**{name: self.data.get(name) for name in self.data}, "read": members.mark(row)}


class LimitForm(forms.Form):
    """How many open leads a rep may hold over all groups."""

    cap_open = _limit(gettext_lazy("Open leads at most, over all groups"))
    read = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, rep: Rep) -> None:
        super().__init__(data, auto_id="limit-%s", initial={"cap_open": rep.cap_open, "read": rep.cap_open})


class AddForm(forms.Form):
    """Somebody who works here already, into a group: by name or address, as a list of all would have no end."""

    who = forms.CharField(
        label=gettext_lazy("Rep"),
        max_length=254,
        widget=forms.TextInput(attrs={"list": "reps-known", "autocomplete": "off"}),
        help_text=gettext_lazy("Name or e-mail address"),
    )
    group = forms.ChoiceField(label=gettext_lazy("Group"))

    def __init__(self, data: Any = None, *, groups: Sequence[Group]) -> None:
        super().__init__(data, auto_id="add-%s")
        self.fields["group"].choices = [(str(group.uid), group.name) for group in groups]  # type: ignore[attr-defined]  # it is a ChoiceField

    def clean_who(self) -> Rep:
        """The one active rep of that name or address."""
        text = self.cleaned_data["who"].strip()
        rows = Rep.objects.filter(active=True, user__is_active=True, division=SEEDED).select_related("user")
        found = list(rows.filter(Q(user__name__iexact=text) | Q(user__email__iexact=text))[:2])
        if not found:
            raise ValidationError(_("No rep has this name or address. Who is new is invited."))
        if len(found) > 1:
            raise ValidationError(_("More than one rep has this name. Type the e-mail address."))
        return found[0]
