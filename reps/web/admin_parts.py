"""Parts all pages of the admin share: forms that check the whole row, JSON as people edit it, rows to look at only."""

import json
from collections.abc import Sequence
from typing import Any

import pghistory
from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError
from django.db.models import QuerySet
from django.forms.fields import InvalidJSONInput
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from config.lib import strict_json
from config.lib.paging import EstimatedPages


class WholeForm(forms.ModelForm):
    """Checks constraints over the division too, though no form shows it."""

    def _get_validation_exclusions(self) -> set[str]:
        return set(super()._get_validation_exclusions()) - {"division"}  # type: ignore[misc]  # Django's own, untyped


class JSONText(forms.JSONField):
    """JSON as people edit it: indented, read strictly, and nothing where there is nothing."""

    def __init__(self, *args: Any, rows: int = 4, **kwargs: Any) -> None:
        widget = UnfoldAdminTextareaWidget(attrs={"rows": rows, "spellcheck": "false", "class": "font-mono"})
        super().__init__(*args, **{"required": False, "widget": widget, **kwargs})

    def to_python(self, value: Any) -> Any:
        """The value, or ValidationError saying what is wrong and where."""
        if self.disabled or value in self.empty_values or not isinstance(value, str):
            return super().to_python(value)
        try:
            read = strict_json.loads(value)
            strict_json.check(read)
        except strict_json.UnstorableError as error:
            raise ValidationError(f"{error.path or _('the text')}: {error}") from error
        except strict_json.NotJSONError as error:
            raise ValidationError(str(error)) from error
        # Decimals as numbers again: what this form keeps are settings, not sums of money.
        return json.loads(json.dumps(read, default=float))

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was typed, as it was typed."""
        return initial if self.disabled else InvalidJSONInput(data or "")

    def prepare_value(self, value: Any) -> Any:
        """Nothing for null and for empty lists."""
        if isinstance(value, InvalidJSONInput):
            return value
        return "" if value in (None, [], {}) else json.dumps(value, indent=2, ensure_ascii=False)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """What cannot be read has changed, too."""
        try:
            return bool(super().has_changed(initial, data))
        except ValidationError:
            return True


class HouseAdmin(ModelAdmin):
    """Histories know who; what the database refuses is told in words, and nothing of the form is written then."""

    form = WholeForm
    paginator = EstimatedPages
    show_full_result_count = False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """As usual, and a constraint that only the rows together break becomes a message."""
        try:
            with pghistory.context(by=request.user.pk):
                return super().changeform_view(request, object_id, form_url, extra_context)
        except (IntegrityError, DataError) as error:
            messages.error(request, refusal(error))
            return HttpResponseRedirect(request.get_full_path())


def one_of(name: str, label: Any, known: Sequence[tuple[str, Any]]) -> type[admin.SimpleListFilter]:
    """A filter by known values of a column: asking a table of millions which it holds takes a second."""

    class OneOf(admin.SimpleListFilter):
        title, parameter_name = label, name

        def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
            return known

        def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
            return queryset.filter(**{name: self.value()}) if self.value() else queryset

    return OneOf


class ReadOnly:
    """Records that one module writes; the admin shows them."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Its writer adds."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Its writer changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nothing is lost here."""
        return False


def refusal(error: Exception) -> str:
    """The constraint's own words, else what kind of thing went wrong."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    for model in apps.get_models():
        for constraint in model._meta.constraints:  # noqa: SLF001 - Django's documented API
            if constraint.name == name:
                return f"{model._meta.verbose_name}: {constraint.get_violation_error_message()}"  # noqa: SLF001 - as above
    if isinstance(error, DataError):
        return _("Nothing was saved: an end lies before its beginning, or a value is out of range.")
    return _("Nothing was saved: it contradicts another entry.")
