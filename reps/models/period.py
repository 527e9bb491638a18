"""Period rows: half-open spans with a null end, so that the roster as it was can be asked for at any instant."""

from datetime import datetime
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _


class TstzRange(Func):
    """The half-open range of two instants in PostgreSQL."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


def no_overlap(name: str, *same: str) -> ExclusionConstraint:
    """Rows that agree in `same` may not overlap in time (needs the extension btree_gist)."""
    return ExclusionConstraint(
        name=name,
        expressions=[
            *((field, RangeOperators.EQUAL) for field in same),
            (TstzRange(F("starts_at"), F("ends_at")), RangeOperators.OVERLAPS),
        ],
        violation_error_message=_("This overlaps another entry of the same kind."),
    )


def ends_after_start(name: str) -> models.CheckConstraint:
    """A period that has an end ends after it starts."""
    return models.CheckConstraint(
        condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
        name=name,
        violation_error_message=_("The end must be after the start."),
    )


class PeriodQuerySet(models.QuerySet):
    """Questions about periods."""

    def at(self, instant: datetime) -> Self:
        """Rows in force at the instant."""
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=instant), starts_at__lte=instant)

    def within(self, since: datetime, until: datetime) -> Self:
        """Rows that touch the span."""
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=since), starts_at__lt=until)


class PeriodRow(models.Model):
    """A row in force from `starts_at` (inclusive) to `ends_at` (exclusive; null = until further notice)."""

    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        abstract = True
