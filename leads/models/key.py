"""An API key: a prefix to find it, a hash to check it, scopes that say what it opens."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reps.models import User

from .connection import Connection


class ApiKey(models.Model):
    """Printed once when made; only its SHA-256 is kept (of 256 random bits: a slow hash adds nothing)."""

    class Scope(models.TextChoices):
        """What a key opens."""

        LEADS_WRITE = "leads:write", _("send leads")
        LEADS_READ = "leads:read", _("read leads, why, timeline")
        RULES_READ = "rules:read", _("read rules, versions, what stands still")
        REPORTS_READ = "reports:read", _("read the figures of the reports")
        HOOKS = "hooks", _("subscribe to events of leads, read them")
        RULES_WRITE = "rules:write", _("change and publish rules, pause routing, move leads, let reps go")

    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(_("prefix"), max_length=12, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope), verbose_name=_("scopes"))
    connection = models.ForeignKey(Connection, models.PROTECT, verbose_name=_("connection"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class KeyMaker(User):
    """A user as the maker of keys: the keys of who is switched off end with the same commit, whoever does that.

    Row by row and for good, so that switching them on again revives none. A machine that lives on needs a key made by
    somebody who is there.
    """

    class Meta:
        proxy = True
        verbose_name = _("maker of keys")
        verbose_name_plural = _("makers of keys")
        triggers = [
            pgtrigger.Trigger(
                name="end_keys",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("is_active"),
                condition=pgtrigger.Q(new__is_active=False),
                func="UPDATE leads_apikey SET revoked_at = now() WHERE created_by_id = NEW.id AND revoked_at IS NULL;"
                " RETURN NULL;",
            )
        ]
