"""A rep's own address for copies of mails, and the mails that were copied to it."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reps.models import Rep

from .inbound import Inbound
from .lead import Lead


class CopyAddress(models.Model):
    """The secret part of the address, by which a mail proves that the rep wants it logged; renewed at will."""

    rep = models.OneToOneField(Rep, models.PROTECT, related_name="copy_address", verbose_name=_("rep"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    sealed = models.TextField(_("sealed address"))
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("address for copies")
        verbose_name_plural = _("addresses for copies")

    def __str__(self) -> str:
        return str(self.rep)


class CopiedMail(models.Model):
    """Once for each rep and Message-ID. What it says stands here only while nobody knows whose it is."""

    class State(models.TextChoices):
        """What became of it."""

        UNMATCHED = "unmatched", _("not matched")
        LOGGED = "logged", _("logged")
        IGNORED = "ignored", _("ignored")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    rep = models.ForeignKey(Rep, models.PROTECT, related_name="copied_mails")
    key = models.CharField(max_length=64, help_text="SHA-256 of its Message-ID.")
    inbound = models.ForeignKey(Inbound, models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.UNMATCHED)
    outbound = models.BooleanField(help_text="The rep wrote it; else it was written to them.")
    people = models.JSONField(default=list, blank=True)
    subject = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    lead = models.ForeignKey(Lead, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("copied mail")
        verbose_name_plural = _("copied mails")
        constraints = [models.UniqueConstraint(fields=["rep", "key"], name="copied_mail_once")]
        indexes = [
            models.Index(fields=["rep", "received_at"], condition=Q(state="unmatched"), name="copied_mail_unmatched")
        ]

    def __str__(self) -> str:
        return f"{self.rep_id} {self.received_at:%Y-%m-%d %H:%M}"
