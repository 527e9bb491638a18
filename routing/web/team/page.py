"""Team: the roster grid, and the changes made in it; each says what it does and is refused on top of another's."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import pghistory
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from reps import invitations, members
from reps.models import Group, Membership, Rep
from routing.web.leave import may_let_go
from routing.web.team import grid, scope, shares, tells
from routing.web.team.forms import AddForm, LimitForm, TermsForm
from routing.web.team.scope import Scope

_KNOWN = 200


@login_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The grid; `open` names a rep, or a rep and a group, whose row shows more."""
    mine = scope.of(request)
    return _page(request, mine, opened=_asked_open(mine, request.GET.get("open", "")))


@login_required
@never_cache
@require_POST
def member(request: HttpRequest, uid: UUID, group_uid: UUID) -> HttpResponse:
    """One membership: `go=look` says what the terms would do, `save` and `out` do it."""
    mine = scope.of(request)
    group, rep = mine.group(group_uid), _rep(mine, uid)
    row = members.row_at(group=group, rep=rep, now=mine.now)
    form = TermsForm(request.POST, row=row)
    go, says, problem = request.POST.get("go", "look"), [], ""
    if form.is_valid():
        act = _act(form, group, rep, out=go.endswith("out"), joins=_joins(form), now=mine.now)
        try:
            if go.endswith("out"):
                mine.let_out(group, rep)
            says = tells.says(group=group, rep=rep, change=act, now=mine.now)
            if go in {"save", "out"}:
                with pghistory.context(by=mine.user.pk):
                    act()
                messages.success(request, f"{_done(group, rep, go, row)} {' '.join(says)}")
                return _back(request)
        except members.StaleError as error:
            problem, says = _stale(form, group, rep, error.row), []
        except (members.MembersError, IntegrityError) as error:
            problem = str(error) if isinstance(error, members.MembersError) else _("Somebody changed this just now.")
    elif "read" in form.errors:
        problem = _stale(form, group, rep, row)
    opened = _opened(mine, rep, group, form) | {"says": says, "problem": problem, "leaves": go.endswith("out")}
    return _page(request, mine, opened=opened, status=422 if problem or form.errors else 200)


@login_required
@require_POST
def limit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """How many open leads a rep may hold over all groups: for whoever manages all of theirs."""
    mine = scope.of(request)
    rep = mine.rep(uid)
    if not may_let_go(mine.user, rep):
        raise Http404
    form = LimitForm(request.POST, rep=rep)
    problem = ""
    if form.is_valid():
        try:
            with pghistory.context(by=mine.user.pk):
                members.limit(rep=rep, read=form.cleaned_data["read"], cap_open=form.cleaned_data["cap_open"])
            messages.success(request, _("Saved: it counts from the next lead on."))
            return _back(request)
        except members.MembersError as error:
            rep = mine.rep(uid)
            problem = f"{error} {_('It is %s now.') % (_('no limit') if rep.cap_open is None else rep.cap_open)}"
            form = LimitForm(rep=rep)
    return _page(request, mine, opened=_opened(mine, rep, None, form) | {"problem": problem}, status=422)


@login_required
@never_cache
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Somebody of another group: their row opens at this group, with the terms to choose."""
    mine = scope.of(request)
    form = AddForm(request.POST, groups=mine.groups)
    if not form.is_valid():
        return _page(request, mine, opened=None, add=form, status=422)
    rep, group = form.cleaned_data["who"], mine.group(form.cleaned_data["group"])
    row = members.row_at(group=group, rep=rep, now=mine.now)
    if row:
        form.add_error("who", _("%(name)s is in %(group)s already.") % {"name": rep.name, "group": group.name})
        return _page(request, mine, opened=None, add=form, status=422)
    return _page(request, mine, opened=_opened(mine, rep, group, TermsForm(row=None)))


def _rep(mine: Scope, uid: UUID) -> Rep:
    """Anybody active may be taken into one's group."""
    found = Rep.objects.filter(uid=uid, active=True, user__is_active=True).select_related("user").first()
    return found or mine.rep(uid)


def _asked_open(mine: Scope, text: str) -> dict[str, Any] | None:
    """What the address wants open; what it does not know stays closed."""
    rep_text, _dot, group_text = text.partition(".")
    try:
        uids = [UUID(part) for part in (rep_text, group_text) if part]
    except ValueError:
        return None
    if not uids:
        return None
    rep = mine.rep(uids[0])
    if len(uids) == 1:
        return _opened(mine, rep, None, LimitForm(rep=rep))
    group = mine.group(uids[1])
    return _opened(mine, rep, group, TermsForm(row=members.row_at(group=group, rep=rep, now=mine.now)))


def _opened(mine: Scope, rep: Rep, group: Group | None, form: TermsForm | LimitForm) -> dict[str, Any]:
    """What stands under the opened row."""
    row = members.row_at(group=group, rep=rep, now=mine.now) if group else None
    return {
        "rep": rep,
        "group": group,
        "row": row,
        "form": form,
        "way": shares.way_of(group) if group else None,
        "may_limit": not group and may_let_go(mine.user, rep),
        "seen": mine.reps().filter(pk=rep.pk).exists(),
    }


def _act(form: TermsForm, group: Group, rep: Rep, *, out: bool, joins: bool, now: datetime) -> Any:
    if out:
        return partial(members.take_out, group=group, rep=rep, read=form.cleaned_data["read"], now=now)
    if joins:
        return partial(members.join, group=group, rep=rep, terms=form.terms, now=now)
    return partial(members.change, group=group, rep=rep, read=form.cleaned_data["read"], terms=form.terms, now=now)


def _joins(form: TermsForm) -> bool:
    """Whether the rep was not in the group when the form was drawn."""
    return form.cleaned_data["read"] == members.mark(None)


def _stale(form: TermsForm, group: Group, rep: Rep, row: Membership | None) -> str:
    """What holds now, in words; what was typed stays, and the next save is on top of that."""
    form.read_again(row)
    names = {"name": rep.name, "group": group.name}
    if row is None:
        return _("Somebody took %(name)s out of %(group)s meanwhile. Saving takes them in again.") % names
    now = [_("weight %d") % row.weight, _("tier %d") % row.tier, *shares.limits_say(row)]
    return _(
        "Somebody changed this meanwhile: it is %(now)s. What you typed stands below; saving puts it in its place."
    ) % {"now": ", ".join(now)}


def _done(group: Group, rep: Rep, go: str, row: Membership | None) -> str:
    names = {"name": rep.name, "group": group.name}
    if go == "out":
        return _("%(name)s is out of %(group)s.") % names
    return (_("Saved: %(name)s in %(group)s.") if row else _("%(name)s is in %(group)s.")) % names


def _back(request: HttpRequest) -> HttpResponse:
    """To the grid as it was filtered."""
    kept = {name: request.GET[name] for name in ("q", "group", "page") if request.GET.get(name)}
    return redirect(reverse("team", query=kept))


def _page(
    request: HttpRequest, mine: Scope, *, opened: dict[str, Any] | None, add: AddForm | None = None, status: int = 200
) -> HttpResponse:
    asked = request.GET.dict()
    known = Rep.objects.filter(active=True, user__is_active=True).order_by("user__name").values_list("user__name")
    context = {
        **grid.context(mine, asked),
        "now": mine.now,
        "tabs": scope.tabs("team"),
        "opened": opened,
        "add": add or AddForm(groups=mine.groups),
        "known": [name for (name,) in known[:_KNOWN]],
        "all": mine.all,
        "invites": invitations.may_invite(mine.user),
    }
    if opened and not any(row["rep"].pk == opened["rep"].pk for row in context["rows"]):
        context["apart"] = True
    return render(request, "routing/team.html", context, status=status)
