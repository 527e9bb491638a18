"""A simulation: a draft or version folded over past leads, and what came out; a shadow runs beside the live rules."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from reps.models.division import DivisionKey


class Simulation(models.Model):
    """The only row a simulation writes; kept 90 days."""

    class Status(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")
        FAILED = "failed", _("failed")

    class Kind(models.TextChoices):
        """Over the past, or beside the live rules for a time."""

        PAST = "past", _("over past leads")
        SHADOW = "shadow", _("trial beside live")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    division = DivisionKey()
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.PAST)
    rule_set = models.ForeignKey("RuleSet", models.CASCADE, related_name="simulations")
    version = models.ForeignKey("RuleSetVersion", models.CASCADE, null=True, related_name="+")
    body = models.JSONField(default=dict, help_text=_("The rules as they were read: a draft may change meanwhile."))
    options = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    progress = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    cancel = models.BooleanField(default=False)
    error = models.TextField(blank=True)
    result = models.JSONField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True, help_text=_("The last sign of life while it runs."))
    ends_at = models.DateTimeField(null=True, help_text=_("Of a trial beside live: when it stops."))
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("simulation")
        verbose_name_plural = _("simulations")
        indexes = [models.Index(fields=["status"], name="simulation_status")]

    def __str__(self) -> str:
        return str(self.uid)
