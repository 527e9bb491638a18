"""What happened on a day, counted: kept by the database with every change of a spell, so that years are quick."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Daily(models.Model):
    """How often an event of `reporting.in_and_out` happened on a day of the company, for a rep in a group.

    Written by triggers on the spells only (migration 0006); a row may say 0 where what was counted is gone.
    """

    division = models.ForeignKey(
        "reps.Division", models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False
    )
    day = models.DateField()
    rep = models.ForeignKey("reps.Rep", models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False)
    group = models.ForeignKey(
        "reps.Group", models.DO_NOTHING, null=True, db_constraint=False, related_name="+", db_index=False
    )
    event = models.CharField(max_length=16)
    n = models.IntegerField()

    class Meta:
        verbose_name = _("count of a day")
        verbose_name_plural = _("counts of days")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "rep", "group", "event", "division"], nulls_distinct=False, name="daily_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.event} {self.n}"
