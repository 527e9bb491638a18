"""An export: somebody took a table out as a file."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Export(models.Model):
    """Who took out what, and how many rows of it; written before the file goes out, never changed."""

    class What(models.TextChoices):
        """Which table."""

        LEADS = "leads", _("leads")
        REPORTS = "reports", _("reports of all reps")
        REP_REPORT = "rep_report", _("report of one rep")
        FAIR_SHARE = "fair_share", _("a rep's own fair share")
        MOVES = "moves", _("leads of a simulation that would move")
        ACCOUNTS = "accounts", _("accounts")
        TERRITORIES = "territories", _("territories")
        REPS = "reps", _("reps")
        LOG = "log", _("assignment log")
        IN_OUT = "in_out", _("in and out")

    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("by"),
        db_constraint=False,
    )
    what = models.CharField(_("what"), max_length=12, choices=What)
    rows = models.PositiveIntegerField(_("rows"))

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        indexes = [models.Index(fields=["at"], name="export_at")]

    def __str__(self) -> str:
        return f"{self.what} {self.at:%Y-%m-%d %H:%M}"
