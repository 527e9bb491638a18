"""An amount of money as people read it: as it came, and what it was worth in the base currency on its day."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from reps.exchange import plain


def amount_says(amount: Decimal | None, currency: str = "") -> str:
    """12,000 USD; cents only where there are some; empty where there is no amount."""
    if amount is None:
        return ""
    places = 0 if amount == amount.to_integral_value() else 2
    return f"{number_format(amount, places, force_grouping=True)} {currency}".strip()


def worth_says(deal: Mapping[str, Any]) -> str:
    """What a lead's deal size is, with what rules compare where that is another number or none.

    `deal` is as it was frozen: see `leads.qualify.freeze`.
    """
    amount, currency = deal.get("amount"), str(deal.get("currency") or "")
    if not isinstance(amount, int | float | Decimal):
        return ""
    told = amount_says(Decimal(amount), currency)
    base, into = deal.get("base"), deal.get("base_currency")
    if not into:  # in the base currency itself, or of a time when this was not kept
        return told
    if base is None or deal.get("rate") is None:
        return _("%(amount)s (no exchange rate to %(base)s was in force)") % {"amount": told, "base": into}
    return _("%(amount)s = %(worth)s at %(rate)s of %(day)s") % {
        "amount": told,
        "worth": amount_says(Decimal(base), into),
        "rate": plain(Decimal(deal["rate"])),
        "day": date_format(date.fromisoformat(deal["since"]), "j F Y"),
    }
