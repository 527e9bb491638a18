"""How many leads at most: open ones, and new ones in an hour, a day, a week, a month."""

from django.db import models
from django.utils.translation import gettext_lazy as _

# In the order in which they are asked; also the names of the periods in routing.engine.world.
PERIODS = ("hour", "day", "week", "month")


class Caps(models.Model):
    """Empty = no limit; 0 = takes nothing. Periods are those of the rep's own calendar, or roll with the clock."""

    cap_open = models.PositiveIntegerField(_("open leads at most"), null=True, blank=True)
    cap_hour = models.PositiveIntegerField(_("leads an hour at most"), null=True, blank=True)
    cap_day = models.PositiveIntegerField(_("leads a day at most"), null=True, blank=True)
    cap_week = models.PositiveIntegerField(_("leads a week at most"), null=True, blank=True)
    cap_month = models.PositiveIntegerField(_("leads a month at most"), null=True, blank=True)
    caps_rolling = models.BooleanField(
        _("rolling"),
        default=False,
        help_text=_(
            "Off: the hour, day, week (from Monday) and month of the rep's calendar. On: the last 60 minutes,"
            " 24 hours, 7 days, 30 days."
        ),
    )

    class Meta:
        abstract = True
