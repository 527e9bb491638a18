"""What ops fill in for a hook: where to, which events, of which group, and who can see what arrives there."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.lib import http
from leads.hook_kinds import HookEvent
from leads.hooks.hook import Asked
from leads.models import Hook
from leads.web.hook_words import EVENTS
from reps.models import Group


class HookForm(forms.Form):
    """The address is written, never shown again."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100, help_text=gettext_lazy("As you call it here."))
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=2000,
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://"}),
    )
    group = forms.ModelChoiceField(
        label=gettext_lazy("Of which group"),
        queryset=Group.objects.none(),
        required=False,
        empty_label=gettext_lazy("all groups"),
        help_text=gettext_lazy(
            "A lead is of no group before it is decided: choose all groups to hear that one arrived."
        ),
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("What it is told"),
        choices=[(event.value, words) for event, words in EVENTS.items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose one at least.")},
    )
    unseen_by_reps = forms.BooleanField(
        label=gettext_lazy("Reps cannot see what arrives there"),
        required=False,
        help_text=gettext_lazy(
            "On: leads of blind pools are told at once. Off: they are held back until a rep has pulled them."
        ),
    )
    tests = forms.BooleanField(
        label=gettext_lazy("Send test leads, too"),
        required=False,
        help_text=gettext_lazy("They are marked as tests; a CRM that does not look at the mark keeps them."),
    )

    def __init__(self, *args: Any, hook: Hook | None = None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {}
        if hook is not None:
            names = ("name", "group", "events", "unseen_by_reps", "tests")
            initial = {name: getattr(hook, name) for name in names}
        self.hook = hook
        super().__init__(*args, **{"initial": initial, **kwargs})
        groups = self.fields["group"]
        if isinstance(groups, forms.ModelChoiceField):
            # Its own, too, where that was switched off: saving must not widen it to all groups.
            own = Q(pk=hook.group_id) if hook is not None and hook.group_id else Q()
            groups.queryset = Group.objects.filter(Q(active=True) | own).order_by("name")
        if hook is not None:
            self.fields["url"].required = False
            self.fields["url"].help_text = _("It is %s now: leave it empty to keep it.") % hook.shown

    def clean_name(self) -> str:
        """Two are told apart by name."""
        name: str = self.cleaned_data["name"].strip()
        others = Hook.objects.filter(name=name).exclude(why_off=Hook.WhyOff.REMOVED)
        if self.hook:
            others = others.exclude(pk=self.hook.pk)
        if others.exists():
            raise forms.ValidationError(_("There is one of this name already."))
        return name

    def clean_url(self) -> str:
        """Of the open internet, or a host the operator named."""
        url: str = self.cleaned_data["url"].strip()
        if url:
            try:
                http.check_url(url)
            except http.RefusedError as error:
                raise forms.ValidationError(str(error)) from error
        return url

    def asked(self) -> Asked:
        """What was filled in."""
        given = self.cleaned_data
        return Asked(
            name=given["name"],
            url=given["url"],
            events=[HookEvent(event) for event in given["events"]],
            group=given["group"],
            unseen_by_reps=given["unseen_by_reps"],
            tests=given["tests"],
        )
