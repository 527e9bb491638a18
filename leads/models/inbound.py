"""An inbound delivery: one request at a connection's address, kept as it came before anybody reads it."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .connection import Connection


class Inbound(models.Model):
    """Written while the sender waits, handled after; what was made of it are its intakes. `leads.inbound` writes it."""

    class State(models.TextChoices):
        """How far it is."""

        KEPT = "kept", _("waiting")
        HANDLED = "handled", _("handled")
        REFUSED = "refused", _("refused")  # not from whom it says, or not to be read: trying again is no use
        SET_ASIDE = "set_aside", _("needs attention")  # failed as often as we try

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="inbounds")
    # By what the sender's own repeats are known; empty where they say nothing.
    delivery_id = models.CharField(max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.KEPT)
    received_at = models.DateTimeField(_("received"))
    times = models.PositiveIntegerField(_("times"), default=1, help_text=_("How often the sender sent it."))
    last_at = models.DateTimeField()
    method = models.CharField(max_length=8)
    url = models.TextField(blank=True)
    headers = models.JSONField(default=dict, blank=True)
    body = models.BinaryField(null=True, blank=True)
    size = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    # How often the vendor could not be asked for the rest: that is no fault of the delivery.
    unanswered = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    replayed_at = models.DateTimeField(null=True, blank=True)
    handled_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("inbound delivery")
        verbose_name_plural = _("inbound deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "delivery_id"],
                condition=~Q(delivery_id="") & ~Q(state="refused"),
                name="inbound_once",
            ),
        ]
        indexes = [
            models.Index(F("due_at"), condition=Q(state="kept"), name="inbound_due"),
            models.Index(F("connection"), F("id").desc(), name="inbound_newest"),
            models.Index(
                F("connection"),
                F("received_at"),
                condition=Q(state__in=["refused", "set_aside"]),
                name="inbound_wrong",
            ),
            models.Index(fields=["received_at"], condition=Q(body__isnull=False), name="inbound_to_forget"),
        ]

    def __str__(self) -> str:
        return f"{self.connection} {self.received_at:%Y-%m-%d %H:%M:%S}"
