"""What Team is given: the roster as it stands, a cell that is looked at, and a save on top of another's."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import QueryDict

from reps.models import Group, Membership, Rep, Skill, Territory, User
from routing.coverage.arrivals import Arrivals, Hour
from routing.snapshot.territories import read_areas
from routing.web.team import heat, places
from routing.web.team.duty import Stands
from routing.web.team.forms import AddForm, LimitForm, TermsForm
from routing.web.team.shares import Way
from routing.web.team.territory_form import KINDS, TerritoryForm
from tests.face.cast import manager_shell, uid

TABS = (
    ("Who shares what", "team"),
    ("Groups", "team-groups"),
    ("Shifts and time off", "team-week"),
    ("Territories", "territories"),
    ("Skills", "team-skills"),
)
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


def _day(n: int, day: int) -> dict[str, Any]:
    label = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[day]
    off = {"label": label, "bars": [], "away": [], "says": "", "why": ""}
    if n == 3 and day < 5:
        return off | {"away": [{"x": 480, "width": 540}], "why": "time off"}
    if n == 4 and day == 2:
        bars = [{"x": 0, "width": 60}, {"x": 600, "width": 240}, {"x": 960, "width": 480}]
        return off | {
            "bars": bars, "away": [{"x": 840, "width": 60}], "says": "0-1, 10-14, 16:15-24", "why": "paused, busy",
        }  # fmt: skip
    if day > 4:
        return off
    return off | {"bars": [{"x": 540, "width": 210}, {"x": 780, "width": 270}], "says": "9-12:30, 13-17:30"}


def _heat(*, some: bool) -> dict[str, Any]:
    """A week with open evenings."""
    hours = []
    for day in range(7):
        row = []
        for hour in range(24):
            there = day < 5 and 8 <= hour < 18
            leads = (abs(13 - hour) < 8) * (31 - 3 * abs(13 - hour)) // (1 if day < 5 else 6) if some else 0
            row.append(Hour(max(leads, 0), 0 if there else max(leads, 0), 0.0 if there else 1.0, 3.0 if there else 0.0))
        hours.append(tuple(row))
    everything = [hour for row in hours for hour in row]
    return heat.drawn(
        Arrivals(tuple(hours), sum(hour.leads for hour in everything), sum(hour.missed for hour in everything))
    )


def week() -> dict[str, Any]:
    """A week with somebody away, and leads in the evening."""
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    rows = [
        {"rep": rep(pk, name), "days": [_day(pk - 1, day) for day in range(7)]}
        for pk, (name, *_rest) in enumerate(PEOPLE, start=1)
    ]
    return {
        **manager_shell("team"),
        "tabs": tabs("team-week"),
        "days": [{"label": name, "day": f"{16 + n} Nov", "today": n == 3} for n, name in enumerate(names)],
        "rows": rows,
        "there": [{"label": name, "n": 5 if n < 5 else 0} for n, name in enumerate(names)],
        "title": "16 Nov to 22 Nov 2026",
        "monday": "2026-11-16",
        "before_url": "#before",
        "after_url": "#after",
        "now_url": "#now",
        "groups": GROUPS,
        "chosen": str(GROUPS[1].uid),
        "q": "",
        "page": Paginator(rows, 50).get_page(1),
        "zone": "Europe/Berlin",
        "heat": _heat(some=True),
    }


def week_empty() -> dict[str, Any]:
    """Nobody of a name, and no leads yet."""
    return {**week(), "rows": [], "page": Paginator([], 50).get_page(1), "q": "zz", "heat": _heat(some=False)}


MARKETS: tuple[tuple[str, str, list[dict[str, Any]]], ...] = (
    ("Berlin Mitte", "Ana Lindqvist", [{"kind": "postal", "countries": ["DE"], "low": "10115", "high": "10999"}]),
    (
        "DACH",
        "Ben Okafor and Kim Tran",
        [{"kind": "country", "countries": ["DE", "AT", "CH"]}, {"kind": "market", "industries": ["shipping"]}],
    ),
    ("Iberia", "nobody", [{"kind": "region", "countries": ["ES"], "names": ["Cataluña", "Comunidad Valenciana"]}]),
    ("Rest of the world", "Priya Nair", [{"kind": "world"}]),
)


def territories() -> dict[str, Any]:
    """Who covers what, with a hole and an overlap."""
    rows = []
    for pk, (name, reps, market) in enumerate(MARKETS, start=1):
        made = Territory(pk=pk, uid=UUID(str(uid(name))), name=name, group=GROUPS[0], market=market)
        covers = [places.area_says(area) for area in read_areas(market)]
        rows.append({"territory": made, "reps": reps, "empty": reps == "nobody", "covers": covers})
    gone = "No rep covers Portugal: 12 leads came from there in the last 30 days."
    both = "Ana (Berlin Mitte) and Ben (Berlin) both cover Germany 10115-10999: they share its leads."
    hole, twice = places.Wrong(True, ("PT",), gone), places.Wrong(False, ("DE",), both)
    return {
        **manager_shell("team"),
        "tabs": tabs("territories"),
        "rows": rows,
        "tree": places.tree(((row, read_areas(row["territory"].market)) for row in rows), [hole, twice]),
        "problems": {"holes": [hole.says], "overlaps": [twice.says]},
        "all": True,
    }


def territories_none() -> dict[str, Any]:
    """Before the first."""
    nothing: dict[str, list[str]] = {"holes": [], "overlaps": []}
    return {**territories(), "rows": [], "tree": [], "problems": nothing}


def territory() -> dict[str, Any]:
    """A form with an area that cannot be read."""
    typed = QueryDict(
        "name=Iberia&area-kind=region&area-countries=Atlantis&area-names=Galicia&area-low=&area-high="
        "&area-industries=&area-segments=&area-kind=market&area-countries=ES, Portugal&area-names=&area-low=&area-high="
        "&area-industries=Shipping&area-segments="
    )
    people = [rep(pk, name) for pk, (name, *_rest) in enumerate(PEOPLE, start=1)]
    made = Territory(pk=3, uid=UUID(str(uid("Iberia"))), name="Iberia", group=GROUPS[0])
    form = TerritoryForm(typed, groups=GROUPS, reps=people, territory=made, covered=people[:1], read="x")
    form.is_valid()
    shell = manager_shell("team")
    return {
        **shell,
        "territory": made,
        "form": form,
        "areas": form.areas,
        "kinds": KINDS,
        "problem": "",
        "checks": True,
    }


def skills() -> dict[str, Any]:
    """A rep's skills are being changed, and one is named wrongly."""
    pairs = (("language", "de"), ("language", "en"), ("product", "Freight insurance for perishable goods"))
    known = [Skill(pk=pk, kind=kind, value=value) for pk, (kind, value) in enumerate(pairs, start=1)]
    rows = [{"rep": rep(pk, name), "skills": known[: pk % 4]} for pk, (name, *_rest) in enumerate(PEOPLE, start=1)]
    opened = {
        "rep": rows[1]["rep"],
        "known": [
            {"key": f"{kind}:{value}", "kind": kind, "value": value, "chosen": n == 0}
            for n, (kind, value) in enumerate(pairs)
        ],
        "read": "1-2",
        "kind": "two words",
        "value": "x",
        "wrong": "kind",
        "problem": "Enter a valid name of a kind.",
    }
    return {
        **manager_shell("team"),
        "tabs": tabs("team-skills"),
        "rows": rows,
        "page": Paginator(rows, 50).get_page(1),
        "q": "",
        "opened": opened,
        "apart": False,
        "any": True,
    }
