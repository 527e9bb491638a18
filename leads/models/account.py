"""An account: the company a lead belongs to."""

import uuid
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from leads import company
from reps.models import Rep
from reps.models.division import DivisionKey


class NameKeyField(models.CharField):
    """The account's name in the one spelling names are compared in; written with the name, in bulk too."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: FBT001 - Django's signature
        """Made of the name, whatever stood here."""
        found = company.key_of(getattr(model_instance, "name"))  # noqa: B009 - any model with a name
        setattr(model_instance, self.attname, found)
        return found


class Account(models.Model):
    """Known by its own id, its domain or its name; free-mail domains never make one."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    division = DivisionKey()
    name = models.CharField(_("name"), max_length=200)
    name_key = NameKeyField(max_length=200, blank=True, editable=False, default="")
    domain = models.CharField(_("domain"), max_length=253, blank=True)
    external_id = models.CharField(_("external id"), max_length=200, blank=True)
    owner = models.ForeignKey(
        Rep, models.SET_NULL, null=True, blank=True, related_name="accounts", verbose_name=_("owner")
    )
    tier = models.CharField(_("tier"), max_length=40, blank=True)
    segment = models.CharField(
        _("segment"),
        max_length=100,
        blank=True,
        help_text=_("The part of the market it belongs to, in your words; territories and rules may ask for it."),
    )

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(fields=["division", "domain"], condition=~Q(domain=""), name="account_domain_once"),
            models.UniqueConstraint(
                fields=["division", "external_id"], condition=~Q(external_id=""), name="account_external_once"
            ),
        ]
        indexes = [
            # Read with every lead, written seldom: entries that wait for a vacuum would make each search read all.
            GinIndex(fields=["name_key"], opclasses=["gin_trgm_ops"], name="account_name_key", fastupdate=False),
            models.Index(fields=["division", "name_key"], name="account_same_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, **options: Any) -> None:
        """The key goes with the name where only some columns are written."""
        fields = options.get("update_fields")
        if fields is not None and "name" in fields:
            options["update_fields"] = {*fields, "name_key"}
        super().save(**options)
