"""The roster grid: reps by groups with weight, tier and limits, what they hold, and whether they are on duty."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reps import availability
from reps.models import Group, Membership, Rep
from routing.snapshot.tallies import load_of
from routing.web.team import shares
from routing.web.team.duty import BEFORE, Stands, stands
from routing.web.team.scope import Scope

_PER_PAGE = 50
_KEPT = ("q", "group", "page")


def context(scope: Scope, asked: Mapping[str, str]) -> dict[str, Any]:
    """The page's table; `asked` is the query of its address. The number of queries does not grow with it."""
    shown = [group for group in scope.groups if str(group.uid) == asked.get("group")]
    columns = shown or list(scope.groups)
    rows = scope.reps(shown or None)
    if q := asked.get("q", "").replace("\x00", "").strip()[:100]:
        rows = rows.filter(Q(user__name__icontains=q) | Q(user__email__icontains=q))
    page = Paginator(rows, _PER_PAGE).get_page(asked.get("page"))
    kept = {name: asked[name] for name in _KEPT if asked.get(name)}
    table = _rows(list(page.object_list), columns, scope, kept)
    return {
        "columns": [{"group": group, "way": shares.way_of(group).name} for group in columns],
        "rows": table,
        "page": page,
        "q": q,
        "chosen": asked.get("group", "") if shown else "",
        "groups": scope.groups,
        "kept": urlencode(kept),
        "says": _says(scope, page, table),
    }


def _rows(reps: Sequence[Rep], columns: Sequence[Group], scope: Scope, kept: Mapping[str, str]) -> list[dict[str, Any]]:
    pks = [rep.pk for rep in reps]
    cells = {
        (row.rep_id, row.group_id): row
        for row in Membership.objects.at(scope.now).filter(rep__in=pks, group__in=columns)
    }
    loads, _by_group = load_of(pks)
    calendars = availability.calendars(pks, since=scope.now - BEFORE, until=scope.now + availability.HORIZON)
    found = []
    for rep in reps:
        load = loads.get(rep.pk, 0)
        full = rep.cap_open is not None and load >= rep.cap_open
        found.append(
            {
                "rep": rep,
                "load": load,
                "stands": stands(calendars[rep.pk], scope.now, full=full),
                "url": _url(kept, rep=rep),
                "cells": [_cell(rep, group, cells.get((rep.pk, group.pk)), kept) for group in columns],
            }
        )
    return found


def _cell(rep: Rep, group: Group, row: Membership | None, kept: Mapping[str, str]) -> dict[str, Any]:
    url = _url(kept, rep=rep, group=group)
    if row is None:
        return {"group": group, "row": None, "url": url}
    notes = []
    if row.percent != 100:
        notes.append(_("ramp, %d %%") % row.percent)
    if row.weight == 0:
        notes.append(_("keeps the place"))
    if row.tier != 1:
        notes.append(_("tier %d") % row.tier)
    notes += shares.limits_say(row)
    return {"group": group, "row": row, "url": url, "notes": ", ".join(notes) or _("no limit")}


def _url(kept: Mapping[str, str], *, rep: Rep, group: Group | None = None) -> str:
    """The same page with this rep, or this cell, open."""
    what = f"{rep.uid}.{group.uid}" if group else str(rep.uid)
    return f"{reverse('team')}?{urlencode({**kept, 'open': what})}#open"


def _says(scope: Scope, page: "Page[Rep]", table: Sequence[Mapping[str, Any]]) -> str:
    """How many there are; where the page shows all of them, also who is on duty and what they could still take."""
    reps, groups = page.paginator.count, len(scope.groups)
    told = [
        _("%(reps)s in %(groups)s.")
        % {
            "reps": ngettext("%d rep", "%d reps", reps) % reps,
            "groups": ngettext("%d group", "%d groups", groups) % groups,
        }
    ]
    if page.paginator.num_pages == 1 and reps:
        there: list[tuple[Rep, int, Stands]] = [(row["rep"], row["load"], row["stands"]) for row in table]
        on = [(rep, load) for rep, load, how in there if how.on]
        room = sum(max(0, rep.cap_open - load) for rep, load in on if rep.cap_open is not None)
        open_ended = any(rep.cap_open is None for rep, _load in on)
        told.append(
            ngettext("%d on duty now.", "%d on duty now.", len(on)) % len(on)
            if open_ended or not on
            else ngettext(
                "%(on)d on duty now, room for %(room)d more lead.",
                "%(on)d on duty now, room for %(room)d more leads.",
                room,
            )
            % {"on": len(on), "room": room}
        )
    return " ".join(told)
