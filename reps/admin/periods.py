"""Rows that run for a period, under what they belong to: a change closes one and opens the next."""

from typing import Any

from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import TabularInline

from reps import roster
from reps.models import PeriodRow


class PeriodInline(TabularInline):
    """Rows in force now or later; what is over stays in the database and out of the way."""

    extra = 0
    readonly_fields = ("starts_at",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without the past."""
        return super().get_queryset(request).within(timezone.now(), timezone.now().replace(year=9000))


class KeepsPast:
    """Saves period rows by the roster: a change closes one row and opens the next, a removal ends it."""

    def save_formset(self, request: HttpRequest, form: ModelForm, formset: BaseModelFormSet, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Write the inlines."""
        if formset.model is None or not issubclass(formset.model, PeriodRow):
            super().save_formset(request, form, formset, change)  # type: ignore[misc]  # of HouseAdmin
            return
        now = timezone.now()
        formset.save(commit=False)
        for row in formset.deleted_objects:
            roster.end(row=row, now=now)
        for row, changed in formset.changed_objects:
            roster.revise(row=row, now=now, changes={name: getattr(row, name) for name in changed})
        for row in formset.new_objects:
            row.starts_at = row.starts_at or now
            row.save()
