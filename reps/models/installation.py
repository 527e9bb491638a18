"""What holds for the whole installation: how the company is called and looks, and how long things are kept."""

from typing import Any

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

_COLOUR = RegexValidator(r"^#[0-9a-f]{6}$", _("Write it like #3b5bdb."))
# The logo's bytes stay out of the history; its name tells that there is another.
_TOLD = ["company", "colour", "logo_name", "raw_days", "sent_days", "upload_days", "trial_days"]


def _days(name: Any, default: int, most: int, help_text: Any) -> "models.PositiveSmallIntegerField[Any, Any]":
    limits = [MinValueValidator(1), MaxValueValidator(most)]
    return models.PositiveSmallIntegerField(name, default=default, validators=limits, help_text=help_text)


@pghistory.track(fields=_TOLD, model_name="InstallationEvent")
class Installation(models.Model):
    """One row at most; without it everything is as it comes."""

    THE = 1

    id = models.SmallIntegerField(primary_key=True, default=THE, editable=False)
    company = models.CharField(
        _("company name"),
        max_length=60,
        blank=True,
        help_text=_("Stands at the top of every page, in mails, on web forms and on the public page. Empty: Fairlead."),
    )
    colour = models.CharField(
        _("colour"),
        max_length=7,
        blank=True,
        validators=[_COLOUR],
        help_text=_(
            "One colour for buttons, links and pictures, like #3b5bdb. Where text on it could not be read, it is made"
            " darker or lighter. Empty: the blue it comes with."
        ),
    )
    logo = models.BinaryField(null=True, editable=False)
    logo_type = models.CharField(max_length=10, blank=True, editable=False)
    logo_digest = models.CharField(max_length=64, blank=True, editable=False)
    logo_name = models.CharField(_("logo"), max_length=100, blank=True, editable=False)
    raw_days = _days(
        _("what came in, word for word (days)"),
        30,
        365,
        _(
            "Deliveries as the other side sent them, mails that fit no lead, and marks by which a repeated request is"
            " known. What was read from them stays with the lead."
        ),
    )
    sent_days = _days(
        _("messages and their tries (days)"), 90, 730, _("What people were told, by which way, and what was passed on.")
    )
    upload_days = _days(
        _("imported files (days)"),
        30,
        365,
        _("The file and what its rows said. The leads stay, and how many there were."),
    )
    trial_days = _days(_("simulations (days)"), 90, 730, _("Runs of rules over past leads, and trials beside live."))

    class Meta:
        verbose_name = _("settings")
        verbose_name_plural = _("settings")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="installation_is_one")]

    def __str__(self) -> str:
        return str(_("settings"))
