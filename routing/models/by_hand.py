"""What deciding by hand costs, what is assumed about it, and the rules that would have done it."""

import uuid

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reps.models.division import DivisionKey


class DeskTime(models.Model):
    """One person's time at one lead of To assign; `routing.desk_time` is its only writer.

    It stays open until they decide the lead; what was spent on a lead that somebody else decided counts, too.
    """

    class What(models.TextChoices):
        """How they decided."""

        ASSIGNED = "assigned", _("assigned")
        REJECTED = "rejected", _("rejected")
        PASSED_ON = "passed_on", _("let through to the rules")
        TAKEN_BACK = "taken_back", _("taken back")

    lead = models.ForeignKey("leads.Lead", models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    opened_at = models.DateTimeField()
    shown_at = models.DateTimeField(null=True, help_text="Since when it is in front of them; empty: it is not.")
    at = models.DateTimeField(help_text="Until when time is counted.")
    seconds = models.FloatField(default=0)
    decided_at = models.DateTimeField(null=True)
    what = models.CharField(max_length=10, choices=What, blank=True)

    class Meta:
        verbose_name = _("time at a lead to assign")
        verbose_name_plural = _("times at leads to assign")
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "user"], condition=Q(decided_at__isnull=True), name="desk_time_one_open"
            ),
            models.UniqueConstraint(fields=["user"], condition=Q(shown_at__isnull=False), name="desk_time_one_shown"),
            models.CheckConstraint(condition=Q(seconds__gte=0), name="desk_time_not_negative"),
        ]
        indexes = [models.Index(fields=["at"], name="desk_time_at")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.lead_id} {self.seconds:.0f} s"


@pghistory.track()
class Baseline(models.Model):
    """What the pages about time by hand compare with; a division without a row has the usual values."""

    division = models.OneToOneField("reps.Division", models.CASCADE, primary_key=True, related_name="baseline")
    week_hours = models.PositiveSmallIntegerField(
        _("hours of a week"),
        default=40,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("What the time spent assigning by hand is a share of."),
    )
    assumed_seconds = models.PositiveSmallIntegerField(
        _("seconds for a lead by hand"),
        default=120,
        validators=[MinValueValidator(5), MaxValueValidator(3600)],
        help_text=_("Assumed until enough leads were assigned by hand to measure it."),
    )
    live_on = models.DateField(
        _("live since"),
        null=True,
        blank=True,
        help_text=_("The first day on which the rules gave leads away; empty = the day they were first published."),
    )

    class Meta:
        verbose_name = _("baseline")
        verbose_name_plural = _("baselines")

    def __str__(self) -> str:
        return f"{self.division_id}"

    @classmethod
    def of(cls, division: int) -> "Baseline":
        """What somebody set, else the usual values."""
        return Baseline.objects.filter(division=division).first() or Baseline(division_id=division)


class HandRule(models.Model):
    """A rule that would have given leads as people gave them; offered until it is in the draft, or put aside."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    division = DivisionKey()
    mark = models.CharField(max_length=64, help_text="Of condition and destination: the same is never offered twice.")
    condition = models.JSONField()
    rep = models.ForeignKey("reps.Rep", models.CASCADE, null=True, related_name="+")
    group = models.ForeignKey("reps.Group", models.CASCADE, null=True, related_name="+")
    given = models.PositiveIntegerField(help_text="So many of them went there by hand,")
    leads = models.PositiveIntegerField(help_text="of so many given by hand that the condition fits.")
    also = models.PositiveIntegerField(default=0, help_text="So many more fit that rules gave to others since.")
    ahead = models.CharField(max_length=40, blank=True, help_text="The key of the rule it would stand before.")
    found_at = models.DateTimeField()
    put_at = models.DateTimeField(null=True)
    aside_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_constraint=False)

    class Meta:
        verbose_name = _("rule found by hand")
        verbose_name_plural = _("rules found by hand")
        constraints = [
            models.UniqueConstraint(fields=["division", "mark"], name="hand_rule_once"),
            models.CheckConstraint(
                condition=Q(rep__isnull=True, group__isnull=False) | Q(rep__isnull=False, group__isnull=True),
                name="hand_rule_goes_somewhere",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.given} of {self.leads}"
