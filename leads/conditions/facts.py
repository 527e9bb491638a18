"""What a fact may be, and its folded form: the one in which conditions compare, so that no database decides on case."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from leads.conditions.regions import COUNTRIES

# Beyond this no count of employees and no deal is meant; it keeps comparisons cheap and jsonb exact.
LARGEST = Decimal(10) ** 15
FINEST = -9


Folded = Any  # a folded fact: str, Decimal, bool, list of str, or money with its base


class Type(StrEnum):
    """The kinds of value a field can hold."""

    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    MONEY = "money"
    YES_NO = "yes_no"
    DATE = "date"
    COUNTRY = "country"
    LIST = "list"


def fold_text(text: str) -> str:
    """Without case, width and spacing: 'Müller  GmbH' and 'MÜLLER GmbH' are one; what jsonb cannot hold is left out."""
    folded = "".join(c for c in text if c != "\x00" and not "\ud800" <= c <= "\udfff")
    for _ in range(4):  # folding can undo normalising and the other way round; this settles within three rounds
        again = " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", folded).casefold()).split())
        if again == folded:
            break
        folded = again
    return folded


def fold_postal(text: str) -> str:
    """A postal code without the gaps people write into it: 'SW1A 1AA' and 'sw1a-1aa' are one."""
    folded, gapless = text, fold_text(text)
    while folded != gapless:  # without gaps, signs may join into one; each round is shorter or the last
        folded, gapless = gapless, fold_text(gapless.replace(" ", "").replace("-", ""))
    return folded


def exact(value: object) -> Decimal | None:
    """A number as an exact decimal, or None where it is none (a yes-no is none) or beyond all sense."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    if isinstance(value, int):
        return Decimal(value) if abs(value) <= LARGEST else None
    number = Decimal(repr(value)) if isinstance(value, float) else value
    if not number.is_finite() or abs(number) > LARGEST:
        return None
    exponent = number.as_tuple().exponent
    return number if isinstance(exponent, int) and exponent >= FINEST else None


def iso_date(value: object) -> str | None:
    """A day as YYYY-MM-DD, or None where it is none."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if not isinstance(value, str) or len(value) != len("2026-01-31"):
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        return None


def fold_value(kind: Type, value: object, *, postal: bool = False) -> Folded:
    """One fact in the form that conditions compare; None where it is missing or does not fit its type."""
    return fold_postal(value) or None if postal and isinstance(value, str) else _FOLDS[kind](value)


def _fold_text(value: object) -> str | None:
    return fold_text(value) or None if isinstance(value, str) else None


def _fold_yes_no(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _fold_country(value: object) -> str | None:
    code = value.strip().upper() if isinstance(value, str) else None
    return code if code in COUNTRIES else None


def _fold_money(value: object) -> dict[str, Any] | None:
    """Money without a known base amount (no rate for the currency) is missing."""
    if not isinstance(value, Mapping):
        return None
    base = exact(value.get("base"))
    if base is None:
        return None
    return {"amount": exact(value.get("amount")), "currency": value.get("currency"), "base": base}


def _fold_list(value: object) -> list[str] | None:
    if isinstance(value, str) or not isinstance(value, Iterable):
        return None
    items = dict.fromkeys(fold_text(item) for item in value if isinstance(item, str))
    return [item for item in items if item] or None


_FOLDS: dict[Type, Callable[[object], Folded]] = {
    Type.TEXT: _fold_text,
    Type.CHOICE: _fold_text,
    Type.NUMBER: exact,
    Type.MONEY: _fold_money,
    Type.YES_NO: _fold_yes_no,
    Type.DATE: iso_date,
    Type.COUNTRY: _fold_country,
    Type.LIST: _fold_list,
}
