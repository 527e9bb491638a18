"""Reps with their week, and what takes them out of it."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from reps.admin.periods import KeepsPast, PeriodInline
from reps.models import CalendarFeed, HolidayWorked, Pause, Rep, RepSkill, Shift, Skill, TimeOff
from reps.web.admin_parts import HouseAdmin, ReadOnly


class ShiftInline(PeriodInline):
    """The rep's week."""

    model = Shift
    fields = ("weekday", "begins", "ends", "ends_at", "starts_at")


class TimeOffInline(TabularInline):
    """Planned absences."""

    model = TimeOff
    extra = 0
    fields = ("kind", "starts_at", "ends_at")


class HolidayInline(TabularInline):
    """Public holidays that are worked all the same."""

    model = HolidayWorked
    extra = 0
    fields = ("day",)


class SkillInline(PeriodInline):
    """What the rep can."""

    model = RepSkill
    autocomplete_fields = ("skill",)
    fields = ("skill", "ends_at", "starts_at")


@admin.register(Rep)
class RepAdmin(KeepsPast, HouseAdmin):
    """Reps with their week."""

    list_display = ("name", "time_zone", "country", "cap_open", "active")
    list_filter = ("active", "country")
    list_select_related = ("user",)
    search_fields = ("user__name", "user__email")
    autocomplete_fields = ("user", "backup")
    fieldsets = (
        (None, {"fields": ("user", "active", "time_zone", "country", "subdivision", "backup", "booking_url")}),
        (
            _("Limits over all groups"),
            {"fields": ("cap_open", ("cap_hour", "cap_day"), ("cap_week", "cap_month"), "caps_rolling")},
        ),
    )
    inlines = (ShiftInline, TimeOffInline, HolidayInline, SkillInline)

    def has_delete_permission(self, request: HttpRequest, obj: Rep | None = None) -> bool:
        """Made inactive instead."""
        return False


@admin.register(Pause)
class PauseAdmin(HouseAdmin):
    """Who is switched off."""

    list_display = ("rep", "starts_at", "ends_at", "by")
    list_select_related = ("rep__user", "by")
    search_fields = ("rep__user__name",)
    autocomplete_fields = ("rep", "by")

    def has_delete_permission(self, request: HttpRequest, obj: Pause | None = None) -> bool:
        """Ended instead, so the roster as it was stays."""
        return False


@admin.register(CalendarFeed)
class CalendarFeedAdmin(ReadOnly, HouseAdmin):
    """Calendars that say when a rep is busy; added and removed under My availability."""

    list_display = ("shown", "rep", "busy", "active", "read_at", "failed_at", "error")
    list_filter = ("active", "busy")
    list_select_related = ("rep__user",)
    search_fields = ("shown", "rep__user__name")
    exclude = ("sealed", "digest", "etag", "modified")


@admin.register(Skill)
class SkillAdmin(HouseAdmin):
    """What reps may be able to."""

    list_display = ("kind", "value")
    list_filter = ("kind",)
    search_fields = ("kind", "value")
    fields = ("kind", "value")
