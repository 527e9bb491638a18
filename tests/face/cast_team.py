"""What Team is given: the roster as it stands, a cell that is looked at, and a save on top of another's."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator

from reps.models import Group, Membership, Rep, User
from routing.web.team.duty import Stands
from routing.web.team.forms import AddForm, LimitForm, TermsForm
from routing.web.team.shares import Way
from tests.face.cast import manager_shell, uid

TABS = (("Who shares what", "team"),)
GROUPS = [
    Group(pk=n, uid=UUID(str(uid(name))), name=name)
    for n, name in enumerate(("DACH Seniors", "DACH", "Nordics & UK", "France & Benelux", "Enterprise"), start=1)
]
WAYS = ("Weighted", "Round robin", "Least busy", "Round robin", "Priority")
ON, OFF = "good", "quiet"
# Name, open leads, limit, where they stand, weights and notes by column.
PEOPLE: tuple[tuple[str, int, int | None, str, str, dict[int, tuple[int, str]]], ...] = (
    ("Ana Lindqvist", 14, 20, ON, "on duty until 17:30", {0: (5, "no limit"), 4: (1, "tier 2")}),
    ("Kim Tran", 17, 20, ON, "on duty until 18:00", {0: (4, "no limit"), 4: (1, "tier 2")}),
    ("Ben Okafor", 20, 20, "due", "on duty, at the limit", {1: (1, "8 a day")}),
    ("Pavel Novak", 6, 12, OFF, "off until Fri 07:30", {1: (1, "ramp, 50 %")}),
    ("Hans-Joachim von Möllenbeck-Hohenstaufen", 0, None, OFF, "time off until Mon 08:00", {2: (0, "keeps the place")}),
    ("Priya Nair", 11, 25, ON, "on duty until 18:00", {2: (1, "no limit"), 3: (1, "5 a day, 12 open")}),
)


def tabs(active: str) -> list[dict[str, Any]]:
    """The parts of Team."""
    return [{"url": f"/{name}/", "label": label, "active": name == active} for label, name in TABS]


def rep(pk: int, name: str, cap: int | None = None) -> Rep:
    """One of the reps."""
    return Rep(pk=pk, uid=UUID(str(uid(name))), user=User(pk=pk, name=name), cap_open=cap)


def _rows() -> list[dict[str, Any]]:
    rows = []
    for pk, (name, load, cap, tone, says, weights) in enumerate(PEOPLE, start=1):
        cells = [
            {
                "group": group,
                "url": "#open",
                "row": Membership(pk=n, weight=weights[n][0]) if n in weights else None,
                "notes": weights[n][1] if n in weights else "",
            }
            for n, group in enumerate(GROUPS)
        ]
        stands = Stands(on=tone != OFF, tone=tone, says=says)
        rows.append({"rep": rep(pk, name, cap), "load": load, "stands": stands, "url": "#open", "cells": cells})
    return rows


def _roster(**more: Any) -> dict[str, Any]:
    rows = _rows()
    columns = [{"group": group, "way": way} for group, way in zip(GROUPS, WAYS, strict=True)]
    return {
        **manager_shell("team"),
        "says": "6 reps in 5 groups. 4 on duty now, room for 23 more leads.",
        "tabs": tabs("team"),
        "columns": columns,
        "rows": rows,
        "page": Paginator(rows, 50).get_page(1),
        "groups": GROUPS,
        "q": "",
        "chosen": "",
        "kept": "",
        "add": AddForm(groups=GROUPS),
        "known": ["Ana Lindqvist"],
        "all": True,
        "invites": True,
        "opened": None,
        **more,
    }


def roster() -> dict[str, Any]:
    """A rep is open: where else to look, and their own limit."""
    ana = rep(1, "Ana Lindqvist", 20)
    opened = {"rep": ana, "group": None, "form": LimitForm(rep=ana), "may_limit": True, "seen": True}
    return _roster(opened=opened)


def roster_look() -> dict[str, Any]:
    """A cell is open after a look that came too late: what holds now, what was typed, what it would do."""
    row = Membership(pk=4, weight=1, percent=50)
    form = TermsForm({"weight": "3", "tier": "0", "cap_day": "8", "cap_week": "-4", "read": "x"}, row=row)
    form.is_valid()
    opened = {
        "rep": rep(4, "Pavel Novak", 12),
        "group": GROUPS[1],
        "row": row,
        "form": form,
        "way": Way("Round robin", weights=False, tiers=False, limits=True),
        "problem": "Somebody changed this meanwhile: it is weight 2, tier 1. What you typed stands below.",
        "says": ["Of leads that all of DACH could take: Pavel Novak 60 % instead of 33 %.", "At most: 8 a day."],
        "leaves": False,
    }
    return _roster(opened=opened)


def roster_empty() -> dict[str, Any]:
    """A group without anybody."""
    page = Paginator([], 50).get_page(1)
    return _roster(rows=[], page=page, says="0 reps in 1 group.", groups=GROUPS[:1])
