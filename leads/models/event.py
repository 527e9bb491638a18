"""One line of a lead's timeline, append-only; what is personal stands apart, so that it can be erased."""

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from leads.life import EventKind
from reps.models import Rep

from .fields import CurrentTransaction, Xid8Field
from .lead import Lead


class LeadEvent(models.Model):
    """Written by `leads.timeline` only. `rep` is whom it is about, `user` who did it (null: the system, or a key)."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="events")
    txid = Xid8Field(db_default=CurrentTransaction(), editable=False)
    kind = models.CharField(max_length=16, choices=[(k.value, k.value) for k in EventKind])
    schema = models.PositiveSmallIntegerField(default=1)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=models.functions.Now())
    rep = models.ForeignKey(Rep, models.SET_NULL, null=True, blank=True, related_name="+", db_constraint=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_constraint=False
    )
    hop = models.PositiveIntegerField(default=0)
    payload = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("timeline entry")
        verbose_name_plural = _("timeline entries")
        indexes = [
            models.Index(fields=["lead", "id"], name="lead_event_lead"),
            models.Index(F("txid"), F("id"), name="lead_event_stream"),
            models.Index(fields=["kind", "occurred_at"], name="lead_event_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.occurred_at:%Y-%m-%d %H:%M:%S}"


class LeadEventPrivate(models.Model):
    """The personal part of an event: a note's text, a message."""

    event = models.OneToOneField(LeadEvent, models.CASCADE, primary_key=True, related_name="private")
    payload = models.JSONField()

    class Meta:
        verbose_name = _("timeline entry, personal part")
        verbose_name_plural = _("timeline entries, personal part")

    def __str__(self) -> str:
        return str(self.event_id)
