"""The installation's own side of telling: which channels are off, its key for browsers, its secret with Slack."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Switchboard(models.Model):
    """One row at most; without it every channel is on."""

    THE = 1

    id = models.SmallIntegerField(primary_key=True, default=THE, editable=False)
    channels_off = ArrayField(models.CharField(max_length=20), verbose_name=_("channels off"), default=list, blank=True)
    push_key = models.TextField(_("sealed key of browser push"), blank=True)
    slack_secret = models.TextField(_("sealed signing secret of Slack"), blank=True)

    class Meta:
        verbose_name = _("switchboard")
        verbose_name_plural = _("switchboards")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="switchboard_is_one")]

    def __str__(self) -> str:
        return str(_("switchboard"))
