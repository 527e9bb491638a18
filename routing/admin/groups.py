"""Groups in the admin: how they share and what follows silence is checked here, as only routing understands it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reps.admin.groups import GroupAdminBase
from reps.models import Group
from reps.web.admin_parts import JSONText, WholeForm
from routing.admin.forms import ListJSON, clean_escalation, clean_steps
from routing.methods import BY_KEY, METHODS, method_of

OWN = "own"


class MethodRadios(forms.RadioSelect):
    """The ways to share below each other, with whom each suits."""

    template_name = "admin/methods.html"

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """From our own templates, which the renderer of forms does not look into."""
        return render_to_string(self.template_name, self.get_context(name, value, attrs))


class GroupForm(WholeForm):
    """One click for the known ways to share; steps of one's own are checked as they are saved."""

    method = forms.ChoiceField(
        label=gettext_lazy("How this group shares"), widget=MethodRadios, required=False, choices=()
    )
    steps = JSONText(
        label=gettext_lazy("Steps of your own"),
        rows=5,
        help_text=gettext_lazy('[{"strategy": "availability"}, {"strategy": "capacity"}, {"strategy": "round_robin"}]'),
    )
    public_fields = JSONText(
        label=gettext_lazy("Shown before the claim"),
        rows=2,
        help_text=gettext_lazy(
            '["source", "country"]. Any of: source, channel, country, region, industry, size_band, intent.'
        ),
    )
    escalation = ListJSON(
        label=gettext_lazy("If nobody answers"),
        rows=3,
        help_text=gettext_lazy(
            'Empty = nothing. [{"after": 900, "do": "remind"}, {"after": 1800, "do": "release"}], in seconds; also'
            " warn (the manager) and pause (switch the rep off)."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["method"]
        field.choices = [  # type: ignore[attr-defined]  # it is a ChoiceField
            *((method.key, format_html("<b>{}</b> {}", _(method.name), _(method.best_for))) for method in METHODS),
            (OWN, format_html("<b>{}</b> {}", _("Steps of your own"), _("As written below."))),
        ]
        known = method_of(self.instance) if self.instance.pk else BY_KEY["round_robin"]
        field.initial = known.key if known else OWN

    def clean_steps(self) -> object:
        """The method's own, unless somebody wrote their own."""
        method = BY_KEY.get(self.cleaned_data.get("method") or OWN)
        return clean_steps(method.steps if method else self.cleaned_data["steps"] or [])

    def clean_pool(self) -> object:
        """As the method needs it; where the way to share needs none, a pool for *if nobody can take it* stays."""
        method = BY_KEY.get(self.cleaned_data.get("method") or OWN)
        return method.pool if method and method.pool != Group.Pool.NONE else self.cleaned_data["pool"]

    def clean_escalation(self) -> object:
        """As above."""
        return clean_escalation(self.cleaned_data["escalation"] or [])

    def clean_public_fields(self) -> object:
        """As a list; the model checks the names."""
        value = self.cleaned_data["public_fields"] or []
        if not isinstance(value, list):
            raise ValidationError(_("Write a list of names."))
        return value


@admin.register(Group)
class GroupAdmin(GroupAdminBase):
    """Groups with members; the steps are checked here, as only routing understands them."""

    form = GroupForm
