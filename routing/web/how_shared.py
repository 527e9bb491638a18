"""How leads are shared here: the way in sentences, its parts, standings, history; a public page without names."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from config.lib import typed
from reps import access
from reps.models import Group, Membership, Rep, User
from routing import handbook, questions, rulesets, standing
from routing.models import Comment, GroupPage, Question, RuleSetVersion
from routing.rulesets import compare
from routing.web import talk

_VERSIONS = 20
_MINE = 5
_COMMENTS = 5
_ON_A_PAGE = 30


@login_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """One group's way, for its reps and managers; `?group=` where there are several."""
    now = timezone.now()
    groups = readable(request.user, now=now)
    group = _chosen(request, groups)
    if group is None:
        return render(request, "routing/how_shared.html", {"now": now, "group": None})
    version = rulesets.published(group.division_id)
    book = handbook.of(group, version, now=now)
    context = {
        "now": now,
        "group": group,
        "groups": [_tab(one, group) for one in groups] if len(groups) > 1 else [],
        "version": version,
        "book": book,
        **_standings(group, access.rep_of(request.user), now),
        **_of_rep(request.user, group),
        **_of_manager(request.user, group),
        **_history(request.user, version, now),
        **_newest(version),
        "asked": talk.asked_of(group, now),
        "token": uuid4(),
    }
    return render(request, "routing/how_shared.html", context)


@login_required
@never_cache
@require_safe
def changed(request: HttpRequest, uid: UUID, n: int) -> HttpResponse:
    """One published version: what it changed, what led to it, what is said of it."""
    _may_read(request.user)
    version = get_object_or_404(
        RuleSetVersion.objects.select_related("rule_set", "published_by"), rule_set__uid=uid, n=n
    )
    before = version.rule_set.versions.filter(n__lt=n).order_by("-n").first()
    changes = (
        compare.compare(
            compare.Text.version(before), compare.Text.version(version), division_id=version.rule_set.division_id
        )
        if before
        else []
    )
    comments = Paginator(comments_of(version), _ON_A_PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    context = {
        "now": now,
        "version": version,
        "before": before,
        "changes": changes,
        "comments": comments,
        "page": comments,
        "token": uuid4(),
        "led": _led(request.user, [version.pk]).get(version.pk),
        "talked": talk.talked_of([version.pk], request.user, now=now).get(version.pk),
        "compare_url": reverse("rules-compare", args=[uid]) if access.is_manager(request.user) else "",
    }
    return render(request, "routing/how_changed.html", context)


@login_required
@require_POST
def comment(request: HttpRequest, uid: UUID, n: int) -> HttpResponse:
    """Say something of a published version; all who read the rules read it."""
    _may_read(request.user)
    version = get_object_or_404(RuleSetVersion, rule_set__uid=uid, n=n)
    text = said(request, "text")
    if not text or not isinstance(request.user, User):
        messages.error(request, _("Write something first."))
    else:
        _say(request, request.user, version, text)
    return redirect(reverse("how-shared-version", args=[uid, n]) + "#comments")


def _say(request: HttpRequest, by: User, version: RuleSetVersion, text: str) -> None:
    try:
        questions.comment(version=version, by=by, text=text, now=timezone.now(), form=form_of(request))
    except questions.TooManyError as error:
        says = _("%(why)s You wrote: %(text)s")
        messages.error(request, says % {"why": too_many(error), "text": text})
    else:
        messages.success(request, _("Your comment stands under the rules."))


def too_many(error: questions.TooManyError) -> str:
    """In words, with when it goes on."""
    again = timezone.localtime(timezone.now() + timedelta(seconds=error.spent.again_in))
    says = _("That is more than %(most)d questions and comments in an hour. You can go on at %(at)s.")
    return says % {"most": error.spent.most, "at": date_format(again, "H:i")}


def form_of(request: HttpRequest) -> UUID | None:
    """The form it was written in, which is one however often it is sent."""
    return typed.uid(request.POST.get("form", ""))


@login_required
@require_POST
def why(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A manager's own words on why the group shares so."""
    group = _managed(request, uid)
    assert isinstance(request.user, User)  # noqa: S101 - whoever manages is a user
    questions.say_why(group=group, text=said(request, "why"), by=request.user, now=timezone.now())
    messages.success(request, _("Saved. Your reps read it here."))
    return _back(group)


@login_required
@require_POST
def link(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Make a public address, a new one in its place, or none."""
    group = _managed(request, uid)
    assert isinstance(request.user, User)  # noqa: S101 - as above
    if request.POST.get("do") == "close":
        questions.close_link(group=group)
        messages.success(request, _("The public link leads nowhere any more."))
    else:
        questions.open_link(group=group, by=request.user, now=timezone.now())
        messages.success(request, _("Whoever has the link reads this page without names and figures."))
    return _back(group)


@never_cache
@require_safe
def public(request: HttpRequest, token: str) -> HttpResponse:
    """The page for anybody with the link: no names, no figures of people, found by no search engine."""
    rows = GroupPage.objects.select_related("group").filter(group__active=True)
    # No token has one, and the database takes none.
    found = None if "\x00" in token else rows.filter(token=token).first()
    if found is None:
        raise Http404
    now = timezone.now()
    version = rulesets.published(found.group.division_id)
    book = handbook.of(found.group, version, now=now, public=True)
    response = render(request, "routing/how_public.html", {"book": book, "now": now})
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


def readable(user: Any, *, now: datetime) -> list[Group]:
    """The groups whose page the user may read: where they are a member, and those they manage."""
    mine = access.groups_of(user, now=now).values("pk")
    managed = access.groups_managed(user).values("pk")
    _may_read(user)
    return list(Group.objects.filter(Q(pk__in=mine) | Q(pk__in=managed), active=True).order_by("name"))


def said(request: HttpRequest, name: str) -> str:
    """What was typed, without what no text holds."""
    return request.POST.get(name, "").replace("\x00", "").strip()[: questions.MOST_LETTERS]


def comments_of(version: RuleSetVersion) -> "QuerySet[Comment]":
    """The newest first."""
    return version.comments.select_related("by").order_by("-at", "-pk")


def _newest(version: RuleSetVersion | None) -> dict[str, Any]:
    """The newest comments, and how many there are: the rest is on the version's page."""
    if version is None:
        return {"comments": [], "all_comments": 0}
    rows = list(comments_of(version)[:_COMMENTS])
    count = version.comments.count() if len(rows) == _COMMENTS else len(rows)
    return {"comments": rows, "all_comments": count if count > len(rows) else 0}


def _may_read(user: Any) -> None:
    if access.rep_of(user) is None and not access.is_manager(user):
        raise PermissionDenied


def _chosen(request: HttpRequest, groups: list[Group]) -> Group | None:
    """The one asked for; one that is not theirs is as one that never was."""
    asked = request.GET.get("group", "")
    if not asked:
        return next(iter(groups), None)
    found = next((group for group in groups if str(group.uid) == asked), None)
    if found is None:
        raise Http404
    return found


def _managed(request: HttpRequest, uid: UUID) -> Group:
    if not access.is_manager(request.user):
        raise PermissionDenied
    return get_object_or_404(access.groups_managed(request.user), uid=uid)


def _back(group: Group) -> HttpResponse:
    return redirect(f"{reverse('how-shared')}?group={group.uid}")


def _tab(one: Group, chosen: Group) -> dict[str, Any]:
    return {"label": one.name, "url": f"{reverse('how-shared')}?group={one.uid}", "active": one == chosen}


def _standings(group: Group, me: Rep | None, now: datetime) -> dict[str, Any]:
    """Where everybody of the group stands: members and managers read it, and nobody else."""
    rows = standing.standings(group, now=now)
    bound = standing.bound_of(group, now=now)
    percents = dict(
        Membership.objects.at(now).filter(group=group, percent__lt=100).values_list("rep_id", "percent")
    )  # fmt: skip
    return {
        "standings": [
            {
                "name": row.rep.name,
                "me": me is not None and row.rep.pk == me.pk,
                "had": row.had,
                "fair": row.fair_share,
                "off": -row.owed,
                "on_duty": row.on_duty,
                "percent": percents.get(row.rep.pk),
            }
            for row in rows
        ],
        "bound": bound,
        "furthest": max((abs(row.owed) for row in rows), default=0),
    }


def _of_rep(user: Any, group: Group) -> dict[str, Any]:
    """What a rep asked before, and whether they may ask now."""
    rep = access.rep_of(user)
    if rep is None:
        return {"may_ask": False, "mine": []}
    rows = Question.objects.filter(rep=rep).select_related("answered_by", "version__rule_set")
    return {"may_ask": True, "mine": list(rows.order_by("-at")[:_MINE])}


def _of_manager(user: Any, group: Group) -> dict[str, Any]:
    if not access.groups_managed(user).filter(pk=group.pk).exists():
        return {"manages": False}
    row = GroupPage.objects.filter(group=group).first()
    return {
        "manages": True,
        "why": row.why if row else "",
        "public_url": f"{settings.PUBLIC_URL}{reverse('how-public', args=[row.token])}" if row and row.token else "",
        "open_questions": questions.overseen(user).filter(answered_at=None).count(),
    }


def _history(user: Any, version: RuleSetVersion | None, now: datetime) -> dict[str, Any]:
    if version is None:
        return {"versions": [], "more_versions": 0}
    rows = version.rule_set.versions.select_related("published_by", "rule_set").order_by("-n")
    shown = list(rows[:_VERSIONS])
    led = _led(user, [row.pk for row in shown])
    talked = talk.talked_of([row.pk for row in shown], user, now=now)
    return {
        "versions": [{"row": row, "led": led.get(row.pk), "talked": talked.get(row.pk)} for row in shown],
        "more_versions": max(0, rows.count() - len(shown)),
    }


def _led(user: Any, versions: list[int]) -> dict[int, dict[str, Any]]:
    """Version -> that a question led to it, with the way there for whoever may read the question."""
    rep = access.rep_of(user)
    managed = set(access.groups_managed(user).values_list("pk", flat=True))
    found: dict[int, dict[str, Any]] = {}
    for row in Question.objects.filter(version__in=versions).select_related("rep__user").order_by("at"):
        url, who = "", ""
        if row.group_id in managed:
            url, who = f"{reverse('questions')}?show=all&question={row.uid}#question-{row.uid}", row.rep.name
        elif rep is not None and row.rep_id == rep.pk:
            url, who = f"{reverse('unfair')}?question={row.uid}#question-{row.uid}", _("you")
        if row.version_id and not (row.version_id in found and found[row.version_id]["url"]):
            found[row.version_id] = {"url": url, "who": who}
    return found
