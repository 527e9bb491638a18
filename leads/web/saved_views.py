"""Saved views of lists: filters and order under a name, tabs over the list; what still holds of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads.models import SavedView
from leads.web.listing import LEADS, LISTINGS, Listing
from reps import access
from reps.models import User
from reps.web import reader

MOST = 30


class ViewForm(forms.Form):
    """Its name, and for managers whether all of them see it."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    shared = forms.BooleanField(label=gettext_lazy("All managers see it, too"), required=False)

    def __init__(
        self, *args: Any, user: User, of: str, manages: bool, view: SavedView | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.of, self.view = user, of, view
        self.taken: SavedView | None = None
        if not manages:
            del self.fields["shared"]

    def clean_name(self) -> str:
        """One name stands for one view of the list."""
        name = str(self.cleaned_data["name"])
        others = SavedView.objects.filter(user=self.user, page=self.of, name__iexact=name)
        self.taken = (others.exclude(pk=self.view.pk) if self.view else others).first()
        if self.taken:
            raise forms.ValidationError(_("You have a view of this name already."))
        return name

    @property
    def shares(self) -> bool:
        """Whether all managers see it."""
        return bool(self.cleaned_data.get("shared"))


def seen_by(user: User) -> "QuerySet[SavedView]":
    """One's own, and for managers those that were shared; of the lists that they may open."""
    shared = Q(shared=True) if access.is_manager(user) else Q(pk__in=[])
    pages = [listing.key for listing in LISTINGS.values() if listing.may(user)]
    return SavedView.objects.filter(Q(user=user) | shared, page__in=pages).select_related("user").order_by("name", "pk")


def tabs(user: User, present: Mapping[str, str], of: Listing = LEADS) -> list[dict[str, Any]]:
    """The list without filters and each view; the one that shows what is shown now is marked."""
    rows = list(seen_by(user).filter(page=of.key))
    views = [
        {
            "label": row.name,
            "url": reverse("leads-view", args=[row.uid]),
            "active": row.query == present,
            "by": row.user.name if row.user_id != user.pk else "",
        }
        for row in rows
    ]
    return [{"label": of.everything, "url": reverse(of.url_name), "active": not present, "by": ""}, *views]


def _may(request: HttpRequest) -> User:
    if not LEADS.may(reader.user(request)):
        raise PermissionDenied
    return reader.user(request)


def _listing(key: str, user: User) -> Listing:
    found = LISTINGS.get(key or LEADS.key)
    if found is None:
        raise Http404
    if not found.may(user):
        raise PermissionDenied
    return found


@login_required
@never_cache
@require_safe
def open_view(request: HttpRequest, uid: str) -> HttpResponse:
    """The list as the view has it; what does not hold any more is left out, and said."""
    user = _may(request)
    view = get_object_or_404(seen_by(user), uid=uid)
    listing = LISTINGS[view.page]
    query, gone = listing.opened(view.query, user)
    if gone:
        told = {"view": view.name, "gone": ", ".join(gone)}
        messages.warning(request, _("“%(view)s” without what does not exist any more: %(gone)s.") % told)
    return redirect(listing.url_of(query))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the address under a name; `replace` puts them in the place of the view of this name."""
    user = _may(request)
    asked = request.POST if request.method == "POST" else request.GET
    listing = _listing(asked.get("of", ""), user)
    sent = QueryDict(request.POST.get("query", "")[:4000]) if request.method == "POST" else request.GET
    query, _gone = listing.opened(listing.query_of(sent.dict()), user)
    manages = access.is_manager(user)
    form = ViewForm(request.POST if request.method == "POST" else None, user=user, of=listing.key, manages=manages)
    if request.method == "POST" and query and _keep(user, form, query, replace="replace" in request.POST):
        messages.success(request, _("Kept: it stands over the list."))
        return redirect(listing.url_of(query))
    context = {
        "form": form,
        "listing": listing,
        "query": urlencode(query),
        "says": listing.says(query, user),
        "back": listing.url_of(query),
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
        if right and SavedView.objects.filter(user=user, page=form.of).count() >= MOST:
            form.add_error(None, _("You have %d views already; delete one first.") % MOST)
        if not form.is_valid():
            return False
        name = form.cleaned_data["name"]
        SavedView.objects.create(
            user=user, page=form.of, name=name, query=query, shared=form.shares, made_at=timezone.now()
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
            {
                "view": row,
                "of": _of(row),
                "form": wrong if wrong and wrong.view == row else _form(user, row, manages=manages),
            }
            for row in rows
            if row.user_id == user.pk
        ],
        "others": [{"view": row, "of": _of(row)} for row in rows if row.user_id != user.pk],
        "most": MOST,
    }
    return render(request, "leads/views.html", context, status=422 if wrong else 200)


def _of(view: SavedView) -> Any:
    """Which list, where it is not the first of them."""
    return "" if view.page == LEADS.key else LISTINGS[view.page].label


def _form(user: User, view: SavedView, sent: Any = None, *, manages: bool) -> ViewForm:
    initial = {"name": view.name, "shared": view.shared}
    auto_id = f"v-{view.uid}-%s"
    return ViewForm(sent, user=user, of=view.page, manages=manages, view=view, initial=initial, auto_id=auto_id)


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


def offered(present: Mapping[str, str], known: Iterable[Mapping[str, Any]], of: Listing = LEADS) -> str:
    """Where what is shown now can be kept; nothing where it is kept already, or nothing is narrowed."""
    if not present or any(tab["active"] for tab in known):
        return ""
    return f"{reverse('leads-view-new')}?{urlencode({'of': of.key, **present} if of is not LEADS else present)}"
