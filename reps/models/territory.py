"""Territories, parts of the market, and the reps who cover them."""

import uuid

import pghistory
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .division import DivisionKey
from .group import Group
from .period import PeriodRow, ends_after_start, no_overlap
from .rep import Rep
from .triggers import bumps_roster

KINDS = ("postal", "city", "region", "country", "market", "world")
_LISTS = ("countries", "names", "industries", "segments")
_ENDS = ("low", "high")


def no_market() -> list[dict[str, object]]:
    """Covers nothing until filled."""
    return []


def check_market(market: object) -> None:
    """Raise ValidationError naming every entry that could not be read, and so would cover nothing."""
    if not isinstance(market, list):
        raise ValidationError(_("Write a list of areas."))
    wrong = [f"[{n}]: {fault}" for n, area in enumerate(market) if (fault := _fault(area))]
    if wrong:
        raise ValidationError(wrong)


def _fault(area: object) -> str:
    if not isinstance(area, dict) or area.get("kind") not in KINDS:
        return gettext("kind must be one of: %s") % ", ".join(KINDS)
    if unknown := set(area) - {"kind", *_LISTS, *_ENDS}:
        return gettext("unknown entry: %s") % ", ".join(sorted(unknown))
    for name in _LISTS:
        texts = area.get(name, [])
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            return gettext("%s must be a list of texts") % name
    if any(not isinstance(area.get(name, ""), str) for name in _ENDS):
        return gettext("low and high must be texts")
    needs = {"postal": "low", "city": "names", "region": "names", "country": "countries"}.get(area["kind"])
    return gettext("needs %s") % needs if needs and not area.get(needs) else ""


@pghistory.track()
class Territory(models.Model):
    """`market` names what it covers, a list of areas as `routing.engine.world.Area` reads them."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    division = DivisionKey()
    name = models.CharField(_("name"), max_length=100)
    group = models.ForeignKey(Group, models.PROTECT, related_name="territories", verbose_name=_("group"))
    market = models.JSONField(_("covers"), default=no_market, validators=[check_market])
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
