"""A touch: an act by the rep towards the lead."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from leads.life import CallOutcome, TouchKind
from reps.models import Rep

from .lead import Lead


class Touch(models.Model):
    """The first one of a lead stops the buyer's clock, the first one of a spell of ownership stops the rep's."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="touches")
    rep = models.ForeignKey(Rep, models.PROTECT, null=True, related_name="touches")
    hop = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=[(k.value, k.value) for k in TouchKind])
    outcome = models.CharField(max_length=12, blank=True, choices=[(o.value, o.value) for o in CallOutcome])
    duration_seconds = models.PositiveIntegerField(null=True, blank=True)
    two_way = models.BooleanField(default=False)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=models.functions.Now())
    # Of the first touch in a spell of ownership only: the rep's clock, in working seconds, and if in time.
    response_seconds = models.PositiveIntegerField(null=True, blank=True)
    within_sla = models.BooleanField(null=True, blank=True)

    class Meta:
        verbose_name = _("contact made")
        verbose_name_plural = _("contacts made")
        constraints = [
            models.UniqueConstraint(
                F("lead"), F("hop"), condition=Q(response_seconds__isnull=False), name="touch_one_first_a_hop"
            ),
        ]
        indexes = [
            models.Index(fields=["lead", "at"], name="touch_lead_at"),
            models.Index(fields=["rep", "at"], name="touch_rep_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
