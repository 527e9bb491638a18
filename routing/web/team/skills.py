"""Skills: what each rep can, changed in place."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import pghistory
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from reps import skills as writer
from reps.models import Rep, RepSkill, Skill
from reps.models.division import SEEDED
from routing.web.team import scope
from routing.web.team.scope import Scope

_PER_PAGE = 50
_MOST = 300
_LONGEST = 200


@login_required
@never_cache
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Reps and their skills; `open` names the rep whose skills are being changed."""
    mine = scope.of(request)
    try:
        opened = mine.rep(UUID(request.GET["open"])) if request.GET.get("open") else None
    except ValueError:
        opened = None
    return _page(request, mine, opened=_opened(mine, opened) if opened else None)


@login_required
@require_POST
def change(request: HttpRequest, uid: UUID) -> HttpResponse:
    """All skills of one rep at once: those checked, and one more by kind and value."""
    mine = scope.of(request)
    rep = mine.rep(uid)
    chosen = set(request.POST.getlist("skill"))
    more = (_text(request, "kind"), _text(request, "value"))
    known = Skill.objects.filter(division=rep.division_id)
    found = known.filter(pk__in=[skill.pk for skill in known if _key(skill) in chosen])
    try:
        with pghistory.context(by=mine.user.pk):
            writer.set_all(rep=rep, skills=found, more=more, read=request.POST.get("read", ""), now=mine.now)
    except writer.SkillsError as error:
        opened = _opened(mine, rep, chosen) | {"kind": more[0], "value": more[1], "wrong": error.field}
        problem = str(error)
        if not error.field:
            now = RepSkill.objects.at(mine.now).filter(rep=rep).select_related("skill").order_by("skill__kind")
            problem += " " + _("Now it is: %s. What you chose stands below; saving puts it in its place.") % (
                ", ".join(str(row.skill) for row in now) or _("none")
            )
        return _page(request, mine, opened=opened | {"problem": problem}, status=422)
    messages.success(request, _("Saved: what %s can counts from the next lead on.") % rep.name)
    return redirect(reverse("team-skills"))


def _text(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()[:_LONGEST]


def _key(skill: Skill) -> str:
    """What the form calls it: the words that are its own, not its number."""
    return f"{skill.kind}:{skill.value}"


def _opened(mine: Scope, rep: Rep, chosen: Collection[str] | None = None) -> dict[str, Any]:
    rows = RepSkill.objects.at(mine.now).filter(rep=rep).select_related("skill")
    held = {_key(row.skill) for row in rows} if chosen is None else chosen
    known = [
        {"key": _key(skill), "kind": skill.kind, "value": skill.value, "chosen": _key(skill) in held}
        for skill in Skill.objects.filter(division=rep.division_id).order_by("kind", "value")[:_MOST]
    ]
    return {"rep": rep, "known": known, "read": writer.mark(rep, now=mine.now)}


def _page(request: HttpRequest, mine: Scope, *, opened: dict[str, Any] | None, status: int = 200) -> HttpResponse:
    q = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    reps = mine.reps()
    if q:
        has = RepSkill.objects.at(mine.now).filter(skill__value__icontains=q).values("rep")
        reps = reps.filter(Q(user__name__icontains=q) | Q(pk__in=has))
    paged = Paginator(reps, _PER_PAGE).get_page(request.GET.get("page"))
    of: dict[int, list[Skill]] = {}
    held = RepSkill.objects.at(mine.now).filter(rep__in=[rep.pk for rep in paged.object_list])
    for row in held.select_related("skill").order_by("skill__kind", "skill__value"):
        of.setdefault(row.rep_id, []).append(row.skill)
    rows = [{"rep": rep, "skills": of.get(rep.pk, [])} for rep in paged.object_list]
    context = {
        "now": mine.now,
        "tabs": scope.tabs("team-skills"),
        "rows": rows,
        "page": paged,
        "q": q,
        "opened": opened,
        "apart": opened is not None and not any(row["rep"] == opened["rep"] for row in rows),
        "any": Skill.objects.filter(division=SEEDED).exists(),
    }
    return render(request, "routing/team_skills.html", context, status=status)
