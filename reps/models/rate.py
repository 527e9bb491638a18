"""An exchange rate: what one unit of a currency is worth in the base currency, from a day on."""

import uuid

import pghistory
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .division import DivisionKey

FINEST = "0.0000000001"


@pghistory.track()
class ExchangeRate(models.Model):
    """Holds until the next of its currency begins. `base` is what it leads to, so a rate outlives another base."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    division = DivisionKey()
    base = models.CharField(_("base currency"), max_length=3, validators=[RegexValidator(r"^[A-Z]{3}$")])
    currency = models.CharField(_("currency"), max_length=3, validators=[RegexValidator(r"^[A-Z]{3}$")])
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=10, validators=[MinValueValidator(FINEST)])
    from_day = models.DateField(_("from"))

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["currency", "-from_day"]
        constraints = [
            models.UniqueConstraint(fields=["division", "base", "currency", "from_day"], name="rate_once_a_day"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="rate_is_positive"),
            models.CheckConstraint(condition=~models.Q(currency=models.F("base")), name="rate_of_another_currency"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.from_day}"
