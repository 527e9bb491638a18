"""What managers aim at, and where the running tests of metrics stand."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _


@pghistory.track()
class Target(models.Model):
    """What a team wants a metric to reach."""

    group = models.ForeignKey(
        "reps.Group", models.CASCADE, null=True, blank=True, related_name="targets", verbose_name=_("group")
    )
    metric = models.CharField(_("what is aimed at"), max_length=40)
    aim = models.DecimalField(_("at least"), max_digits=9, decimal_places=4)

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints = [models.UniqueConstraint(fields=["group", "metric"], nulls_distinct=False, name="target_once")]

    def __str__(self) -> str:
        return f"{self.metric} {self.aim}"


class AlertState(models.Model):
    """Where a running test of a metric stands."""

    metric = models.CharField(max_length=40)
    cut = models.CharField(max_length=40)
    key = models.BigIntegerField(null=True)
    state = models.JSONField(default=dict)
    raised_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("state of an alert")
        verbose_name_plural = _("states of alerts")
        constraints = [
            models.UniqueConstraint(fields=["metric", "cut", "key"], nulls_distinct=False, name="alert_state_once")
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.cut}"
