"""What the pages of a draft shared with the team, and of groups, are given."""

# ruff: noqa: E501, RUF001 - the words of a page stand on one line each, and names are spelt as their owners do

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import QueryDict
from django.utils.safestring import mark_safe

from reps.models import Group, Rep, User
from routing.web.share_draft import ShareForm
from routing.web.team.group_form import GroupForm
from tests.face import cast_editor, cast_sharing, cast_team
from tests.face.cast import REP_NOW, berlin, manager_shell, rep_shell, uid

SET = {"uid": uid("rules"), "name": "Rules for new leads"}
BEFORE = [
    mark_safe(
        "All leads go to <b>DACH Inside Sales</b>, by turns. Whoever is <b>owed most</b> gets the next one and has <b>15 minutes</b> to make contact."
    )
]
AFTER = [
    mark_safe(
        "Leads from Germany, Austria or Switzerland with more than 50 employees go to <b>DACH Inside Sales</b>, by turns."
    ),
    mark_safe("Whoever is <b>owed most</b> gets the next one and has <b>30 minutes</b> to make contact."),
]


def _comments() -> list[dict[str, Any]]:
    return [
        {
            "by": {"name": "Tomasz Wiśniewski"},
            "at": berlin(19, "09:40"),
            "text": "Thirty minutes is fine for me. Who takes Spain while Lucía is away?",
        },
        {"by": None, "at": berlin(18, "17:02"), "text": "Good.\nAt last."},
    ]


def shared_draft() -> dict[str, Any]:
    """Open, with the reader's own figure."""
    return {
        **rep_shell("how-shared"),
        "draft": {
            "uid": uid("draft"), "rule_set": SET, "live": {"n": 14}, "at": berlin(18, "11:20"), "until": berlin(20, "14:00"), "closed_at": None,
            "taken_back": False, "why": "Spain waits too long on Mondays, and DACH calls back before it has read the page.",
        },
        "by": "Kim Tran", "groups": ["DACH Inside Sales", "Iberia"], "open": True, "version": None,
        "changes": cast_sharing.how_changed()["changes"],
        "ways": [{"group": "DACH Inside Sales", "before": [(one, False) for one in BEFORE], "after": [(AFTER[0], True), (AFTER[1], False)]}],
        "effect": {"state": "done", "all": "37 of 612 leads would move; 2.0 % would wait.", "against": "live", "since": berlin(20, "00:00", 10), "until": REP_NOW, "mine": {"here": 31, "there": 24}},
        "comments": _comments(), "page": Paginator(_comments(), 30).page(1), "token": uid("form"), "edits": False, "moved_on": False,
    }  # fmt: skip


def shared_draft_manager() -> dict[str, Any]:
    """The draft went on; nobody is told figures yet."""
    told = shared_draft()
    return {
        **told,
        **manager_shell("how-shared"),
        "now": REP_NOW,
        "edits": True,
        "moved_on": True,
        "effect": {"state": "waits"},
        "simulation": {"uid": uid("run")},
        "comments": [],
    }


def shared_draft_over() -> dict[str, Any]:
    """It led to a version that reads otherwise."""
    told = shared_draft()
    version = {"n": 15, "url": "/v/", "as_shared": False}
    return {**told, "open": False, "version": version, "effect": {"state": "few"}, "ways": []}


def share_draft() -> dict[str, Any]:
    """What is asked before anybody is asked; a field is wrong, and an earlier text is still talked about."""
    groups = [
        Group(pk=n, uid=UUID(str(uid(name))), name=name)
        for n, name in enumerate(("DACH Inside Sales", "Iberia", "Nordics & UK"), 1)
    ]
    form = ShareForm(QueryDict(f"groups={groups[0].uid}&why=&until=2026-11-20T14:00"), groups=groups, initial={})
    form.is_valid()
    return {
        **manager_shell("rules"), "set": SET, "bar": {"version": 14, "next": 15}, "form": form, "changes": cast_editor.compare()["changes"],
        "headline": "Ana Lindqvist +14, Ben Okafor −9; 37 of 612 leads would move; 2.0 % would wait.", "simulation": {"uid": uid("run")},
        "before": {"uid": uid("draft"), "until": REP_NOW + timedelta(days=1)}, "revision": 7, "token": uid("form"),
    }  # fmt: skip


def groups() -> dict[str, Any]:
    ways = (
        ("DACH Seniors", "Weighted", "Among those on duty and below their limits, whoever is owed most by weight.", 3, 15, "Clara Hoffmann"),
        ("DACH", "Round robin", "Among those on duty and below their limits, by turns.", 12, 15, "Clara Hoffmann, Kim Tran"),
        ("Walk-ins", "Blind pool", "Leads wait in a pool; details show after claiming.", 0, 60, ""),
    )  # fmt: skip
    rows = [
        {
            "group": Group(pk=n, uid=UUID(str(uid(name))), name=name, respond_within=minutes),
            "way": way,
            "says": says,
            "reps": reps,
            "managers": who,
        }
        for n, (name, way, says, reps, minutes, who) in enumerate(ways, 1)
    ]
    return {**manager_shell("team"), "tabs": cast_team.tabs("team-groups"), "rows": rows, "may_add": True}


def group() -> dict[str, Any]:
    """After a look, with something wrong under Advanced."""
    people = [
        User(pk=n, uid=UUID(str(uid(name.split()[0]))), name=name)
        for n, name in enumerate(("Clara Hoffmann", "Kim Tran"), 1)
    ]
    reps = [
        Rep(pk=n, uid=UUID(str(uid(name))), user=User(name=name))
        for n, name in enumerate(("Ana Lindqvist", "Ben Okafor", "Katharina von Hohenfels-Straßberger"), 1)
    ]
    row = Group(pk=2, uid=UUID(str(uid("DACH"))), name="DACH", escalation=[{"after": 900, "do": "remind"}])
    known: dict[str, Any] = {
        "group": row,
        "reps": reps,
        "inside": reps[:2],
        "people": people,
        "managing": people[:1],
        "read": "read",
    }
    data = QueryDict(
        "name=DACH&respond_within=0&method=own&s.0-strategy=availability&s.1-strategy=least_loaded&s.2-strategy=round_robin&clock=working&wait_alert=10&pool=none&claims_unworked=0&on_return=keep&repay_per_day=2&when_away=keep&visibility=own&x.0-after=15&x.0-do=remind&managers="
        + str(uid("Clara"))
    )
    form = GroupForm(data, **known)
    form.begun()
    form.errors["claims_unworked"] = form.error_class(["Ensure this value is greater than or equal to 1."])
    return {
        **manager_shell("team"), "tabs": cast_team.tabs("team-groups"), "group": row, "form": form, "open": True,
        "says": ["Among those on duty and below their limits, by turns.", "Rule 3, Walk-ins: nobody is in Walk-ins."],
        "problem": "Somebody else changed this group meanwhile. What you typed stands below; saving puts it in its place.",
    }  # fmt: skip


def group_new() -> dict[str, Any]:
    made = group()
    known: dict[str, Any] = {
        "group": None,
        "reps": [],
        "inside": [],
        "people": [User(pk=1, name="Clara Hoffmann")],
        "managing": [],
        "read": "new",
    }
    return {**made, "group": None, "form": GroupForm(None, **known), "problem": "", "says": [], "open": False}
