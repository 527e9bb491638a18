"""The forms about money: another exchange rate, another base currency."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reps.currencies import CODES

# 1,380 is 1380 to one reader and 1.38 to another; 0,920 and 1234,567 are one thing to all.
_EITHER = re.compile(r"[+-]?0*[1-9][0-9]{0,2},[0-9]{3}", re.ASCII)
# A mark that comes twice, or before the other one, parts thousands.
_THOUSANDS = {
    ",": re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?", re.ASCII),
    ".": re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]*)?", re.ASCII),
}
_CODE = {"maxlength": 3, "list": "currencies", "autocomplete": "off", "spellcheck": "false"}


class Code(forms.CharField):
    """A currency by its three letters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 3, "widget": forms.TextInput(_CODE), **kwargs})

    def clean(self, value: Any) -> str:
        """In capital letters, one of ISO 4217."""
        code = str(super().clean(value)).strip().upper()
        if code not in CODES:
            raise ValidationError(_("This is not a currency of ISO 4217. Write three letters, like USD."))
        return code


def read_rate(text: str) -> Decimal:
    """0.92, 0,92, 1380, 1,380.50 or 1.380,50; asks where one comma may part thousands. Raises ValidationError."""
    said = "".join(text.split())
    if _EITHER.fullmatch(said):
        both = {"said": said, "whole": said.replace(",", ""), "part": said.replace(",", ".")}
        raise ValidationError(_("%(said)s has two readings: %(whole)s or %(part)s? Write it without a comma.") % both)
    marks = said.count(",") + said.count(".")
    parting = next((mark for mark, shape in _THOUSANDS.items() if marks > 1 and shape.fullmatch(said)), "")
    plain = said.replace(parting, "") if parting else said
    try:
        return Decimal(plain.replace(",", "."))
    except InvalidOperation as error:
        raise ValidationError(_("Write the rate as a number, like 0.92.")) from error


class RateForm(forms.Form):
    """What one unit is worth, from a day on."""

    currency = Code(label=gettext_lazy("Currency"))
    rate = forms.CharField(
        max_length=30, widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "spellcheck": "false"})
    )
    from_day = forms.DateField(label=gettext_lazy("From"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, data: Any = None, *, base: str, today: date) -> None:
        super().__init__(data, prefix="rate", initial={"from_day": today})
        self.fields["rate"].label = _("One of it in %s") % base

    def clean_rate(self) -> Decimal:
        """As people write it; see `read_rate`."""
        found = read_rate(self.cleaned_data["rate"])
        if not found.is_finite() or found <= 0:
            raise ValidationError(_("A rate is more than 0."))
        return found

    def clean_from_day(self) -> date:
        """Not before there was anything to convert."""
        day: date = self.cleaned_data["from_day"]
        if not 1990 <= day.year <= 2200:
            raise ValidationError(_("A day between 1990 and 2200."))
        return day


class BaseForm(forms.Form):
    """Another base currency; `sure` only once what it means was read."""

    base_currency = Code(label=gettext_lazy("Base currency"))
    read = forms.CharField(widget=forms.HiddenInput, max_length=3)
    sure = forms.CharField(widget=forms.HiddenInput, required=False, max_length=3)

    def __init__(self, data: Any = None, *, base: str) -> None:
        super().__init__(data, prefix="money", initial={"base_currency": base, "read": base})
