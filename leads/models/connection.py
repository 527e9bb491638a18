"""A connection: a door of ours, or the configured row of a connector."""

import uuid

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from reps.models.division import DivisionKey


@pghistory.track(exclude=["secret"])
class Connection(models.Model):
    """The seeded ones are the REST API, files and what people add by hand; the others ops make of a connector.

    `leads.secrets` is the only reader and writer of `secret`, which is sealed.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    division = DivisionKey()
    kind = models.SlugField(_("kind"), max_length=40)
    name = models.CharField(_("name"), max_length=100)
    secret = models.TextField(_("secret"), blank=True, editable=False)
    address_digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    mapping = models.JSONField(
        _("mapping"),
        default=dict,
        blank=True,
        help_text=_("Which fact of a delivery fills which field; empty = as the connector does it."),
    )
    # Places of facts that were there to choose from when the mapping was saved; others are still told by their names.
    places_seen = models.JSONField(default=list, blank=True, editable=False)
    strict = models.BooleanField(
        _("refuse what does not fit"),
        default=False,
        help_text=_("Off: a value that cannot be read is kept among the answers, and the lead is taken without it."),
    )
    source = models.CharField(_("source"), max_length=100, blank=True, default="")
    channel = models.CharField(_("channel"), max_length=40, blank=True, default="")
    campaign = models.CharField(_("campaign"), max_length=200, blank=True, default="")
    intent = models.CharField(_("intent"), max_length=40, blank=True, default="")
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        constraints = [
            models.UniqueConstraint(fields=["division", "kind", "name"], name="connection_once"),
            models.UniqueConstraint(
                fields=["address_digest"], condition=~models.Q(address_digest=""), name="connection_address_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name
