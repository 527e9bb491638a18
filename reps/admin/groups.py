"""Groups with their members, and the division they stand in."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reps.admin.periods import KeepsPast, PeriodInline
from reps.models import Division, Group, Membership
from reps.web.admin_parts import HouseAdmin


class MembershipInline(PeriodInline):
    """Who is in the group."""

    model = Membership
    autocomplete_fields = ("rep",)
    fields = (
        "rep", "weight", "percent", "tier", "cap_open", "cap_hour", "cap_day", "cap_week", "cap_month", "caps_rolling",
        "ends_at", "starts_at",
    )  # fmt: skip


class GroupAdminBase(KeepsPast, HouseAdmin):
    """Groups with their members; routing adds the ways to share and the check of the steps, as only it knows them."""

    list_display = ("name", "pool", "respond_within", "visibility", "active")
    list_filter = ("active", "pool")
    search_fields = ("name",)
    autocomplete_fields = ("managers",)
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("name", "method", "steps", "respond_within", "managers", "active")}),
        (_("If nobody answers"), {"fields": ("clock", "escalation", "wait_alert")}),
        (
            _("Pool and offers"),
            {
                "fields": (
                    "pool",
                    "pool_cards",
                    "public_fields",
                    "claims_per_day",
                    "claims_unworked",
                    "claim_pause",
                    "put_backs_per_day",
                )
            },
        ),
        (
            _("Fair share"),
            {
                "fields": (
                    "count_manual",
                    "count_kept",
                    "count_claims",
                    "count_accounts",
                    "free_decline",
                    "on_return",
                    "repay_per_day",
                    "when_away",
                )
            },
        ),
        (_("Advanced"), {"fields": ("visibility", "blind_for_managers")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Made inactive instead."""
        return False


@admin.register(Division)
class DivisionAdmin(HouseAdmin):
    """Name, time zone, currency, and how the same person and the same company are known again."""

    list_display = ("name", "time_zone", "base_currency", "enquiries")
    readonly_fields = ("base_currency",)  # the page of settings says first what another one means

    def has_add_permission(self, request: HttpRequest) -> bool:
        """One is enough for now."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Division | None = None) -> bool:
        """Everything stands on it."""
        return False
