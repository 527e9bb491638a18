"""The parts of Settings as forms: each holds few fields of one row, and is saved without the others."""

from typing import Any, ClassVar
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reps import colours, installation
from reps.models import Division, Installation

_LONGEST = 40  # letters of a channel


class Part(forms.ModelForm):
    """One part; `read` is what its fields said when it was drawn."""

    key: ClassVar[str]
    title: ClassVar[Any]
    says: ClassVar[Any] = ""

    read = forms.CharField(widget=forms.HiddenInput, max_length=32)

    def __init__(self, data: Any = None, *, instance: Any) -> None:
        super().__init__(data, instance=instance, prefix=self.key, initial={"read": self.mark_of(instance)})

    @classmethod
    def names(cls) -> list[str]:
        """Its fields, in order."""
        return list(cls._meta.fields or ())

    @classmethod
    def mark_of(cls, row: Any) -> str:
        """What its fields say now, in short."""
        return installation.mark(row, cls.names())

    def values(self) -> dict[str, Any]:
        """What is to be written."""
        return {name: self.cleaned_data[name] for name in self.names()}

    def read_again(self, row: Any) -> None:
        """The next save is on top of this."""
        typed = {name: self.data.get(name) for name in self.data}
        self.data = {**typed, self.add_prefix("read"): self.mark_of(row)}


class CompanyPart(Part):
    """Name and colour; the logo has a form of its own, as it is a file."""

    key, title = "company", gettext_lazy("Name and colour")

    class Meta:
        model = Installation
        fields = ("company", "colour")
        widgets = {
            "colour": forms.TextInput({"maxlength": 7, "spellcheck": "false", "autocomplete": "off"}),
            "company": forms.TextInput({"autocomplete": "organization"}),
        }

    def clean_company(self) -> str:
        """On one line."""
        return " ".join(str(self.cleaned_data["company"]).split())

    def clean_colour(self) -> str:
        """As #rrggbb, however it was written."""
        text = str(self.cleaned_data["colour"]).strip().lower()
        if not text:
            return ""
        digits = text.removeprefix("#")
        digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
        try:
            return colours.written(colours.read(digits))
        except ValueError as error:
            raise ValidationError(_("Write the colour like #3b5bdb: three times two of 0-9 and a-f.")) from error


class PlacePart(Part):
    """Where the company is."""

    key, title = "place", gettext_lazy("Time and place")

    class Meta:
        model = Division
        fields = ("time_zone", "default_country")
        help_texts = {
            "time_zone": gettext_lazy(
                "The company's days and hours: when a lead came, by which day's exchange rate. Each person sees times"
                " in their own zone. Leads that are here keep theirs."
            )
        }
        widgets = {
            "time_zone": forms.TextInput({"list": "zones", "autocomplete": "off", "spellcheck": "false"}),
            "default_country": forms.TextInput({"maxlength": 2, "autocomplete": "country"}),
        }

    def clean_default_country(self) -> str:
        """In capital letters."""
        return str(self.cleaned_data["default_country"]).upper()


class AgainPart(Part):
    """When somebody writes again."""

    key, title = "again", gettext_lazy("The same person or company again")

    class Meta:
        model = Division
        fields = ("enquiries", "enquiry_days", "enquiry_band", "account_threshold")


class ArrivalPart(Part):
    """How leads come in."""

    key, title = "arrival", gettext_lazy("How leads come in")

    class Meta:
        model = Division
        fields = ("enrich_seconds", "hand_channels", "test_inbox")
        widgets = {"hand_channels": forms.Textarea({"rows": 5})}

    def clean_hand_channels(self) -> str:
        """Each once, none longer than it is kept."""
        lines = [" ".join(line.split()) for line in str(self.cleaned_data["hand_channels"]).splitlines()]
        if long := next((line for line in lines if len(line) > _LONGEST), ""):
            raise ValidationError(_("“%s” is longer than 40 letters.") % long)
        return "\n".join(dict.fromkeys(line for line in lines if line))


class KeepingPart(Part):
    """How long things are kept."""

    key, title = "keeping", gettext_lazy("How long things are kept")
    says = gettext_lazy(
        "What is older is deleted for good, within the hour. Leads, their timelines, who got what and why, and every"
        " change stay until somebody deletes them."
    )

    class Meta:
        model = Installation
        fields = ("raw_days", "sent_days", "upload_days", "trial_days")


PARTS: dict[str, type[Part]] = {
    part.key: part for part in (CompanyPart, PlacePart, AgainPart, ArrivalPart, KeepingPart)
}


def zones() -> list[str]:
    """To choose from: those named by a place."""
    apart = ("Etc/", "SystemV/", "posix/", "right/")
    return sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(apart))
