"""The writer of exchange rates, and what an amount is worth in the base currency on a day. No answer is a guess."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from reps.currencies import CODES
from reps.models import Division, ExchangeRate

MOST = 2_000  # of one division; a day's rate of a currency is a row
_CENT = Decimal("0.01")
_TEN_TO_12 = Decimal(10) ** 12  # as much as an amount may be

Rows = Mapping[tuple[str, str], tuple[tuple[date, Decimal], ...]]


class RateError(Exception):
    """The rate cannot be kept; `field` and the message say why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Worth:
    """An amount in the base currency; `rate` and `since` are None where it was in it already."""

    base: Decimal
    rate: Decimal | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Rates:
    """All rates of a division as they are now: (base, currency) -> (day, rate), the oldest first."""

    rows: Rows = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str, date, Decimal]]) -> "Rates":
        """From (base, currency, day, rate) in any order."""
        found: dict[tuple[str, str], list[tuple[date, Decimal]]] = {}
        for base, currency, day, rate in rows:
            found.setdefault((base, currency), []).append((day, rate))
        return cls({pair: tuple(sorted(dated)) for pair, dated in found.items()})

    @classmethod
    def load(cls, division_id: int) -> "Rates":
        """One query."""
        rows = ExchangeRate.objects.filter(division=division_id)
        return cls.of(rows.values_list("base", "currency", "from_day", "rate"))

    def at(self, *, currency: str, base: str, day: date) -> tuple[date, Decimal] | None:
        """The rate in force on the day, and since when it is."""
        dated = self.rows.get((base, currency), ())
        place = bisect_right(dated, day, key=lambda row: row[0])
        return dated[place - 1] if place else None

    def worth(self, amount: Decimal, *, currency: str, base: str, day: date) -> Worth | None:
        """None where no rate was in force yet, or the amount would be beyond all sense."""
        if currency == base:
            return Worth(amount)
        found = self.at(currency=currency, base=base, day=day)
        if found is None:
            return None
        since, rate = found
        converted = (amount * rate).quantize(_CENT, ROUND_HALF_UP)
        return Worth(converted, rate, since) if abs(converted) < _TEN_TO_12 else None


NO_RATES = Rates()


def add(*, division: Division, currency: str, rate: Decimal, from_day: date) -> ExchangeRate:
    """A rate to the division's base currency from a day on. Decides nothing again. Raises RateError."""
    _check(division, currency, rate)
    same = ExchangeRate.objects.filter(
        division=division, base=division.base_currency, currency=currency, from_day=from_day
    )
    try:
        with transaction.atomic():
            return ExchangeRate.objects.create(
                division=division, base=division.base_currency, currency=currency, rate=rate, from_day=from_day
            )
    except IntegrityError as error:
        known = same.first()
        if known is None:
            raise
        says = _("There is a rate of %(currency)s from that day: %(rate)s. Remove it first, then add the right one.")
        raise RateError("from_day", says % {"currency": currency, "rate": plain(known.rate)}) from error


def remove(*, rate: ExchangeRate) -> bool:
    """What was decided by it stays as it was; False where it was gone already."""
    return bool(ExchangeRate.objects.filter(pk=rate.pk).delete()[0])


def plain(rate: Decimal) -> str:
    """Without the noughts a column adds: 0.92."""
    return f"{rate.normalize():f}"


def _check(division: Division, currency: str, rate: Decimal) -> None:
    if currency not in CODES:
        raise RateError("currency", _("This is not a currency of ISO 4217. Write three letters, like USD."))
    if currency == division.base_currency:
        raise RateError("currency", _("This is the base currency itself."))
    if not rate.is_finite() or rate <= 0:
        raise RateError("rate", _("A rate is more than 0."))
    if rate >= Decimal(10) ** 8 or rate != round(rate, 10):
        raise RateError("rate", _("At most 8 digits before the point and 10 after it."))
    if ExchangeRate.objects.filter(division=division).count() >= MOST:
        raise RateError("currency", _("There are %d rates already. Remove some first.") % MOST)
