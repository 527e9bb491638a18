"""A simulation: a draft or version folded over past leads, and what came out."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Simulation(models.Model):
    """The only row a simulation writes; kept 90 days."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    rule_set = models.ForeignKey("RuleSet", models.CASCADE, related_name="simulations")
    version = models.ForeignKey("RuleSetVersion", models.CASCADE, null=True, related_name="+")
    options = models.JSONField(default=dict)
    status = models.CharField(max_length=10, default="waiting")
    progress = models.PositiveIntegerField(default=0)
    result = models.JSONField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("simulation")
        verbose_name_plural = _("simulations")

    def __str__(self) -> str:
        return str(self.uid)
