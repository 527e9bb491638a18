"""The form of a lead added by hand: six fields, the rest folded; a pasted text fills in what is empty."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads import free_text
from leads.arrival import Arrival
from leads.life import Kind
from leads.qualify import normalise
from leads.qualify.freeze import catalogue_of
from leads.reading import ArrivalSerializer, arrival_of
from reps.models import Division

_LINK = re.compile(r"\S+", re.ASCII)
_MORE = ("job_title", "profile_url", "handle", "website", "country", "city", "product", "campaign", "deal_size", "test")
FILLED = ("phone", "name", "company", "email")


def _line(label: Any, most: int, **attrs: str) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=most, widget=forms.TextInput(attrs=attrs))


class AddForm(forms.Form):
    """Its values are checked by the serializer of all doors."""

    phone = _line(gettext_lazy("Phone"), 40, type="tel", inputmode="tel", autocomplete="off", enterkeyhint="next")
    name = _line(gettext_lazy("Name"), 200, autocomplete="off", autocapitalize="words", enterkeyhint="next")
    company = _line(gettext_lazy("Company"), 200, autocomplete="off", autocapitalize="words", enterkeyhint="next")
    email = _line(gettext_lazy("E-mail"), 254, type="email", inputmode="email", autocomplete="off", enterkeyhint="next")
    text = forms.CharField(
        label=gettext_lazy("Profile link or message"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": gettext_lazy("Paste it; what it tells is filled in")}),
    )
    channel = forms.ChoiceField(label=gettext_lazy("How they came"))
    intent = _line(gettext_lazy("What they want"), 40, list="intents", autocomplete="off")
    job_title = _line(gettext_lazy("Job title"), 200, autocomplete="off")
    profile_url = _line(gettext_lazy("Profile"), 500, inputmode="url", autocomplete="off")
    handle = _line(gettext_lazy("Handle"), 200, autocomplete="off", autocapitalize="none")
    website = _line(gettext_lazy("Website"), 500, inputmode="url", autocomplete="off")
    country = _line(gettext_lazy("Country"), 80, autocomplete="off")
    city = _line(gettext_lazy("City"), 100, autocomplete="off")
    product = _line(gettext_lazy("Product interest"), 200, autocomplete="off")
    campaign = _line(gettext_lazy("Campaign"), 200, autocomplete="off")
    deal_size = _line(gettext_lazy("Deal size"), 20, inputmode="decimal", autocomplete="off")
    test = forms.BooleanField(
        label=gettext_lazy("This is only a test"),
        required=False,
        help_text=gettext_lazy("Goes all the way, marked; stays out of reports and fair share."),
    )

    def __init__(self, *args: Any, division: Division, may_test: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.division = division
        channels = division.channels_by_hand or [_("Other")]
        self.fields["channel"].choices = [(word, word) for word in channels]  # type: ignore[attr-defined]  # a ChoiceField
        if not may_test:
            del self.fields["test"]
        self.arrival: Arrival | None = None

    def clean(self) -> dict[str, Any]:
        """Read it as every door does; what is wrong is told at its field."""
        values: dict[str, Any] = super().clean() or {}
        if self.errors:
            return values
        sent = {name: value.replace("\x00", "") for name, value in values.items() if isinstance(value, str) and value}
        text = sent.pop("text", "").strip()
        link = _only_link(text)
        if link:
            sent.setdefault("profile_url", link)
        elif text:
            sent["message"] = text
            found = free_text.read(text)
            sent |= {name: found[name] for name in ("profile_url", "website") if name in found and name not in sent}
        if not any(sent.get(name) for name in ("phone", "email", "profile_url", "handle")):
            raise forms.ValidationError(
                _("Say how to reach them: a phone number, an e-mail address or a profile link.")
            )
        read = ArrivalSerializer(data=sent, context={"catalogue": catalogue_of(self.division.pk)})
        if read.is_valid():
            kind = Kind.TEST if values.get("test") else Kind.NEW
            self.arrival = arrival_of(read.validated_data, raw=sent, kind=kind)
            self._check_reach(self.arrival)
        for name, why in read.errors.items():
            self.add_error(name if name in self.fields else None, [str(problem) for problem in why])
        return values

    def _check_reach(self, arrival: Arrival) -> None:
        """A number nobody can dial is no way to reach them; beside another way it is kept as it is."""
        if arrival.email or arrival.profile_url or arrival.handle:
            return
        country = arrival.country or self.division.default_country
        if not normalise.is_dialled(arrival.phone, country):
            self.add_error(
                "phone",
                _("“%s” cannot be dialled. Write the whole number, beginning with + and the country's code.")
                % arrival.phone,
            )
            self.arrival = None

    @property
    def first_fields(self) -> list[forms.BoundField]:
        """Those that are seen at once."""
        return [self[name] for name in self.fields if name not in _MORE]

    @property
    def more_fields(self) -> list[forms.BoundField]:
        """Those under More."""
        return [self[name] for name in self.fields if name in _MORE]

    @property
    def more_open(self) -> bool:
        """Whether something stands under More that must be seen."""
        return any(field.errors or field.value() for field in self.more_fields)


def filled(sent: Any, *, country: str) -> dict[str, str]:
    """What was typed, with what the pasted text tells in the fields that are empty."""
    typed = {name: str(value) for name, value in sent.items()}
    text = typed.get("text", "").replace("\x00", "")
    found = free_text.read(text, country=country)
    if link := _only_link(text.strip()):
        found = {"profile_url": link}
    if profile := found.get("profile_url"):
        found.setdefault("name", free_text.name_of_profile(profile))
    for name in FILLED:
        if not typed.get(name, "").strip() and found.get(name):
            typed[name] = found[name]
    return typed


def _only_link(text: str) -> str:
    return text if text.casefold().startswith(("http://", "https://")) and _LINK.fullmatch(text) else ""
