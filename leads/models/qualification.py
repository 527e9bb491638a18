"""What ops say of leads before routing: points for a score, priorities for scores, and who qualifies."""

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reps.models.division import DivisionKey

_MOST_POINTS = 1000


@pghistory.track()
class ScoreRow(models.Model):
    """Points for leads of which the condition holds; all rows that hold are added up."""

    division = DivisionKey()
    position = models.PositiveIntegerField(_("position"), default=0)
    label = models.CharField(_("says"), max_length=100, help_text=_("As it stands beside the points on a lead's page."))
    condition = models.JSONField(_("when"), null=True, blank=True)
    points = models.SmallIntegerField(
        _("points"),
        validators=[MinValueValidator(-_MOST_POINTS), MaxValueValidator(_MOST_POINTS)],
        help_text=_("Less than 0 takes points away."),
    )
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.label


@pghistory.track()
class ScoreBand(models.Model):
    """Leads with at least so many points wait in this band of the queue; the highest that is reached counts."""

    division = DivisionKey()
    at_least = models.IntegerField(_("from so many points"))
    band = models.PositiveSmallIntegerField(
        _("priority"),
        validators=[MaxValueValidator(9)],
        help_text=_(
            "0 to 9, 0 comes first; leads that nothing speaks of wait in 5. Where the priorities of a rule set say"
            " another, the better of both counts."
        ),
    )

    class Meta:
        verbose_name = _("priority by score")
        verbose_name_plural = _("priorities by score")
        ordering = ["-at_least"]
        constraints = [
            models.UniqueConstraint(fields=["division", "at_least"], name="score_band_once"),
            models.CheckConstraint(condition=Q(band__lte=9), name="score_band_0_to_9"),
        ]

    def __str__(self) -> str:
        return f"{self.at_least}: {self.band}"


@pghistory.track()
class QualificationRule(models.Model):
    """In order, the first whose condition holds decides whether a lead goes on; none = it is qualified."""

    class Says(models.TextChoices):
        """The verdict."""

        QUALIFIED = "qualified", _("is qualified")
        DISQUALIFIED = "disqualified", _("is turned away")
        LOOK = "look", _("waits until a person has looked")

    division = DivisionKey()
    position = models.PositiveIntegerField(_("position"), default=0)
    name = models.CharField(_("name"), max_length=100)
    condition = models.JSONField(_("when"), null=True, blank=True)
    verdict = models.CharField(_("the lead"), max_length=12, choices=Says)
    reason = models.CharField(
        _("reason"), max_length=200, blank=True, help_text=_("For managers and reports; empty = the name of the rule.")
    )
    over_answers = models.BooleanField(
        _("goes before the answers of a form"),
        default=False,
        help_text=_(
            "An answer that turns a lead away, or asks for a person to look, is asked before these rules. Switched on,"
            " this rule is asked before the answer."
        ),
    )
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("qualification rule")
        verbose_name_plural = _("qualification rules")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name
