"""Territories, parts of the market, and the reps who cover them."""

import uuid

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from .division import DivisionKey
from .group import Group
from .period import PeriodRow, ends_after_start, no_overlap
from .rep import Rep
from .triggers import bumps_roster


def no_market() -> dict[str, list[str]]:
    """Covers nothing until filled."""
    return {}


@pghistory.track()
class Territory(models.Model):
    """`market` names what it covers, a list of areas as `routing.engine.world.Area` reads them."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    division = DivisionKey()
    name = models.CharField(_("name"), max_length=100)
    group = models.ForeignKey(Group, models.PROTECT, related_name="territories", verbose_name=_("group"))
    market = models.JSONField(_("covers"), default=no_market)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("territory")
        verbose_name_plural = _("territories")
        constraints = [models.UniqueConstraint(fields=["division", "name"], name="territory_name_once")]
        triggers = bumps_roster()

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class TerritoryCover(PeriodRow):
    """A rep covers a territory for a period."""

    territory = models.ForeignKey(Territory, models.PROTECT, related_name="covers", verbose_name=_("territory"))
    rep = models.ForeignKey(Rep, models.PROTECT, related_name="covers", verbose_name=_("rep"))

    class Meta:
        verbose_name = _("territory cover")
        verbose_name_plural = _("territory covers")
        constraints = [
            no_overlap("territory_cover_once_at_a_time", "territory", "rep"),
            ends_after_start("territory_cover_ends_after_start"),
        ]
        triggers = bumps_roster()

    def __str__(self) -> str:
        return f"{self.rep} · {self.territory}"
