"""What is said of leads before routing, in the admin: scores, priorities by score, qualification rules."""

from functools import cache
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.conditions import ConditionError, parse
from leads.conditions.fields import Catalogue
from leads.models import CompanyRecord, QualificationRule, ScoreBand, ScoreRow
from leads.qualify import normalise
from leads.qualify.freeze import catalogue_of
from reps.models.division import SEEDED
from reps.web.admin_parts import HouseAdmin, JSONText, WholeForm
from routing import wording
from routing.admin.forms import clean_condition
from routing.wording.conditions import condition_says

_EXAMPLE = gettext_lazy(
    'Empty = every lead. {"all": [{"field": "employees", "operator": "at_least", "value": 200},'
    ' {"field": "free_mail", "operator": "is", "value": false}]}'
)


class ConditionForm(WholeForm):
    """The condition is checked as it is saved."""

    condition = JSONText(label=gettext_lazy("When"), rows=5, help_text=_EXAMPLE)

    def clean_condition(self) -> object:
        """The tree, or every wrong leaf of it by name."""
        return clean_condition(self.cleaned_data["condition"])


class ConditionAdmin(HouseAdmin):
    """Rows with a condition, which the list reads out."""

    form = ConditionForm
    list_filter = ("active",)
    ordering = ("position", "pk")
    when_before = ""  # the column that the condition stands before

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, str | list[str]]:
        """A new row comes last."""
        last = self.model._default_manager.order_by("-position").values_list("position", flat=True).first()  # noqa: SLF001 - Django's documented way
        return {"position": str((last or 0) + 1)}

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """With the conditions in words; the fields they ask about are read once for all rows."""
        catalogues = cache(catalogue_of)

        @admin.display(description=_("when"))
        def when(obj: Any) -> SafeString | str:
            return _says(obj.condition, catalogues(obj.division_id))

        shown: list[Any] = [*super().get_list_display(request)]
        shown.insert(shown.index(self.when_before), when)
        return shown


def _says(condition: Any, catalogue: Catalogue) -> SafeString | str:
    """The condition in plain words, or what is wrong with it: then it is passed over."""
    try:
        return condition_says(parse(condition, catalogue)) or _("every lead")
    except ConditionError as error:
        told = " ".join(wording.condition_problem(p) for p in error.problems)
        return format_html("<b>{}</b> {}", _("Passed over:"), told)


@admin.register(ScoreRow)
class ScoreRowAdmin(ConditionAdmin):
    """Points; all rows that hold are added up, with what came with the lead."""

    list_display = ("position", "label", "signed", "active")
    when_before = "active"
    list_display_links = ("label",)
    fields = ("label", "condition", "points", "position", "active")

    @admin.display(description=gettext_lazy("points"), ordering="points")
    def signed(self, obj: ScoreRow) -> str:
        """With their sign."""
        return f"{obj.points:+d}"


@admin.register(ScoreBand)
class ScoreBandAdmin(HouseAdmin):
    """From how many points leads come sooner."""

    list_display = ("at_least", "band")
    fields = ("at_least", "band")


@admin.register(QualificationRule)
class QualificationRuleAdmin(ConditionAdmin):
    """In order; the first that holds decides, and a lead of which none holds is qualified."""

    list_display = ("position", "name", "becomes", "over_answers", "active")
    when_before = "becomes"
    list_display_links = ("name",)
    fields = ("name", "condition", "verdict", "reason", "over_answers", "position", "active")

    @admin.display(description=gettext_lazy("the lead"), ordering="verdict")
    def becomes(self, obj: QualificationRule) -> str:
        """What becomes of it, and why."""
        verdict = obj.get_verdict_display()
        return f"{verdict}: {obj.reason}" if obj.reason else verdict


class CompanyForm(WholeForm):
    """The domain in one spelling, the country as its code, your fields by key."""

    attributes = JSONText(label=gettext_lazy("Your fields"), help_text=gettext_lazy('By key: {"erp": "none"}'))
    country = forms.CharField(label=gettext_lazy("Country"), required=False, max_length=80)

    def clean_domain(self) -> str:
        """As leads are matched by it."""
        found = normalise.domain("", self.cleaned_data["domain"])
        if not found:
            raise ValidationError(_("This is no domain of a company."))
        return found

    def clean_country(self) -> str:
        """A code or a name."""
        text = self.cleaned_data["country"]
        try:
            return normalise.country(text) if text else ""
        except normalise.UnusableError as error:
            raise ValidationError(_("“%s” is no country we know.") % text) from error

    def clean_attributes(self) -> object:
        """Each an attribute that is there, of its type."""
        given = self.cleaned_data["attributes"] or {}
        catalogue = catalogue_of(SEEDED)
        own = {f.key for f in catalogue if f.custom}
        if not isinstance(given, dict) or set(given) - own:
            raise ValidationError(_("Write your attributes by key; there are: %s.") % (", ".join(sorted(own)) or "-"))
        if wrong := set(given) - set(catalogue.fold(given)):
            raise ValidationError(_("These do not fit their type: %s.") % ", ".join(sorted(wrong)))
        return given


@admin.register(CompanyRecord)
class CompanyRecordAdmin(HouseAdmin):
    """Your own table of companies, by domain; the enricher “Company table” reads it."""

    form = CompanyForm
    list_display = ("domain", "name", "employees", "industry", "country", "updated_at")
    search_fields = ("domain", "name")
    fields = (
        "domain", "name", "employees", "industry", "segment", "country", "region", "city", "postal_code", "attributes",
    )  # fmt: skip
