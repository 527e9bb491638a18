"""The audits that ran, as the page of health tells them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditRun(models.Model):
    """One look at the whole database: what each invariant looked at, and what breaks it. `routing.audits` writes it."""

    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_constraint=False
    )
    # [{"code": "I1", "says": ..., "looked_at": 12, "broken": [...]}]
    findings = models.JSONField(default=list, blank=True)
    broken = models.PositiveIntegerField(_("broken"), default=0)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("audit")
        verbose_name_plural = _("audits")

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
