"""Who signs in."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group as AuthGroup
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reps import factors
from reps.models import User
from reps.web.admin_parts import HouseAdmin

# Roles are ours (rep, manager, ops, admin); Django's own groups would only confuse.
admin.site.unregister(AuthGroup)


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
