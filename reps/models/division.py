"""A division: an independent part of a company, with its own groups, rule sets and turn lock; one is seeded."""

from decimal import Decimal
from typing import Any

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .zones import check_zone

SEEDED = 1


def usual_channels() -> str:
    """How people come that somebody adds by hand."""
    return "LinkedIn message\nCall\nReferral\nWalk-in\nEvent\nE-mail\nOther"


@pghistory.track()
class Division(models.Model):
    """Most companies have one and never see it."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="UTC",
        validators=[check_zone],
        help_text=_("Weekday and hour of arrival are read in it."),
    )
    base_currency = models.CharField(
        _("base currency"),
        max_length=3,
        default="EUR",
        validators=[RegexValidator(r"^[A-Z]{3}$")],
        help_text=_("Money rules compare in it."),
    )
    enquiries = models.BooleanField(
        _("same person again is an enquiry"),
        default=True,
        help_text=_("Who writes again while a lead of theirs is open is kept on its timeline; no second lead is made."),
    )
    enquiry_band = models.PositiveSmallIntegerField(
        _("priority of an enquiry"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(9)],
        help_text=_(
            "0 to 9, 0 comes first. A lead that still waits is lifted to it when its person writes again;"
            " empty = it keeps its place."
        ),
    )
    enquiry_days = models.PositiveSmallIntegerField(
        _("an enquiry only within (days)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_(
            "Who writes again after their open lead has been silent for longer is a new lead; empty = however long."
        ),
    )
    default_country = models.CharField(
        _("country of phone numbers"),
        max_length=2,
        blank=True,
        default="",
        validators=[RegexValidator(r"^[A-Z]{2}$", _("Two capital letters, as in DE."))],
        help_text=_("Two letters, as in DE: how a number is read that says no country, of a lead that says none."),
    )
    enrich_seconds = models.DecimalField(
        _("wait for providers (seconds)"),
        max_digits=3,
        decimal_places=1,
        default=Decimal(2),
        validators=[MinValueValidator(Decimal("0.1")), MaxValueValidator(Decimal(30))],
        help_text=_(
            "How long a new lead waits for what enrichment knows of it; then it is given away on what is known, and"
            " what comes later is looked at once more."
        ),
    )
    hand_channels = models.TextField(
        _("channels of leads added by hand"),
        default=usual_channels,
        help_text=_("One a line, at most 40 letters each; the first is offered first."),
    )
    test_inbox = models.EmailField(
        _("inbox for tests"),
        blank=True,
        default="",
        help_text=_("Mails about test leads go to this address instead of to the reps; empty = to the reps, marked."),
    )
    account_threshold = models.PositiveSmallIntegerField(
        _("same company by name from"),
        null=True,
        blank=True,
        default=92,
        validators=[MaxValueValidator(100)],
        help_text=_(
            "0 to 100: how alike two company names must be to count as one account, where neither its id nor the"
            " e-mail domain tells. 100 takes the same name only, legal forms such as GmbH aside; empty = never by name."
        ),
    )

    class Meta:
        verbose_name = _("division")
        verbose_name_plural = _("divisions")

    def __str__(self) -> str:
        return self.name

    @property
    def channels_by_hand(self) -> list[str]:
        """What Add lead offers, each once."""
        lines = (line.strip()[:40] for line in self.hand_channels.splitlines())
        return list(dict.fromkeys(line for line in lines if line))


class DivisionKey(models.ForeignKey[Division, Division]):
    """The division a row belongs to: the seeded one where nobody says otherwise."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{"to": "reps.Division", "on_delete": models.PROTECT, "verbose_name": _("division"), **kwargs}
        )

    def get_default(self) -> int:
        """Known without asking the database."""
        return SEEDED

    def deconstruct(self) -> Any:
        """Migrations read it as the plain key that it is."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, {**kwargs, "default": SEEDED}


class RosterVersion(models.Model):
    """One row per division, raised by statement triggers on every change of the roster and by publishing."""

    division = models.OneToOneField(Division, models.CASCADE, primary_key=True)
    n = models.BigIntegerField(default=1)

    class Meta:
        verbose_name = _("roster version")
        verbose_name_plural = _("roster versions")

    def __str__(self) -> str:
        return str(self.n)
