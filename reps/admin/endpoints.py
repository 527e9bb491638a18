"""Where people are reached."""

from django.contrib import admin

from reps.models import Endpoint
from reps.web.admin_parts import HouseAdmin, ReadOnly


@admin.register(Endpoint)
class EndpointAdmin(ReadOnly, HouseAdmin):
    """Where people are reached; they add and remove it themselves, under How I am told."""

    list_display = ("label", "channel", "user", "group", "active", "reached_at", "failed_at", "error")
    list_filter = ("channel", "active")
    list_select_related = ("user", "group")
    search_fields = ("label", "user__name", "user__email", "group__name")
    exclude = ("sealed", "digest")
