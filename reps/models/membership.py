"""A membership: a rep in a group, with weight, tier and cap, for a period."""

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .caps import Caps
from .group import Group
from .period import PeriodRow, ends_after_start, no_overlap
from .rep import Rep
from .triggers import bumps_roster


@pghistory.track()
class Membership(Caps, PeriodRow):
    """An edit closes one row and opens the next, so the roster as it was can be read."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="memberships", verbose_name=_("group"))
    rep = models.ForeignKey(Rep, models.PROTECT, related_name="memberships", verbose_name=_("rep"))
    weight = models.PositiveIntegerField(
        _("weight"),
        default=1,
        validators=[MaxValueValidator(1000)],
        help_text=_("Share against the others; 0 keeps the place and gets nothing."),
    )
    tier = models.PositiveSmallIntegerField(
        _("tier"), default=1, validators=[MinValueValidator(1), MaxValueValidator(9)], help_text=_("1 = most senior.")
    )

    percent = models.PositiveSmallIntegerField(
        _("percent"),
        default=100,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Of the weight and the limits; below 100 while somebody new comes up to speed."),
    )

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            no_overlap("membership_once_at_a_time", "group", "rep"),
            ends_after_start("membership_ends_after_start"),
        ]
        indexes = [models.Index(fields=["rep"], name="membership_rep")]
        triggers = bumps_roster()

    def __str__(self) -> str:
        return f"{self.rep} · {self.group}"
