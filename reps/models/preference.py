"""How one person wants to be told one kind of news: by which channels, and when not."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Preference(models.Model):
    """Without a row the usual holds (reps/news.py). In the app everything is told, whatever stands here."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="preferences", verbose_name=_("user")
    )
    kind = models.CharField(_("kind of news"), max_length=20)
    channels = ArrayField(models.CharField(max_length=20), verbose_name=_("channels"), default=list, blank=True)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    quiet_days = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("quiet on"), default=list, blank=True)
    on_shift = models.BooleanField(
        _("not while on shift"), default=True, help_text=_("On shift they are told all the same.")
    )

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="preference_once"),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None) | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="preference_quiet_both",
                violation_error_message=_("Quiet hours need a beginning and an end."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"
