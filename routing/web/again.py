"""Routing again from the page of the rules: which leads, a look at how many would go and why others stay, then it."""

import hashlib
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from leads.models import Lead
from leads.web.show import title_of
from reps.models import User
from routing import hand, rulesets, wording
from routing.models import RuleSet
from routing.web.editors import editor, set_of

_SHOWN = 20
_VERSIONS = 20


class AgainForm(forms.Form):
    """Which leads: by the rule that decided, the version, since when; at least one of them."""

    rule = forms.ChoiceField(label=gettext_lazy("Decided by the rule"), required=False)
    version = forms.TypedChoiceField(
        label=gettext_lazy("Decided by the version"), required=False, coerce=int, empty_value=None
    )
    since = forms.DateTimeField(
        label=gettext_lazy("Decided since"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    why = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("The reps who lose a lead by it read this."),
    )

    def __init__(self, *args: Any, rule_set: RuleSet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rule_set = rule_set
        rules = rulesets.rules_of(rule_set.published).rules if rule_set.published else ()
        versions = rule_set.versions.order_by("-n").values_list("n", flat=True)[:_VERSIONS]
        for name, known in (
            ("rule", [(rule.key, rule.name) for rule in rules]),
            ("version", [(str(n), _("Version %d") % n) for n in versions]),
        ):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = [("", _("any")), *known]

    def clean(self) -> dict[str, Any]:
        """Something has to be said, else every lead of the past would be meant."""
        found = super().clean() or {}
        if not self.errors and not any(found.get(name) for name in ("rule", "version", "since")):
            raise forms.ValidationError(_("Say which leads: by rule, by version, or since when."))
        if found.get("since") and found["since"] > timezone.now():
            self.add_error("since", _("This is still to come."))
        return found

    def wanted(self) -> hand.Wanted:
        """As it is routed again."""
        read = self.cleaned_data
        version = self.rule_set.versions.get(n=read["version"]) if read["version"] else None
        return hand.Wanted(version, read["rule"], read["since"], None)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """POST `go=look` shows what would happen, `go=do` does what was looked at."""
    user, rule_set = editor(request), set_of(uid)
    form = AgainForm(request.POST or None, rule_set=rule_set)
    context: dict[str, Any] = {"form": form, "set": {"name": rule_set.name, "uid": rule_set.uid}}
    if form.is_bound and form.is_valid():
        wanted = form.wanted()
        seen = hand.preview_again(division_id=rule_set.division_id, wanted=wanted)
        token = _token(wanted, seen)
        if request.POST.get("go") == "do" and request.POST.get("looked") == token:
            return _do(request, user, form, wanted)
        context |= _seen(user, seen) | {"token": token, "changed": request.POST.get("go") == "do"}
    return render(request, "routing/again.html", context)


def _token(wanted: hand.Wanted, seen: hand.Preview) -> str:
    """Of what was looked at: only those leads go, so whoever was too slow looks again."""
    return hashlib.sha256(repr((wanted.asked(), seen.going)).encode()).hexdigest()[:16]


def _do(request: HttpRequest, user: User, form: AgainForm, wanted: hand.Wanted) -> HttpResponse:
    why = form.cleaned_data["why"].replace("\x00", "")
    done = hand.run_again(division_id=form.rule_set.division_id, wanted=wanted, by=user, why=why, now=timezone.now())
    says = ngettext(
        "%(n)d lead went through the rules again.", "%(n)d leads went through the rules again.", done.count
    ) % {"n": done.count}
    stayed = _("These stay where they are: %s.") % wording.stayed_says(done.stayed) if done.stayed else ""
    messages.success(request, f"{says} {stayed}".strip())
    return redirect("rules-set", form.rule_set.uid)


def _seen(user: User, seen: hand.Preview) -> dict[str, Any]:
    rows = Lead.objects.filter(pk__in=seen.going[:_SHOWN]).select_related("private", "owner__user", "group")
    visible = Lead.objects.visible_to(user, now=timezone.now()).filter(pk__in=[row.pk for row in rows])
    readable = set(visible.values_list("pk", flat=True))
    return {
        "seen": seen,
        "stayed": wording.stayed_says(seen.stayed),
        "leads": [
            {
                "uid": row.uid,
                "title": title_of(row, row.private) if row.pk in readable else _("Lead %s") % row.pk,
                "readable": row.pk in readable,
                "row": row,
            }
            for row in sorted(rows, key=lambda row: row.pk)
        ],
        "more": max(0, len(seen.going) - _SHOWN),
    }
