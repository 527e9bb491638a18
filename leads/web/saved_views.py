"""Saved views of the list of leads: filters and order under a name, tabs over the list; what still holds of them."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads.models import Lead, SavedView
from leads.web.filters import LeadListFilter
from reps import access
from reps.models import User
from reps.web import reader

MOST = 30
_LONGEST = 200  # of one filter
_NAMES = (*LeadListFilter.base_filters, "sort")
_SORT = re.compile(r"-?[a-z_]{1,20}")
_USUAL = "-arrived"


class ViewForm(forms.Form):
    """Its name, and for managers whether all of them see it."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    shared = forms.BooleanField(label=gettext_lazy("All managers see it, too"), required=False)

    def __init__(self, *args: Any, user: User, manages: bool, view: SavedView | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.view = user, view
        self.taken: SavedView | None = None
        if not manages:
            del self.fields["shared"]

    def clean_name(self) -> str:
        """One name stands for one view."""
        name = str(self.cleaned_data["name"])
        others = SavedView.objects.filter(user=self.user, name__iexact=name)
        self.taken = (others.exclude(pk=self.view.pk) if self.view else others).first()
        if self.taken:
            raise forms.ValidationError(_("You have a view of this name already."))
        return name

    @property
    def shares(self) -> bool:
        """Whether all managers see it."""
        return bool(self.cleaned_data.get("shared"))


def query_of(sent: Mapping[str, Any]) -> dict[str, str]:
    """The filters and the order in what an address says; what is no filter, empty, or too long is left away."""
    found = {}
    for name in _NAMES:
        value = str(sent.get(name) or "").strip()
        if value and len(value) <= _LONGEST and "\x00" not in value:
            found[name] = value
    if found.get("sort") == _USUAL or not _SORT.fullmatch(found.get("sort", "")):
        found.pop("sort", None)
    return found


def opened(query: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
    """What of a kept query still holds, and the words of what does not: a group may be gone, or a filter."""
    kept = query_of(query)
    form = LeadListFilter(kept, queryset=Lead.objects.none()).form
    gone = [name for name in query if name not in _NAMES]
    wrong = [name for name in kept if name in form.errors]
    words = [str(form.fields[name].label) for name in wrong]
    return {name: value for name, value in kept.items() if name not in wrong}, [*words, *gone]


def url_of(query: Mapping[str, str]) -> str:
    """The list, so narrowed and ordered."""
    return reverse("leads") + (f"?{urlencode(query)}" if query else "")


def seen_by(user: User) -> "QuerySet[SavedView]":
    """One's own, and for managers those that were shared."""
    shared = Q(shared=True) if access.is_manager(user) else Q(pk__in=[])
    return SavedView.objects.filter(Q(user=user) | shared).select_related("user").order_by("name", "pk")


def tabs(user: User, present: Mapping[str, str]) -> list[dict[str, Any]]:
    """The list without filters and each view; the one that shows what is shown now is marked."""
    rows = list(seen_by(user))
    views = [
        {
            "label": row.name,
            "url": reverse("leads-view", args=[row.uid]),
            "active": row.query == present,
            "by": row.user.name if row.user_id != user.pk else "",
        }
        for row in rows
    ]
    return [{"label": _("All leads"), "url": reverse("leads"), "active": not present, "by": ""}, *views]


def says(query: Mapping[str, str]) -> str:
    """The filters in words: “Group: DACH, State: To assign”."""
    form = LeadListFilter(query, queryset=Lead.objects.none()).form
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


def _may(request: HttpRequest) -> User:
    if not (access.rep_of(request.user) or access.is_manager(request.user)):
        raise PermissionDenied
    return reader.user(request)


@login_required
@never_cache
@require_safe
def open_view(request: HttpRequest, uid: str) -> HttpResponse:
    """The list as the view has it; what does not hold any more is left out, and said."""
    view = get_object_or_404(seen_by(_may(request)), uid=uid)
    query, gone = opened(view.query)
    if gone:
        told = {"view": view.name, "gone": ", ".join(gone)}
        messages.warning(request, _("“%(view)s” without what does not exist any more: %(gone)s.") % told)
    return redirect(url_of(query))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the address under a name; `replace` puts them in the place of the view of this name."""
    user = _may(request)
    sent = QueryDict(request.POST.get("query", "")[:4000]) if request.method == "POST" else request.GET
    query, _gone = opened(query_of(sent.dict()))
    form = ViewForm(request.POST if request.method == "POST" else None, user=user, manages=access.is_manager(user))
    if request.method == "POST" and query and _keep(user, form, query, replace="replace" in request.POST):
        messages.success(request, _("Kept: it stands over the list."))
        return redirect(url_of(query))
    context = {
        "form": form,
        "query": urlencode(query),
        "says": says(query),
        "back": url_of(query),
        "taken": form.taken,
    }
    return render(request, "leads/view_new.html", context, status=422 if form.is_bound else 200)


def _keep(user: User, form: ViewForm, query: dict[str, str], *, replace: bool) -> bool:
    """False where the form says why not. The user's row is locked, so two tabs keep no two of one name."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        right = form.is_valid()
        if form.taken and replace:
            form.taken.query, form.taken.shared = query, form.shares
            form.taken.save(update_fields=["query", "shared"])
            return True
        if right and SavedView.objects.filter(user=user).count() >= MOST:
            form.add_error(None, _("You have %d views already; delete one first.") % MOST)
        if not form.is_valid():
            return False
        SavedView.objects.create(
            user=user, name=form.cleaned_data["name"], query=query, shared=form.shares, made_at=timezone.now()
        )
    return True


@login_required
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """One's own, to be renamed, shared or deleted, and those of others."""
    return _page(request, _may(request))


def _page(request: HttpRequest, user: User, wrong: ViewForm | None = None) -> HttpResponse:
    rows, manages = list(seen_by(user)), access.is_manager(user)
    context = {
        "mine": [
            {"view": row, "form": wrong if wrong and wrong.view == row else _form(user, row, manages=manages)}
            for row in rows
            if row.user_id == user.pk
        ],
        "others": [row for row in rows if row.user_id != user.pk],
        "most": MOST,
    }
    return render(request, "leads/views.html", context, status=422 if wrong else 200)


def _form(user: User, view: SavedView, sent: Any = None, *, manages: bool) -> ViewForm:
    initial = {"name": view.name, "shared": view.shared}
    return ViewForm(sent, user=user, manages=manages, view=view, initial=initial, auto_id=f"v-{view.uid}-%s")


@login_required
@require_POST
def change(request: HttpRequest, uid: str) -> HttpResponse:
    """Another name, shared or not."""
    user = _may(request)
    view = get_object_or_404(SavedView, user=user, uid=uid)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        form = _form(user, view, request.POST, manages=access.is_manager(user))
        if form.is_valid():
            view.name, view.shared = form.cleaned_data["name"], form.shares
            view.save(update_fields=["name", "shared"])
    if not form.is_valid():
        return _page(request, user, form)
    messages.success(request, _("Saved."))
    return redirect("leads-views")


@login_required
@require_POST
def remove(request: HttpRequest, uid: str) -> HttpResponse:
    """It is gone; no lead is touched."""
    view = get_object_or_404(SavedView, user=_may(request), uid=uid)
    view.delete()
    messages.success(request, _("“%s” is deleted. The leads stay as they are.") % view.name)
    return redirect("leads-views")


def offered(present: Mapping[str, str], known: Iterable[Mapping[str, Any]]) -> str:
    """Where what is shown now can be kept; nothing where it is kept already, or nothing is narrowed."""
    if not present or any(tab["active"] for tab in known):
        return ""
    return f"{reverse('leads-view-new')}?{urlencode(present)}"
