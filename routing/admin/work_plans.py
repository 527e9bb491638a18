"""Work plans in the admin: the settings of a group's plan with its steps in rows."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import TabularInline

from leads.models import FollowUpStep, Task, WorkPlan
from leads.web.found import Found
from reps.web.admin_parts import HouseAdmin, ReadOnly
from routing import quiet


class StepInline(TabularInline):
    """The steps, in the order they come due."""

    model = FollowUpStep
    extra = 1
    fields = ("day", "kind", "at", "text")


@admin.register(WorkPlan)
class WorkPlanAdmin(HouseAdmin):
    """One a group; a change of the days of silence sets the clocks of its open leads."""

    list_display = ("group", "stop_from", "again", "quiet_days", "give_on")
    list_select_related = ("group", "stop_from")
    search_fields = ("group__name",)
    autocomplete_fields = ("group",)
    inlines = (StepInline,)

    def save_model(self, request: HttpRequest, obj: WorkPlan, form: Any, change: Any) -> None:
        """Save, and let the clocks follow."""
        super().save_model(request, obj, form, change)
        if obj.quiet_days is not None and "quiet_days" in form.changed_data:
            quiet.set_for(obj.group, now=timezone.now())


@admin.register(Task)
class TaskAdmin(Found, ReadOnly, HouseAdmin):
    """Steps, as they were due, done and stopped; what they are about is read on the lead's page."""

    list_display = ("due_at", "lead", "rep", "kind", "source", "done_at", "stopped_at", "why")
    list_filter = ("due_at", "source", "kind", "why")
    list_select_related = ("lead", "rep__user")
    search_fields = ("lead", "rep")
    fields = ("lead", "rep", "source", "kind", "due_at", "created_at", "done_at", "stopped_at", "why")
