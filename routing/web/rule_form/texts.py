"""Values of conditions and options as people type them: numbers in the reader's way, the rest as it stands."""

import re
from decimal import Decimal
from typing import Any

from django.utils.formats import get_format

from leads.conditions.facts import Type

YES, NO = "yes", "no"
_PLAIN = re.compile(r"-?\d{1,16}(\.\d{1,9})?")
_SPACES = re.compile("[\\s\u00a0\u202f'\u2019]")


def number_of(text: str) -> int | float | str:
    """10 000, 10,000 and 10000 are one; what is no number comes back as it was, for the check to refuse."""
    if not isinstance(text, str) or len(text) > 40:
        return text
    plain = _SPACES.sub("", text)
    decimal, thousand = str(get_format("DECIMAL_SEPARATOR")), str(get_format("THOUSAND_SEPARATOR"))
    if thousand.strip() and re.fullmatch(
        rf"-?\d{{1,3}}({re.escape(thousand)}\d{{3}})+({re.escape(decimal)}\d+)?", plain
    ):
        plain = plain.replace(thousand, "")
    if plain.count(decimal) == 1:
        plain = plain.replace(decimal, ".")
    if not _PLAIN.fullmatch(plain):
        return text
    number = Decimal(plain)
    return int(number) if number == number.to_integral_value() else float(number)


def text_of(value: Any) -> str:
    """A kept value as the form shows it; number_of reads it back the same."""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float | Decimal):
        plain = format(Decimal(repr(value)) if isinstance(value, float) else value, "f")
        plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
        return plain.replace(".", str(get_format("DECIMAL_SEPARATOR")))
    return value if isinstance(value, str) else ""


def typed(kind: Type, text: str) -> Any:
    """What was typed as conditions keep it."""
    if kind in {Type.NUMBER, Type.MONEY}:
        return number_of(text)
    if kind is Type.YES_NO:
        return {YES: True, NO: False}.get(text, text)
    return text.strip() if kind in {Type.DATE, Type.COUNTRY} else text
