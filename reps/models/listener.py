"""What one person wants of being told, beside the kinds of news: sound, morning summary, their hand in Slack."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Listener(models.Model):
    """Without a row the usual holds: sound on, a summary when the shift starts, none where there is nothing to say."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="listener", verbose_name=_("user")
    )
    sound = models.BooleanField(_("sound"), default=True)
    morning_at = models.TimeField(_("summary at"), null=True, blank=True)
    morning_when_empty = models.BooleanField(_("summary on quiet days too"), default=False)
    morning_on = models.DateField(_("last summary"), null=True, blank=True, editable=False)
    slack_team = models.CharField(_("Slack workspace"), max_length=40, blank=True)
    slack_member = models.CharField(_("Slack member"), max_length=40, blank=True)
    slack_code = models.CharField(max_length=64, blank=True, editable=False)
    slack_code_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("listener")
        verbose_name_plural = _("listeners")
        constraints = [
            models.UniqueConstraint(
                fields=["slack_team", "slack_member"],
                condition=~models.Q(slack_member=""),
                name="listener_of_one_slack_member",
            )
        ]

    def __str__(self) -> str:
        return str(self.user_id)
