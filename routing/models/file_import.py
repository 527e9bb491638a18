"""An import of one file: what was sent, how its columns are read, how far it came, and what became of the rows."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from leads.models import Connection
from reps.models.division import DivisionKey


def no_columns() -> list[Any]:
    """Nothing read yet."""
    return []


class FileImport(models.Model):
    """The file itself lies in a private folder under the row's `uid`, and goes after some days; this row stays."""

    class Kind(models.TextChoices):
        """What a row of the file is."""

        NEW = "new", _("new leads")
        HISTORY = "history", _("leads of the past")
        ACCOUNTS = "accounts", _("accounts")
        TERRITORIES = "territories", _("territories")
        REPS = "reps", _("reps and memberships")

    class Status(models.TextChoices):
        """How far it is."""

        READING = "reading", _("being looked through")
        MAPPING = "mapping", _("not started")
        CHECKING = "checking", _("being tried")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("stopped")
        FAILED = "failed", _("failed")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    division = DivisionKey()
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    file_name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    header = models.JSONField(default=no_columns, blank=True)
    mapping = models.JSONField(default=no_columns, blank=True, help_text=_("What each column fills."))
    options = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.READING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    place = models.PositiveBigIntegerField(default=0, help_text=_("Where the next row begins; moves with the rows."))
    counts = models.JSONField(default=dict, blank=True)
    told = models.PositiveBigIntegerField(default=0, help_text=_("How long the file of refused rows is."))
    checked = models.JSONField(null=True, blank=True, help_text=_("What the last dry run found."))
    lease = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    forgotten_at = models.DateTimeField(null=True, blank=True, help_text=_("When the file was thrown away."))

    class Meta:
        verbose_name = _("import of a file")
        verbose_name_plural = _("imports of files")
        indexes = [
            models.Index(
                fields=["status"],
                condition=Q(status__in=["reading", "checking", "running"]),
                name="file_import_under_way",
            ),
            models.Index(fields=["sha256"], name="file_import_same_file"),
        ]

    def __str__(self) -> str:
        return self.file_name
