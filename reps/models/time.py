"""When a rep works: weekly shifts, planned time off, pauses."""

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import IntegerRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Mod
from django.utils.translation import gettext_lazy as _

from .period import PeriodRow, TstzRange, ends_after_start, no_overlap
from .rep import Rep
from .triggers import bumps_roster


def _seconds(column: str) -> models.Func:
    return models.Func(
        F(column), template="(EXTRACT(EPOCH FROM %(expressions)s)::int)", output_field=models.IntegerField()
    )


def block() -> models.Func:
    """The block's seconds of the day as a range; one that ends at or before its beginning ends on the next day."""
    length = Mod(_seconds("ends") - _seconds("begins") + 86_399, 86_400, output_field=models.IntegerField()) + 1
    return models.Func(
        _seconds("begins"), _seconds("begins") + length, function="INT4RANGE", output_field=IntegerRangeField()
    )


@pghistory.track()
class Shift(PeriodRow):
    """A weekly block in the rep's own time zone; several blocks a day are several rows."""

    class Weekday(models.IntegerChoices):
        """Monday is 0, as in Python."""

        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    rep = models.ForeignKey(Rep, models.PROTECT, related_name="shifts", verbose_name=_("rep"))
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    begins = models.TimeField(_("begins"))
    ends = models.TimeField(_("ends"), help_text=_("At or before the beginning means on the next day."))
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, editable=False, help_text=_("Of a rep who moved since; else theirs.")
    )

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["rep", "weekday", "begins"]
        constraints = [
            ExclusionConstraint(
                name="shift_blocks_apart",
                expressions=[
                    ("rep", RangeOperators.EQUAL),
                    ("weekday", RangeOperators.EQUAL),
                    (block(), RangeOperators.OVERLAPS),
                    (TstzRange(F("starts_at"), F("ends_at")), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This overlaps another shift of the same day."),
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="shift_weekday"),
            ends_after_start("shift_ends_after_start"),
        ]
        triggers = bumps_roster()

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.begins:%H:%M} to {self.ends:%H:%M}"


@pghistory.track()
class TimeOff(PeriodRow):
    """Planned absence, part days too."""

    class Kind(models.TextChoices):
        """Why; shown to managers, not to other reps."""

        HOLIDAY = "holiday", _("holiday")
        SICK = "sick", _("sick leave")
        OTHER = "other", _("other")

    rep = models.ForeignKey(Rep, models.PROTECT, related_name="time_off", verbose_name=_("rep"))
    ends_at = models.DateTimeField(_("until"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.HOLIDAY)

    class Meta:
        verbose_name = _("time off")
        verbose_name_plural = _("time off")
        constraints = [no_overlap("time_off_apart", "rep"), ends_after_start("time_off_ends_after_start")]
        triggers = bumps_roster()

    def __str__(self) -> str:
        return f"{self.rep}: {self.get_kind_display()}"


@pghistory.track()
class Pause(PeriodRow):
    """The big switch: off until switched on again, or until an instant."""

    rep = models.ForeignKey(Rep, models.PROTECT, related_name="pauses", verbose_name=_("rep"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("switched off by"),
    )

    class Why(models.TextChoices):
        """What switched the rep off."""

        BY_HAND = "", _("by hand")
        SILENT = "silent", _("did not answer in time")

    why = models.CharField(_("because"), max_length=10, choices=Why, blank=True, default=Why.BY_HAND)

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        constraints = [no_overlap("pause_apart", "rep"), ends_after_start("pause_ends_after_start")]
        triggers = bumps_roster()

    def __str__(self) -> str:
        return str(self.rep)
