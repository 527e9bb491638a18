"""A draft as it was shared with the team: the text of that moment, with whom, why, until when, what it led to."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .ruleset import RuleSet, RuleSetVersion
from .simulation import Simulation


class SharedDraft(models.Model):
    """What people are asked about; the draft may go on, this stays as it was."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    rule_set = models.ForeignKey(RuleSet, models.CASCADE, related_name="shared_drafts", verbose_name=_("rule set"))
    groups = models.ManyToManyField("reps.Group", related_name="+", verbose_name=_("groups"))
    body = models.JSONField(help_text=_("The rules as they read then."))
    attributes = models.JSONField(default=list)
    live = models.ForeignKey(RuleSetVersion, models.PROTECT, null=True, related_name="+", verbose_name=_("against"))
    simulation = models.ForeignKey(Simulation, models.SET_NULL, null=True, related_name="shared_drafts")
    why = models.TextField(_("why"))
    until = models.DateTimeField(_("until"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_constraint=False)
    at = models.DateTimeField(_("shared"))
    closed_at = models.DateTimeField(_("over before its time"), null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_constraint=False
    )
    taken_back = models.BooleanField(_("taken back"), default=False)
    version = models.ForeignKey(
        RuleSetVersion, models.PROTECT, null=True, related_name="shared_drafts", verbose_name=_("led to version")
    )

    class Meta:
        verbose_name = _("shared draft")
        verbose_name_plural = _("shared drafts")
        constraints = [
            # Who shares again ends what was open; two at once meet here.
            models.UniqueConstraint(fields=["rule_set"], condition=Q(closed_at=None), name="shared_draft_one_open"),
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="shared_draft_until"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_set_id} {self.at:%Y-%m-%d %H:%M}"

    def is_open(self, now: datetime) -> bool:
        """Whether people may still say something."""
        return self.closed_at is None and now < self.until
