"""Territories: who covers what as a tree, what nobody or too many cover in sentences, and the form to mend it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pghistory
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from leads.models import Lead
from reps import territories as writer
from reps.models import Territory, TerritoryCover
from reps.models.division import SEEDED
from routing.coverage import market
from routing.snapshot.territories import read_areas, territories_of
from routing.web.team import places, scope
from routing.web.team.scope import Scope
from routing.web.team.territory_form import KINDS, TerritoryForm

_MOST_REPS = 300
_SHOWN = 8


@login_required
@never_cache
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """The tree of the reader's territories, the list, and what is wrong."""
    mine = scope.of(request)
    rows = _rows(mine)
    reps = _reps_by(mine.now)
    areas = {row.pk: read_areas(row.market) for row in rows}
    shown = [
        {
            "territory": row,
            "reps": places.names_say(reps.get(row.pk, [])),
            "empty": not reps.get(row.pk),
            "covers": [places.area_says(area) for area in areas[row.pk]],
        }
        for row in rows
    ]
    wrong = _wrong(mine, rows, reps)
    context = {
        "now": mine.now,
        "tabs": scope.tabs("territories"),
        "rows": shown,
        "tree": places.tree(zip(shown, areas.values(), strict=True), wrong),
        "problems": _told(wrong),
        "all": mine.all,
    }
    return render(request, "routing/team_territories.html", context)


def _wrong(mine: Scope, rows: list[Territory], reps: dict[int, list[str]]) -> list[places.Wrong]:
    """Holes and overlaps in words; without any territory there is nothing to be wrong."""
    everything = territories_of(SEEDED, mine.now)
    if not everything:
        return []
    known = {row.pk: row for row in Territory.objects.filter(pk__in=[one.id for one in everything])}
    own = {row.pk for row in rows}
    found = [one for one in market.overlaps(everything) if one.first in own or one.second in own]
    gone = market.holes(Lead.objects.overseen_by(mine.user), everything, now=mine.now)
    empty = [one for one in everything if not one.reps]
    holes = [
        places.hole_says(
            hole, [known[one.id].name for one in empty if any(hole.country in area.countries for area in one.areas)]
        )
        for hole in gone
    ]
    return [
        *(places.Wrong(True, (hole.country,), says) for hole, says in zip(gone, holes, strict=True)),
        *(
            places.Wrong(False, tuple(sorted(one.area.countries)), places.overlap_says(one, known, reps))
            for one in found
        ),
    ]


def _told(wrong: list[places.Wrong]) -> dict[str, list[str]]:
    """The first of each, above the tree."""
    told = {"holes": [one.says for one in wrong if one.hole], "overlaps": [one.says for one in wrong if not one.hole]}
    return {name: [*says[:_SHOWN], *_more(len(says))] for name, says in told.items()}


def _more(n: int) -> list[str]:
    return [_("And %d more.") % (n - _SHOWN)] if n > _SHOWN else []


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, uid: UUID | None = None) -> HttpResponse:
    """One territory, or a new one: GET shows it; POST `go=save`, `more` (rows for areas) or `remove`."""
    mine = scope.of(request)
    territory = next((row for row in _rows(mine) if row.uid == uid), None)
    if uid and territory is None:
        raise Http404
    form = _form(mine, territory, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, mine, territory, form)
    go, problem = request.POST.get("go", "save"), ""
    if go == "more":
        return _page(request, mine, territory, _form(mine, territory, request.POST), more=3)
    try:
        with pghistory.context(by=mine.user.pk):
            if go == "remove" and territory:
                writer.remove(territory=territory, read=request.POST.get("read", ""), now=mine.now)
                messages.success(request, _("%s is gone: it covers nothing any more.") % territory.name)
                return redirect("territories")
            if form.is_valid():
                read = form.cleaned_data["read"]
                saved = writer.save(territory=territory, wanted=form.wanted, read=read, now=mine.now)
                messages.success(request, _("Saved: %s. It counts from the next lead on.") % saved.name)
                return redirect("territories")
    except writer.TerritoryError as error:
        if error.field:
            form.add_error(error.field, str(error))
        else:
            problem = _stale(mine, territory, form, str(error))
    except (IntegrityError, ValidationError):
        problem = _("Somebody changed this just now. Look again.")
    return _page(request, mine, territory, form, problem=problem, status=422)


def _stale(mine: Scope, territory: Territory | None, form: TerritoryForm, says: str) -> str:
    """What holds now, in words; the next save is on top of it."""
    current = Territory.objects.select_related("group").filter(pk=territory.pk if territory else 0).first()
    if current is None or not current.active:
        return f"{says} {_('It is gone.')}"
    form.data = {**{name: form.data.get(name) for name in form.data}, "read": writer.mark(current, now=mine.now)}
    reps = places.names_say(_reps_by(mine.now).get(current.pk, []))
    covers = "; ".join(places.area_says(area) for area in read_areas(current.market))
    now = {"name": current.name, "covers": covers, "reps": reps}
    told = _("Now it is %(name)s, covers %(covers)s, and stands with %(reps)s.") % now
    return f"{says} {told} {_('What you typed stands below; saving puts it in its place.')}"


def _form(mine: Scope, territory: Territory | None, data: Any) -> TerritoryForm:
    covers = TerritoryCover.objects.at(mine.now).filter(territory=territory, rep__active=True)
    covered = [row.rep for row in covers.select_related("rep__user")] if territory else []
    seen = {rep.pk: rep for rep in (*mine.reps()[:_MOST_REPS], *covered)}
    return TerritoryForm(
        data,
        groups=mine.groups,
        reps=sorted(seen.values(), key=lambda rep: (rep.name, rep.pk)),
        territory=territory,
        covered=covered,
        read=writer.mark(territory, now=mine.now),
    )


def _page(
    request: HttpRequest,
    mine: Scope,
    territory: Territory | None,
    form: TerritoryForm,
    *,
    problem: str = "",
    more: int = 0,
    status: int = 200,
) -> HttpResponse:
    blank = dict.fromkeys(("kind", "countries", "names", "low", "high", "industries", "segments"), "")
    context = {
        "now": mine.now,
        "tabs": scope.tabs("territories"),
        "territory": territory,
        "form": form,
        "areas": [*form.areas, *(dict(blank) for _n in range(more or (0 if form.is_bound else 1)))],
        "kinds": KINDS,
        "problem": problem,
        "checks": not more,
    }
    return render(request, "routing/team_territory.html", context, status=status)


def _rows(mine: Scope) -> list[Territory]:
    """Those worked by the reader's groups."""
    rows = Territory.objects.filter(active=True, group__in=mine.groups).select_related("group")
    return list(rows.order_by("name", "pk"))


def _reps_by(now: datetime) -> dict[int, list[str]]:
    """The names of the active reps of every territory."""
    found: dict[int, list[str]] = {}
    covers = TerritoryCover.objects.at(now).filter(rep__active=True, territory__active=True)
    for territory, name in covers.order_by("rep__user__name").values_list("territory", "rep__user__name"):
        found.setdefault(territory, []).append(name)
    return found
