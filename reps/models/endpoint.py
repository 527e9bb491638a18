"""An endpoint: where one person, or one group, is reached by one channel."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .group import Group


class Endpoint(models.Model):
    """The address is sealed. One that was removed keeps its label, so that what it was told can still be read."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="endpoints",
        verbose_name=_("user"),
    )
    group = models.ForeignKey(
        Group, models.CASCADE, null=True, blank=True, related_name="endpoints", verbose_name=_("group")
    )
    channel = models.CharField(_("channel"), max_length=20)
    label = models.CharField(_("label"), max_length=100)
    shown = models.CharField(_("address"), max_length=200, blank=True, help_text=_("As much of it as may be shown."))
    sealed = models.TextField(_("sealed address"), blank=True)
    digest = models.CharField(max_length=64, editable=False)
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("added"))
    ended_at = models.DateTimeField(_("removed"), null=True, blank=True)
    reached_at = models.DateTimeField(_("last reached"), null=True, blank=True)
    failed_at = models.DateTimeField(_("last failed"), null=True, blank=True)
    error = models.CharField(_("last error"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("endpoint")
        verbose_name_plural = _("endpoints")
        ordering = ["channel", "label", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, group__isnull=True) | Q(user__isnull=True, group__isnull=False),
                name="endpoint_of_one",
            ),
            models.CheckConstraint(condition=Q(active=False) | Q(ended_at=None), name="endpoint_ended_is_inactive"),
            models.UniqueConstraint(
                fields=["user", "group", "channel", "digest"],
                condition=Q(active=True),
                nulls_distinct=False,
                name="endpoint_once",
            ),
        ]
        indexes = [
            models.Index(fields=["group"], condition=Q(active=True, group__isnull=False), name="endpoint_groups")
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.label}"
