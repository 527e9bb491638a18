"""The admin's pages about people: users, reps with shifts, groups with members, territories."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group as AuthGroup
from django.db.models import QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from reps import factors, roster
from reps.models import (
    CalendarFeed,
    Division,
    Endpoint,
    Group,
    HolidayWorked,
    Membership,
    Pause,
    PeriodRow,
    Rep,
    RepSkill,
    Shift,
    Skill,
    Territory,
    TerritoryCover,
    TimeOff,
    User,
)
from reps.web.admin_parts import HouseAdmin, JSONText, ReadOnly, WholeForm

# Roles are ours (rep, manager, ops, admin); Django's own groups would only confuse.
admin.site.unregister(AuthGroup)


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


class MembershipInline(PeriodInline):
    """Who is in the group."""

    model = Membership
    autocomplete_fields = ("rep",)
    fields = (
        "rep", "weight", "percent", "tier", "cap_open", "cap_hour", "cap_day", "cap_week", "cap_month", "caps_rolling",
        "ends_at", "starts_at",
    )  # fmt: skip


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


class CoverInline(PeriodInline):
    """Who covers the territory."""

    model = TerritoryCover
    autocomplete_fields = ("rep",)
    fields = ("rep", "ends_at", "starts_at")


@admin.register(User)
class UserAdmin(HouseAdmin):
    """Who signs in; only admins may change roles."""

    form = UserChangeForm  # type: ignore[assignment]  # Django's own form for users
    add_form = AdminUserCreationForm
    list_display = ("name", "email", "is_ops", "is_superuser", "is_active", "last_login")
    list_filter = ("is_active", "is_ops", "is_superuser")
    search_fields = ("name", "email")
    ordering = ("name",)
    fieldsets = (
        (None, {"fields": ("email", "name", "password", "time_zone")}),
        (_("Roles"), {"fields": ("is_active", "is_referrer", "is_ops", "is_superuser")}),
        (_("Since"), {"fields": ("joined_at", "last_login")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)
    readonly_fields = ("joined_at", "last_login")
    actions = ("reset_factor",)

    @admin.action(description=_("Reset the second factor"))
    def reset_factor(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        """For who lost phone and recovery codes; noted in the history of each."""
        for user in rows:
            if not factors.may_reset(by=request.user, user=user):  # type: ignore[arg-type]  # signed in
                messages.error(request, gettext("%s: an administrator must do this, and nobody for themselves.") % user)
            elif not factors.reset(user=user):
                messages.info(request, gettext("%s has no second factor.") % user)
            else:
                self.log_change(request, user, gettext("Second factor reset."))
                messages.success(request, gettext("%s signs in by the password alone now.") % user)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Another form to add than to change."""
        return super().get_fieldsets(request, obj) if obj else self.add_fieldsets

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """As above."""
        return super().get_form(request, obj, change, **(kwargs if obj else {**kwargs, "form": self.add_form}))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Made inactive instead, so that history keeps its names."""
        return False


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
    autocomplete_fields = ("rep", "by")

    def has_delete_permission(self, request: HttpRequest, obj: Pause | None = None) -> bool:
        """Ended instead, so the roster as it was stays."""
        return False


@admin.register(Endpoint)
class EndpointAdmin(ReadOnly, HouseAdmin):
    """Where people are reached; they add and remove it themselves, under How I am told."""

    list_display = ("label", "channel", "user", "group", "active", "reached_at", "failed_at", "error")
    list_filter = ("channel", "active")
    list_select_related = ("user", "group")
    exclude = ("sealed", "digest")


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


class TerritoryForm(WholeForm):
    """What it covers is checked by the model, entry by entry."""

    market = JSONText(
        label=_("Covers"),
        rows=8,
        help_text=_(
            '[{"kind": "country", "countries": ["DE", "AT"]}, {"kind": "postal", "countries": ["DE"], "low": "80",'
            ' "high": "87"}, {"kind": "city", "names": ["Berlin"]}, {"kind": "world"}]'
        ),
    )


@admin.register(Territory)
class TerritoryAdmin(KeepsPast, HouseAdmin):
    """Parts of the market and who covers them."""

    list_display = ("name", "group", "active")
    list_filter = ("active", "group")
    search_fields = ("name",)
    form = TerritoryForm
    fields = ("name", "group", "market", "active")
    inlines = (CoverInline,)

    def has_delete_permission(self, request: HttpRequest, obj: Territory | None = None) -> bool:
        """Made inactive instead."""
        return False


@admin.register(Division)
class DivisionAdmin(HouseAdmin):
    """Name, time zone, currency, and how the same person and the same company are known again."""

    list_display = ("name", "time_zone", "base_currency", "enquiries")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """One is enough for now."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Division | None = None) -> bool:
        """Everything stands on it."""
        return False


class GroupAdminBase(KeepsPast, HouseAdmin):
    """Groups with their members; routing adds the ways to share and the check of the steps, as only it knows them."""

    list_display = ("name", "pool", "respond_within", "visibility", "active")
    list_filter = ("active", "pool")
    search_fields = ("name",)
    filter_horizontal = ("managers",)
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
