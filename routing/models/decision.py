"""A decision: what the engine said about a lead at an instant, with the inputs it used."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Decision(models.Model):
    """Compact, as the trace is decided again when asked for; without database foreign keys."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    division = models.ForeignKey("reps.Division", models.DO_NOTHING, db_constraint=False, related_name="+")
    lead = models.ForeignKey("leads.Lead", models.DO_NOTHING, db_constraint=False, related_name="decisions")
    hop = models.PositiveIntegerField(default=0)
    version = models.ForeignKey(
        "RuleSetVersion", models.DO_NOTHING, null=True, db_constraint=False, related_name="decisions"
    )
    facts = models.ForeignKey("leads.LeadFacts", models.DO_NOTHING, null=True, db_constraint=False, related_name="+")
    engine = models.PositiveSmallIntegerField()
    at = models.DateTimeField(_("at"))
    outcome = models.CharField(_("outcome"), max_length=10)
    rule = models.CharField(_("rule"), max_length=40, blank=True)
    rule_name = models.CharField(_("rule"), max_length=100, blank=True)
    group = models.ForeignKey("reps.Group", models.DO_NOTHING, null=True, db_constraint=False, related_name="+")
    rep = models.ForeignKey("reps.Rep", models.DO_NOTHING, null=True, db_constraint=False, related_name="+")
    # The closest to the lead at that instant, whether or not a rule asked for it; for reports.
    territory = models.ForeignKey(
        "reps.Territory", models.DO_NOTHING, null=True, db_constraint=False, related_name="+", db_index=False
    )
    until = models.DateTimeField(null=True)
    reason = models.CharField(_("reason"), max_length=40)
    prints = ArrayField(models.BigIntegerField(), default=list)
    record = models.JSONField()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        indexes = [
            models.Index(fields=["lead", "at"], name="decision_lead"),
            models.Index(fields=["version", "rule"], name="decision_rule"),
            models.Index(fields=["at"], name="decision_at"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.at:%Y-%m-%d %H:%M:%S}"
