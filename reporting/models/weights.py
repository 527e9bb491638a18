"""Weights by output: what a group settled for, how its programme stands, and each proposal with what it was made of."""

import uuid
from datetime import datetime
from decimal import Decimal

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

_TOLD = ["group", "rhythm", "result", "floor", "ceiling", "control", "stopped_why"]


@pghistory.track(fields=_TOLD, model_name="WeightPlanEvent")
class WeightPlan(models.Model):
    """A group's settings for weights by output; without a row, or with the rhythm `off`, it has none."""

    class Rhythm(models.TextChoices):
        """How often new weights are proposed."""

        OFF = "off", _("off")
        WEEK = "week", _("each week")
        QUARTER = "quarter", _("each quarter")

    class Result(models.TextChoices):
        """What counts as output, as on the leaderboard."""

        WINS = "wins", _("wins")
        MEETINGS = "meetings", _("meetings")
        OPPORTUNITIES = "opportunities", _("opportunities")

    class Why(models.TextChoices):
        """Why it was stopped by itself."""

        WORSE = "worse", _("leads shared by weight brought less than those shared evenly")
        TOO_FEW = "too_few", _("too few leads to tell what the weights bring")
        NOT_WEIGHED = "not_weighed", _("the group does not share by weight any more")

    group = models.OneToOneField("reps.Group", models.CASCADE, related_name="weight_plan", verbose_name=_("group"))
    rhythm = models.CharField(_("new weights are proposed"), max_length=7, choices=Rhythm, default=Rhythm.OFF)
    result = models.CharField(_("what counts"), max_length=13, choices=Result, default=Result.WINS)
    floor = models.DecimalField(
        _("at least, of an even share"),
        max_digits=3,
        decimal_places=2,
        default=Decimal("0.5"),
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )
    ceiling = models.DecimalField(
        _("at most, of an even share"),
        max_digits=3,
        decimal_places=2,
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )
    control = models.PositiveSmallIntegerField(
        _("of 100 leads shared evenly, to compare"),
        default=20,
        validators=[MinValueValidator(10), MaxValueValidator(50)],
    )
    stopped_why = models.CharField(_("stopped because"), max_length=11, choices=Why, blank=True)
    # How the programme stands; written by what is done, not by people.
    stopped_at = models.DateTimeField(null=True)
    since = models.DateTimeField(null=True, help_text="When the first proposal was applied; nothing while none is.")
    before = models.JSONField(default=dict, help_text="Weights by rep before the first proposal was applied.")
    compared_since = models.DateTimeField(
        null=True, help_text="From when on leads are compared: from `since`, or when terms of comparing changed later."
    )
    looked_at = models.DateTimeField(null=True)
    sought_at = models.DateTimeField(null=True, help_text="When it was last reckoned whether anything is to propose.")
    below = models.PositiveSmallIntegerField(default=0, help_text="Looks in a row at which it was worse.")
    measured = models.JSONField(default=dict, help_text="Leads and results of both shares, at the last look.")

    class Meta:
        verbose_name = _("weights by output")
        verbose_name_plural = _("weights by output")
        constraints = [
            models.CheckConstraint(condition=Q(floor__gte=0, floor__lte=1, ceiling__gte=1), name="weights_bounds")
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.rhythm}"

    @property
    def compared_from(self) -> datetime | None:
        """From when on leads are compared; nothing while no weights are applied."""
        return self.since and (self.compared_since or self.since)


class WeightProposal(models.Model):
    """Weights that reporting proposes for a group; a person applies them."""

    class Closed(models.TextChoices):
        """What closed it where nobody answered, or took back what was applied."""

        NEWER = "newer", _("a newer one took its place")
        WENT_BACK = "went_back", _("the weights went back by themselves")
        OFF = "off", _("weights by output were switched off")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    group = models.ForeignKey("reps.Group", models.CASCADE, related_name="weight_proposals")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("reps.User", models.SET_NULL, null=True, related_name="+", db_constraint=False)
    period = models.CharField(max_length=8, blank=True, help_text="The week or quarter it was due for; or by hand.")
    # What it was made of.
    result = models.CharField(max_length=13)
    bounds = models.JSONField(default=list, help_text="Floor and ceiling.")
    since = models.DateTimeField()
    until = models.DateTimeField()
    seed = models.BigIntegerField()
    before = models.JSONField(help_text="Weights by rep when it was made.")
    weights = models.JSONField(help_text="Weights by rep as proposed.")
    lines = models.JSONField(
        default=list, help_text="For each rep: record, share, score, leads had and to be expected."
    )
    days = models.PositiveSmallIntegerField(help_text="Over how many days leads are told.")
    # What became of it.
    applied_at = models.DateTimeField(null=True)
    applied_by = models.ForeignKey("reps.User", models.SET_NULL, null=True, related_name="+")
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey("reps.User", models.SET_NULL, null=True, related_name="+", db_constraint=False)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey("reps.User", models.SET_NULL, null=True, related_name="+", db_constraint=False)
    closed_why = models.CharField(max_length=9, choices=Closed, blank=True)

    class Meta:
        verbose_name = _("proposal of weights")
        verbose_name_plural = _("proposals of weights")
        constraints = [
            models.UniqueConstraint(fields=["group", "period"], condition=~Q(period=""), name="weights_once_a_period"),
            models.UniqueConstraint(
                fields=["group"], condition=Q(applied_at=None, dismissed_at=None), name="weights_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.made_at:%Y-%m-%d}"
