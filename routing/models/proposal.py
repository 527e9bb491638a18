"""A rep's wish to hand a lead to a colleague, which a manager answers."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Proposal(models.Model):
    """One open one a lead; it holds while the lead is still the rep's, by the same hand-over number."""

    class Answer(models.TextChoices):
        """What became of it."""

        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        VOID = "void", _("the lead had gone by then")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lead = models.ForeignKey("leads.Lead", models.CASCADE, related_name="proposals")
    hop = models.PositiveIntegerField()
    rep = models.ForeignKey("reps.Rep", models.PROTECT, related_name="proposals")
    to = models.ForeignKey("reps.Rep", models.PROTECT, related_name="+")
    why = models.CharField(_("because"), max_length=200)
    at = models.DateTimeField()
    answer = models.CharField(max_length=8, choices=Answer, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_constraint=False
    )

    class Meta:
        verbose_name = _("proposed hand over")
        verbose_name_plural = _("proposed hand overs")
        constraints = [models.UniqueConstraint(fields=["lead"], condition=Q(answer=""), name="proposal_one_open")]

    def __str__(self) -> str:
        return f"{self.lead_id} → {self.to_id}"
