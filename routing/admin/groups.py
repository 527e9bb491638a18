"""Groups in the admin: how they share and what follows silence is checked here, as only routing understands it."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reps.admin import GroupAdminBase
from reps.models import Group
from reps.web.admin_parts import JSONText, WholeForm
from routing.admin.forms import ListJSON, clean_escalation, clean_steps


class GroupForm(WholeForm):
    """The steps are checked as they are saved."""

    steps = JSONText(
        label=gettext_lazy("How this group shares"),
        rows=5,
        help_text=gettext_lazy('[{"strategy": "availability"}, {"strategy": "capacity"}, {"strategy": "round_robin"}]'),
    )
    public_fields = JSONText(
        label=gettext_lazy("Shown before the claim"),
        rows=2,
        help_text=gettext_lazy("Any of: source, channel, country, region, industry, size_band, intent."),
    )
    escalation = ListJSON(
        label=gettext_lazy("If nobody answers"),
        rows=3,
        help_text=gettext_lazy(
            'Empty = nothing. [{"after": 900, "do": "remind"}, {"after": 1800, "do": "release"}], in seconds; also'
            " warn (the manager) and pause (switch the rep off)."
        ),
    )

    def clean_steps(self) -> object:
        """As above."""
        return clean_steps(self.cleaned_data["steps"] or [])

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
