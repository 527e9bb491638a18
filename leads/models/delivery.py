"""A delivery: one piece of news on its way to one recipient by one channel."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reps.models import Rep

from .lead import Lead


class Delivery(models.Model):
    """Planned inside the deciding transaction, sent after it; at least once, with a constant id."""

    class Channel(models.TextChoices):
        """How it reaches the rep."""

        IN_APP = "in_app", _("in the app")
        EMAIL = "email", _("e-mail")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="deliveries")
    hop = models.PositiveIntegerField()
    rep = models.ForeignKey(Rep, models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=10, choices=Channel)
    event = models.CharField(max_length=20)
    why = models.TextField(blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [models.UniqueConstraint(fields=["lead", "hop", "channel", "event", "rep"], name="delivery_once")]
        indexes = [
            models.Index(F("channel"), F("due_at"), condition=Q(sent_at=None, failed_at=None), name="delivery_due"),
            models.Index(F("rep"), F("id"), condition=Q(channel="in_app", seen_at=None), name="delivery_unseen"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.event} → {self.rep_id}"
