"""A merge by hand: which lead goes on in another, and where it stood, so that it can be undone."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Merge(models.Model):
    """`lead` was closed for `into`; both are kept whole. One open merge a lead."""

    lead = models.ForeignKey("leads.Lead", models.CASCADE, related_name="merges")
    into = models.ForeignKey("leads.Lead", models.CASCADE, related_name="merges_into")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_constraint=False)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_constraint=False
    )
    # Where the lead stood.
    state = models.CharField(max_length=10)
    reason = models.CharField(max_length=40, blank=True)
    hop = models.PositiveIntegerField()
    owner = models.ForeignKey("reps.Rep", models.PROTECT, null=True, related_name="+")
    group = models.ForeignKey("reps.Group", models.PROTECT, null=True, related_name="+")
    assigned_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    # What changed hands besides: keys of the contact, the contact of a lead that had none, being its person's only one.
    keys = ArrayField(models.BigIntegerField(), default=list)
    lent_contact = models.BooleanField(default=False)
    lent_sole = models.BooleanField(default=False)
    # The entry of the fair share that was taken back.
    entry = models.ForeignKey("LedgerEntry", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        constraints = [
            models.UniqueConstraint(fields=["lead"], condition=Q(undone_at__isnull=True), name="merge_one_open"),
            models.CheckConstraint(condition=~Q(lead=F("into")), name="merge_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} into {self.into_id}"
