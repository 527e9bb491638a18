"""The admin's pages about leads: read-only records, and what ops configure."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads import inbound, keys
from leads.models import Account, ApiKey, Attribute, Connection, Delivery, Export, Intake, Lead, Stage, WebForm
from leads.web.found import Found
from reps import news
from reps.web.admin_parts import HouseAdmin, JSONText, ReadOnly, WholeForm, one_of

_MOST_AGAIN = 1000
EVENTS = [(event, event.replace("_", " ")) for kind in news.KINDS for event in kind.events]


@admin.register(Intake)
class IntakeAdmin(Found, ReadOnly, HouseAdmin):
    """What came through the doors."""

    list_display = ("received_at", "connection", "outcome", "lead")
    list_filter = ("received_at", "outcome", "connection")
    list_select_related = ("connection", "lead")
    search_fields = ("lead",)
    actions = ("run_again",)
    # The raw body stays in the database: who may read the lead reads it there.
    fields = ("received_at", "connection", "outcome", "lead", "error")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Intake]":
        """Of leads the reader may see."""
        seen = Lead.objects.visible_to(request.user, now=timezone.now())
        return super().get_queryset(request).filter(lead__in=seen)

    @admin.action(description=gettext_lazy("Run the deliveries again"), permissions=["replay"])
    def run_again(self, request: HttpRequest, rows: "QuerySet[Intake]") -> None:
        """As on the page of deliveries: what was made of them already is not made twice."""
        pks = set(rows.exclude(inbound=None).values_list("inbound", flat=True)[:_MOST_AGAIN])
        done = inbound.replay(pks=sorted(pks), now=timezone.now())
        if done:
            says = ngettext("%(n)d delivery runs again.", "%(n)d deliveries run again.", done)
            messages.success(request, says % {"n": done})
        else:
            messages.warning(request, _("Nothing to run again: not signed, raw body forgotten, or it came otherwise."))

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Who may change the doors."""
        return request.user.has_perm("leads.change_connection")


@admin.register(Export)
class ExportAdmin(ReadOnly, HouseAdmin):
    """Who took out what as a file."""

    list_display = ("at", "by", "what", "rows")
    list_filter = ("what",)
    list_select_related = ("by",)
    date_hierarchy = "at"


class Arrived(admin.SimpleListFilter):
    """Whether the message got there."""

    title, parameter_name = gettext_lazy("came of it"), "came"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Sent, failed for good, or still to be sent."""
        return [("sent", _("sent")), ("failed", _("failed")), ("waits", _("to be sent"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """One of them, or all."""
        match self.value():
            case "sent":
                return queryset.exclude(sent_at=None)
            case "failed":
                return queryset.exclude(failed_at=None)
            case "waits":
                return queryset.filter(sent_at=None, failed_at=None)
        return queryset


@admin.register(Delivery)
class DeliveryAdmin(Found, ReadOnly, HouseAdmin):
    """What was told to whom."""

    list_display = ("created_at", "channel", "endpoint", "event", "rep", "user", "tries", "sent_at", "failed_at")
    list_filter = ("created_at", "channel", one_of("event", gettext_lazy("event"), EVENTS), Arrived)
    search_fields = ("lead", "rep", "user")
    list_select_related = ("rep__user", "user", "endpoint")


@admin.register(Connection)
class ConnectionAdmin(HouseAdmin):
    """The doors."""

    list_display = ("name", "kind", "active")
    fields = ("name", "kind", "active")
    readonly_fields = ("kind",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Doors beyond the seeded ones come with their connectors."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Leads came through it."""
        return False


@admin.register(WebForm)
class WebFormAdmin(ReadOnly, HouseAdmin):
    """Built on pages of their own; here they are found."""

    list_display = ("connection", "title", "updated_at")
    list_select_related = ("connection",)
    search_fields = ("connection__name", "title")
    fields = ("connection", "title", "intro", "submit_label", "consent", "origins", "updated_at")


@admin.register(Stage)
class StageAdmin(HouseAdmin):
    """The pipeline."""

    list_display = ("position", "name", "open_load", "metric")
    list_display_links = ("name",)
    fields = ("name", "key", "position", "open_load", "metric")
    prepopulated_fields = {"key": ("name",)}

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Leads stand in it, and new ones need a first."""
        return False


class AttributeForm(WholeForm):
    """The values of a choice as a list."""

    options = JSONText(label=gettext_lazy("Options"), help_text=gettext_lazy('For a choice: ["gold", "silver"]'))

    def clean_options(self) -> object:
        """Nothing is an empty list."""
        return self.cleaned_data["options"] or []


@admin.register(Attribute)
class AttributeAdmin(HouseAdmin):
    """Fields of your own, which rules may ask about."""

    list_display = ("label", "key", "type", "question", "personal")
    form = AttributeForm
    fields = ("label", "key", "type", "options", "question", "personal")
    prepopulated_fields = {"key": ("label",)}


@admin.register(Account)
class AccountAdmin(HouseAdmin):
    """Companies and their owners."""

    list_display = ("name", "domain", "owner", "tier", "segment")
    list_select_related = ("owner__user",)
    search_fields = ("name", "domain")
    autocomplete_fields = ("owner",)
    fields = ("name", "domain", "external_id", "owner", "tier", "segment")


@admin.register(ApiKey)
class ApiKeyAdmin(HouseAdmin):
    """Keys of integrations; shown once when made."""

    list_display = ("name", "prefix", "scopes", "created_at", "expires_at", "revoked_at", "last_used_at")
    fields = ("name", "scopes", "connection", "expires_at")
    actions = ("revoke",)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """A key is made anew, never changed."""
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Revoked instead, so that its deeds keep a name."""
        return False

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Make it by the verb that alone knows the secret."""
        made, plain = keys.make_key(
            name=obj.name,
            scopes=obj.scopes,
            connection=obj.connection,
            now=timezone.now(),
            by=request.user,  # type: ignore[arg-type]  # signed in
        )
        if obj.expires_at:
            ApiKey.objects.filter(pk=made.pk).update(expires_at=obj.expires_at)
        obj.pk = made.pk
        messages.warning(request, _("Keep this key now, it is not shown again: %s") % plain)

    @admin.action(description=gettext_lazy("Revoke"))
    def revoke(self, request: HttpRequest, rows: "QuerySet[ApiKey]") -> None:
        """Switch the chosen keys off."""
        done = keys.revoke_keys(keys=list(rows), now=timezone.now())
        messages.success(request, ngettext("%(n)d key is revoked.", "%(n)d keys are revoked.", done) % {"n": done})
