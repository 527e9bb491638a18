"""A rep: one who works leads."""

import uuid

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from .caps import Caps
from .division import DivisionKey
from .triggers import bumps_roster
from .web_address import check_https
from .zones import check_zone


@pghistory.track()
class Rep(Caps):
    """Belongs to one division; may be in several groups. Who leaves is made inactive, never deleted."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    division = DivisionKey()
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="rep", verbose_name=_("user"))
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[check_zone], help_text=_("Shifts are read in it.")
    )
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("Two letters, for public holidays."))
    subdivision = models.CharField(_("state or canton"), max_length=10, blank=True)
    backup = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, verbose_name=_("backup"), related_name="backs_up"
    )
    booking_url = models.CharField(
        _("booking page"),
        max_length=500,
        blank=True,
        default="",
        validators=[check_https],
        help_text=_("Where people choose a time with them, with https://. Thank-you pages of forms offer it."),
    )
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("rep")
        verbose_name_plural = _("reps")
        triggers = bumps_roster()

    def __str__(self) -> str:
        return self.user.name

    @property
    def name(self) -> str:
        """The person's name."""
        return self.user.name

    def clean(self) -> None:
        """Nobody stands in for themselves."""
        if self.backup_id and self.backup_id == self.pk:
            raise ValidationError({"backup": _("A rep cannot be their own backup.")})
