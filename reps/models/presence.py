"""When a rep was last seen at work on a page: what an idle limit asks. No part of the roster, so it bumps nothing."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .rep import Rep


class Presence(models.Model):
    """Written at most once a minute, by the pages a rep opens."""

    rep = models.OneToOneField(Rep, models.CASCADE, primary_key=True, related_name="presence")
    seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")

    def __str__(self) -> str:
        return f"{self.rep_id} {self.seen_at:%Y-%m-%d %H:%M}"
