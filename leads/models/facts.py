"""The frozen facts of a lead: written when it became ready, read by rules and by searches over history."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .fields import ExactDecoder, ExactEncoder
from .lead import Lead


class LeadFacts(models.Model):
    """`facts` as people read them; `folded` the same with text folded, which is what conditions compare."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="facts")
    n = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    facts = models.JSONField(encoder=ExactEncoder, decoder=ExactDecoder)
    folded = models.JSONField(encoder=ExactEncoder, decoder=ExactDecoder)
    # How score and verdict came about, and which value came from whom: see `leads.qualify.judge.Judged.kept`.
    judged = models.JSONField(default=dict, encoder=ExactEncoder, decoder=ExactDecoder)

    class Meta:
        verbose_name = _("lead facts")
        verbose_name_plural = _("lead facts")
        constraints = [models.UniqueConstraint(fields=["lead", "n"], name="lead_facts_once")]
        indexes = [models.Index(fields=["at"], name="lead_facts_at")]

    def __str__(self) -> str:
        return f"{self.lead_id}.{self.n}"
