"""Lists whose filters and order can be kept as views: what each reads of its address, and who may open it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.models import Lead
from leads.web.filters import LeadListFilter
from reps import access
from reps.models import User

_LONGEST = 200  # of one filter
_SORT = re.compile(r"-?[a-z_]{1,20}")


@dataclass(frozen=True, slots=True)
class Listing:
    """One list. `form` gives its bound filters for a reader; `usual` is the order that needs no saying."""

    key: str
    url_name: str
    label: Any
    everything: Any
    names: tuple[str, ...]
    usual: str
    form: Callable[[Mapping[str, str], User], forms.Form]
    may: Callable[[User], bool]

    def query_of(self, sent: Mapping[str, Any]) -> dict[str, str]:
        """The filters and the order in what an address says; what is no filter, empty, or too long is left away."""
        found = {}
        for name in (*self.names, "sort"):
            value = str(sent.get(name) or "").strip()
            if value and len(value) <= _LONGEST and "\x00" not in value:
                found[name] = value
        if found.get("sort") == self.usual or not _SORT.fullmatch(found.get("sort", "")):
            found.pop("sort", None)
        return found

    def opened(self, query: Mapping[str, Any], user: User) -> tuple[dict[str, str], list[str]]:
        """What of a kept query still holds, and the words of what does not: a group may be gone, or a filter."""
        kept = self.query_of(query)
        form = self.form(kept, user)
        gone = [name for name in query if name not in (*self.names, "sort")]
        wrong = [name for name in kept if name in form.errors]
        words = [str(form.fields[name].label) for name in wrong]
        return {name: value for name, value in kept.items() if name not in wrong}, [*words, *gone]

    def url_of(self, query: Mapping[str, str]) -> str:
        """The list, so narrowed and ordered."""
        return reverse(self.url_name) + (f"?{urlencode(query)}" if query else "")

    def says(self, query: Mapping[str, str], user: User) -> str:
        """The filters in words: “Group: DACH, State: To assign”."""
        form = self.form(query, user)
        form.is_valid()
        words = [_word(form, name) for name in query if name in form.cleaned_data]
        if "sort" in query:
            words.append(_("in an order of its own"))
        return ", ".join(words)


def _word(form: Any, name: str) -> str:
    field, value = form.fields[name], form.cleaned_data[name]
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        value = dict(field.widget.choices).get(value, value)
    elif value == "none":
        value = field.null_label
    elif hasattr(value, "tzinfo"):
        value = timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return f"{field.label}: {value}"


def _leads_form(query: Mapping[str, str], _user: User) -> Any:
    return LeadListFilter(query, queryset=Lead.objects.none()).form


LEADS = Listing(
    key="leads",
    url_name="leads",
    label=gettext_lazy("Leads"),
    everything=gettext_lazy("All leads"),
    names=tuple(LeadListFilter.base_filters),
    usual="-arrived",
    form=_leads_form,
    may=lambda user: access.rep_of(user) is not None or access.is_manager(user),
)
LISTINGS: dict[str, Listing] = {LEADS.key: LEADS}


def register(listing: Listing) -> Listing:
    """Let the views of another list be kept; called once, where its page is."""
    LISTINGS[listing.key] = listing
    return listing
