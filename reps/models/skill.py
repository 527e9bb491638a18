"""Skills and who has them: a language, a product, a certificate, a licence."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from .division import DivisionKey
from .period import PeriodRow, ends_after_start, no_overlap
from .rep import Rep
from .triggers import bumps_roster


class Skill(models.Model):
    """One thing a lead may need and a rep may have: kind "language", value "de"."""

    division = DivisionKey()
    kind = models.SlugField(_("kind"), max_length=40)
    value = models.CharField(_("value"), max_length=80)

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        constraints = [models.UniqueConstraint(fields=["division", "kind", "value"], name="skill_once")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.value}"


@pghistory.track()
class RepSkill(PeriodRow):
    """A rep has a skill for a period."""

    rep = models.ForeignKey(Rep, models.PROTECT, related_name="skills", verbose_name=_("rep"))
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="reps", verbose_name=_("skill"))

    class Meta:
        verbose_name = _("rep's skill")
        verbose_name_plural = _("reps' skills")
        constraints = [
            no_overlap("rep_skill_once_at_a_time", "rep", "skill"),
            ends_after_start("rep_skill_ends_after_start"),
        ]
        triggers = bumps_roster()

    def __str__(self) -> str:
        return f"{self.rep} · {self.skill}"
