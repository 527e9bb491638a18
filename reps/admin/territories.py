"""Parts of the market and who covers them."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reps.admin.periods import KeepsPast, PeriodInline
from reps.models import Territory, TerritoryCover
from reps.web.admin_parts import HouseAdmin, JSONText, WholeForm


class CoverInline(PeriodInline):
    """Who covers the territory."""

    model = TerritoryCover
    autocomplete_fields = ("rep",)
    fields = ("rep", "ends_at", "starts_at")


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
