"""A delivery: one piece of news on its way to one recipient, a rep or another user, by one channel."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reps.channels import choices
from reps.models import Endpoint, Rep, User

from .lead import Lead


class Delivery(models.Model):
    """Planned inside the transaction of what it tells, sent after it; at least once, with a constant id.

    The same word is planned once: `ref` tells apart words of one event that are not the same (a second enquiry).
    """

    class Channel(models.TextChoices):
        """Those every person has; the rest of the shelf (reps/channels) needs an endpoint."""

        IN_APP = "in_app", _("in the app")
        EMAIL = "email", _("e-mail")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lead = models.ForeignKey(Lead, models.CASCADE, null=True, blank=True, related_name="deliveries")
    hop = models.PositiveIntegerField()
    rep = models.ForeignKey(Rep, models.PROTECT, null=True, blank=True, related_name="deliveries", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="deliveries")
    channel = models.CharField(max_length=20, choices=choices)
    endpoint = models.ForeignKey(
        Endpoint, models.CASCADE, null=True, blank=True, related_name="deliveries", db_index=False
    )
    event = models.CharField(max_length=20)
    ref = models.CharField(max_length=64, blank=True, default="")
    why = models.TextField(blank=True)
    payload = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    # Every try that failed or was put off: [{"at": ..., "says": ...}]
    tried = models.JSONField(default=list, blank=True)
    # The one whose message told this one too.
    summary = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "hop", "channel", "event", "rep", "user", "ref", "endpoint"],
                nulls_distinct=False,
                name="delivery_once",
            ),
            models.CheckConstraint(
                condition=Q(rep__isnull=False, user__isnull=True) | Q(rep__isnull=True, user__isnull=False),
                name="delivery_one_recipient",
            ),
        ]
        indexes = [
            models.Index(F("channel"), F("due_at"), condition=Q(sent_at=None, failed_at=None), name="delivery_due"),
            models.Index(
                F("endpoint"),
                F("due_at"),
                condition=Q(sent_at=None, failed_at=None, endpoint__isnull=False),
                name="delivery_due_endpoint",
            ),
            # What one rep was told lately; it is the index of the foreign key, too.
            models.Index(F("rep"), F("created_at"), name="delivery_of_rep"),
            models.Index(F("summary"), condition=Q(summary__isnull=False), name="delivery_summary"),
            models.Index(F("failed_at"), condition=Q(failed_at__isnull=False), name="delivery_failed"),
            models.Index(F("rep"), F("id"), condition=Q(channel="in_app", seen_at=None), name="delivery_unseen"),
            models.Index(
                F("user"),
                F("id"),
                condition=Q(channel="in_app", seen_at=None, user__isnull=False),
                name="delivery_unseen_user",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.event} → {self.rep_id or self.user_id}"

    @property
    def person(self) -> User:
        """Who is told: the rep's own user, or the user."""
        person = self.rep.user if self.rep is not None else self.user
        if person is None:
            raise ValueError("a delivery has a recipient")
        return person
