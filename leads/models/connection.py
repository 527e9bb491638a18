"""A connection: a door of ours, or the configured row of a connector."""

import uuid

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from reps.models.division import DivisionKey


@pghistory.track(exclude=["secret"])
class Connection(models.Model):
    """The seeded ones are the REST API and files."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    division = DivisionKey()
    kind = models.SlugField(_("kind"), max_length=40)
    name = models.CharField(_("name"), max_length=100)
    secret = models.TextField(_("secret"), blank=True, editable=False)
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        constraints = [models.UniqueConstraint(fields=["division", "kind", "name"], name="connection_once")]

    def __str__(self) -> str:
        return self.name
