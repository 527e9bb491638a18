"""What came through a door: the raw delivery, and the keys that make a repeated one harmless."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .connection import Connection
from .fields import ExactDecoder, ExactEncoder
from .inbound import Inbound
from .key import ApiKey
from .lead import Lead


class Intake(models.Model):
    """The raw body, kept 30 days by default."""

    class Outcome(models.TextChoices):
        """What became of it."""

        NEW = "new", _("a new lead")
        ENQUIRY = "enquiry", _("an enquiry on an open lead")
        REPEATED = "repeated", _("known already")
        REFUSED = "refused", _("refused")
        TOUCHED = "touched", _("a contact, logged")
        NOTED = "noted", _("a remark on its lead")
        IGNORED = "ignored", _("nothing to do")
        QUARANTINED = "quarantined", _("held back as spam")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    connection = models.ForeignKey(Connection, models.PROTECT)
    inbound = models.ForeignKey(Inbound, models.SET_NULL, null=True, blank=True, related_name="intakes")
    external_id = models.CharField(_("external id"), max_length=200, blank=True)
    received_at = models.DateTimeField()
    body = models.JSONField(_("body"), null=True, blank=True, encoder=ExactEncoder, decoder=ExactDecoder)
    lead = models.ForeignKey(Lead, models.SET_NULL, null=True, blank=True, related_name="intakes")
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome)
    # Who added it by hand, where somebody did.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    # Of a lead that was taken: what of it could not be read.
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("arrival")
        verbose_name_plural = _("arrivals")
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"],
                condition=~Q(external_id="") & Q(outcome__in=["new", "enquiry", "touched", "noted"]),
                name="intake_external_once",
            ),
        ]
        indexes = [
            models.Index(fields=["received_at"], condition=Q(body__isnull=False), name="intake_to_forget"),
            models.Index(fields=["lead"], name="intake_lead"),
            models.Index(fields=["by", "-id"], name="intake_by", condition=Q(by__isnull=False)),
            models.Index(fields=["inbound"], name="intake_inbound", condition=Q(inbound__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.connection} {self.received_at:%Y-%m-%d %H:%M:%S}"


class IdempotencyKey(models.Model):
    """A key sent by the caller; stored in the lead's transaction, so a retry gets the first answer."""

    api_key = models.ForeignKey(ApiKey, models.CASCADE)
    route = models.CharField(max_length=60)
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    lead = models.ForeignKey(Lead, models.CASCADE, null=True, blank=True)
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [models.UniqueConstraint(fields=["api_key", "route", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_key_age")]

    def __str__(self) -> str:
        return self.key
