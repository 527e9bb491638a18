"""How far a mailbox is read: by it no mail is taken twice, and none is marked as read before it is kept."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .connection import Connection


class Mailbox(models.Model):
    """Of a connection that looks into an IMAP folder. `leads.mailboxes` is the only writer."""

    connection = models.OneToOneField(Connection, models.CASCADE, related_name="mailbox")
    # Which folder of whom the numbers below belong to: another server, user or folder begins anew.
    place = models.CharField(max_length=64, blank=True)
    validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    # Up to this number the mails were there before the first look.
    old_until = models.BigIntegerField(default=0)
    # Kept here, but not yet marked or moved there.
    to_mark = models.JSONField(default=list, blank=True)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    worked_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    taken = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")

    def __str__(self) -> str:
        return str(self.connection)
