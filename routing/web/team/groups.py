"""Groups: those the reader manages, a new one, and one changed after a look at what that does to the rules."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pghistory
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from leads.life import State
from leads.models import Lead
from reps import access, groups, members
from reps.models import Group, Membership, Rep, User
from reps.models.division import SEEDED
from routing import effects, rulesets, wording
from routing.models import RuleSet
from routing.web.team import scope, shares
from routing.web.team.group_form import GroupForm
from routing.web.team.scope import Scope

_MOST_PEOPLE = 500


@login_required
@never_cache
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """The reader's groups, and how each shares."""
    mine = scope.of(request)
    now_in = Membership.objects.at(mine.now).filter(rep__active=True)
    rows = (
        Group.objects.filter(pk__in=[group.pk for group in mine.groups])
        .annotate(reps=Count("memberships", filter=Q(memberships__in=now_in), distinct=True))
        .prefetch_related("managers")
    )
    names = wording.Names.load(SEEDED)
    told = [
        {
            "group": row,
            "reps": row.reps,
            "way": shares.way_of(row).name,
            "says": wording.group_shares(row.steps, names),
            "managers": ", ".join(user.name or user.email for user in row.managers.all()),
        }
        for row in rows.order_by("name", "pk")
    ]
    context = {"now": mine.now, "tabs": scope.tabs("team-groups"), "rows": told, "may_add": _may_add(mine.user)}
    return render(request, "routing/team_groups.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, uid: UUID | None = None) -> HttpResponse:
    """One group, or a new one: `go=look` says what a change does, `save` does it; `do` changes steps of its own."""
    mine = scope.of(request)
    group = mine.group(uid) if uid else None
    if group is None and not _may_add(mine.user):
        raise PermissionDenied
    form = _form(mine, group, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, mine, group, form)
    problem, says = "", []
    if request.POST.get("do"):  # a button beside a step
        form.begun()
    elif form.is_valid():
        try:
            if request.POST.get("go") == "look":
                says = _look(mine, group, form)
            else:
                return _save(request, mine, group, form)
        except groups.GroupError as error:
            if error.field:
                form.add_error(error.field, str(error))
            else:
                problem = _stale(mine, group, form, str(error))
        except (members.MembersError, IntegrityError) as error:
            problem = str(error) if isinstance(error, members.MembersError) else _("Somebody changed this just now.")
    return _page(request, mine, group, form, problem=problem, says=says)


def _save(request: HttpRequest, mine: Scope, group: Group | None, form: GroupForm) -> HttpResponse:
    before = _problems(mine.now)
    with pghistory.context(by=mine.user.pk):
        saved = _do(mine, group, form)
    messages.success(request, _("Saved: %s. It counts from the next lead on.") % saved.name)
    for text in _problems(mine.now):
        if text not in before:
            messages.warning(request, text)
    return redirect("team-groups")


@transaction.atomic
def _do(mine: Scope, group: Group | None, form: GroupForm) -> Group:
    """Looks at what forbids it once nobody else can save it; what is pooled this very moment the sweep routes again."""
    if group is not None:
        current = groups.locked(group)
        _stuck(current, form)
        _stays(mine, current, form)
    read = form.cleaned_data["read"]
    return groups.save(group=group, division=SEEDED, wanted=form.wanted(), read=read, now=mine.now)


def _look(mine: Scope, group: Group | None, form: GroupForm) -> list[str]:
    """How it would share, and what would be wrong with the rules then; made for real, and rolled back."""
    before = _problems(mine.now)
    with effects.undone():
        made = _do(mine, group, form)
        names = wording.Names.load(SEEDED)
        says = [wording.group_shares(made.steps, names)]
        says += [text for text in _problems(mine.now) if text not in before]
    return [text for text in says if text]


def _problems(now: datetime) -> list[str]:
    """What is wrong with the rules in force, in words."""
    found = []
    for row in RuleSet.objects.exclude(published=None).select_related("published"):
        body = row.published.body if row.published else None
        found += [problem.text for problem in rulesets.problems_of(row, now=now, body=body)]
    return found


def _stuck(group: Group, form: GroupForm) -> None:
    """Leads that wait in a pool need one to wait in."""
    if form.cleaned_data["pool"] != Group.Pool.NONE or group.pool == Group.Pool.NONE:
        return
    waiting = Lead.objects.filter(group=group, state=State.POOLED).count()
    if waiting:
        says = ngettext(
            "%d lead waits in its pool, so it needs one: choose one under Advanced, or wait until it is taken.",
            "%d leads wait in its pool, so it needs one: choose one under Advanced, or wait until they are taken.",
            waiting,
        )
        raise groups.GroupError("pool", says % waiting)


def _stays(mine: Scope, group: Group, form: GroupForm) -> None:
    """Not the reader, where they may not leave."""
    rep = access.rep_of(mine.user)
    if rep is None or str(rep.uid) in form.cleaned_data["members"]:
        return
    if Membership.objects.at(mine.now).filter(group=group, rep=rep).exists():
        mine.let_out(group, rep)


def _stale(mine: Scope, group: Group | None, form: GroupForm, says: str) -> str:
    current = Group.objects.get(pk=group.pk) if group else None
    form.read_again(groups.mark(current, now=mine.now))
    names = wording.Names.load(SEEDED)
    now = wording.group_shares(current.steps, names) if current else ""
    return f"{says} {now} {_('What you typed stands below; saving puts it in its place.')}"


def _form(mine: Scope, group: Group | None, data: Any) -> GroupForm:
    inside: list[Rep] = []
    if group:
        rows = Membership.objects.at(mine.now).filter(group=group).select_related("rep__user")
        inside = [row.rep for row in rows]
    others = Rep.objects.filter(active=True, user__is_active=True, division=SEEDED).select_related("user")
    seen = {rep.pk: rep for rep in (*inside, *others.order_by("user__name", "pk")[:_MOST_PEOPLE])}
    managing = list(group.managers.order_by("name")) if group else _answer_for_all(mine.user)
    answering = Q(managed_groups__isnull=False) | Q(is_ops=True) | Q(is_superuser=True)
    if mine.all:  # ops make a manager of anybody who takes leads
        answering |= Q(rep__active=True)
    people = User.objects.filter(answering, is_active=True).distinct()
    known = {user.pk: user for user in (*managing, mine.user, *people.order_by("name")[:_MOST_PEOPLE])}
    return GroupForm(
        data,
        group=group,
        reps=sorted(seen.values(), key=lambda rep: (rep.name, rep.pk)),
        inside=inside,
        people=sorted(known.values(), key=lambda user: (user.name, user.pk)),
        managing=managing,
        read=groups.mark(group, now=mine.now),
        fixed=_fixed(mine, group),
        left=(others.exclude(pk__in=seen).count(), people.exclude(pk__in=known).count()),
    )


def _fixed(mine: Scope, group: Group | None) -> list[str]:
    """What the reader may not change: who answers for it, unless they answer for all; and what is kept from them."""
    fixed = [] if access.edits_rules(mine.user) else ["managers"]
    if group is not None and group.blind_for_managers and not mine.all:
        fixed += GroupForm.SECRET
    return fixed


def _answer_for_all(user: User) -> list[User]:
    """Who manages every group goes on doing so: the rules are theirs because they answer for all."""
    every = Group.objects.filter(active=True, division=SEEDED).count()
    managed = Count("managed_groups", filter=Q(managed_groups__active=True))
    rows = User.objects.filter(is_active=True).annotate(n=managed).filter(n=every) if every else ()
    return list({found.pk: found for found in (user, *rows)}.values())


def _may_add(user: User) -> bool:
    """Whoever answers for every group: another one changes who does."""
    return access.edits_rules(user)


def _page(
    request: HttpRequest,
    mine: Scope,
    group: Group | None,
    form: GroupForm,
    *,
    problem: str = "",
    says: list[str] | None = None,
) -> HttpResponse:
    wrong = bool(form.is_bound and (form.errors or problem))
    inner = {*form.errors} & {*form.SILENCE, *form.POOL, *form.SHARE, *form.SIGHT, "managers", "public_fields"}
    context = {
        "now": mine.now,
        "tabs": scope.tabs("team-groups"),
        "group": group,
        "form": form,
        "problem": problem,
        "says": says or [],
        "open": bool(inner or form.silence_error),
    }
    return render(request, "routing/team_group.html", context, status=422 if wrong else 200)
