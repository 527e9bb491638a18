"""An invitation: a link by mail that makes somebody a user with roles, once."""

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from .group import Group


@pghistory.track(fields=["email", "by", "used_at", "withdrawn_at", "is_ops", "user"], model_name="InvitationEvent")
class Invitation(models.Model):
    """Of the link only a digest is kept; sending it again makes another link, and the one before opens nothing."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="invitations", verbose_name=_("invited by")
    )
    rep_in = models.ManyToManyField(Group, blank=True, related_name="+", verbose_name=_("sales rep in"))
    manager_of = models.ManyToManyField(Group, blank=True, related_name="+", verbose_name=_("manager of"))
    is_rep = models.BooleanField(_("sales rep"), default=False)
    is_referrer = models.BooleanField(_("referrer"), default=False)
    is_ops = models.BooleanField(_("ops"), default=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(_("invited"))
    sent_at = models.DateTimeField(_("last sent"))
    good_until = models.DateTimeField(_("good until"))
    used_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("user")
    )

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"), condition=Q(used_at=None, withdrawn_at=None), name="invitation_open_once"
            )
        ]

    def __str__(self) -> str:
        return self.email
