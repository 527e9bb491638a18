"""An account: the company a lead belongs to."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reps.models import Rep
from reps.models.division import DivisionKey


class Account(models.Model):
    """Known by its domain; free-mail domains never make one."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    division = DivisionKey()
    name = models.CharField(_("name"), max_length=200)
    domain = models.CharField(_("domain"), max_length=253, blank=True)
    external_id = models.CharField(_("external id"), max_length=200, blank=True)
    owner = models.ForeignKey(
        Rep, models.SET_NULL, null=True, blank=True, related_name="accounts", verbose_name=_("owner")
    )
    tier = models.CharField(_("tier"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(fields=["division", "domain"], condition=~Q(domain=""), name="account_domain_once"),
            models.UniqueConstraint(
                fields=["division", "external_id"], condition=~Q(external_id=""), name="account_external_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name
