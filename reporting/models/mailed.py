"""A report by mail: what a manager chose to get, how often, and up to when they got it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MailedReport(models.Model):
    """One for each manager who wants one."""

    class Every(models.TextChoices):
        """How often."""

        WEEK = "week", _("Each Monday morning")
        MONTH = "month", _("On the first morning of each month")

    user = models.OneToOneField("reps.User", models.CASCADE, related_name="mailed_report")
    every = models.CharField(_("how often"), max_length=10, choices=Every.choices)
    group = models.ForeignKey(
        "reps.Group", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("group")
    )
    told_for = models.DateField(help_text="The first day of the last span that was told, or that nobody asked for.")
    told_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("report by mail")
        verbose_name_plural = _("reports by mail")

    def __str__(self) -> str:
        return f"{self.user}, {self.every}"
