"""What the pages of the first run are given: kinds of team, a form with something wrong, what stands and a test."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.utils.safestring import mark_safe

from routing import start
from routing.web.start.forms import People, TeamForm
from tests.face.cast import manager_shell, uid

LONG = "Maximiliane von Hohenthal-Westerburg"


def kinds() -> dict[str, Any]:
    return {**manager_shell(""), "shapes": start.SHAPES.values(), "may_demo": True}


def team() -> dict[str, Any]:
    shape = start.SHAPES["groups"]
    sent = {"team0": "Key accounts", "team1": "Key accounts", "split": "size", "employees": "0", "hours": "office"}
    for n in range(2):
        sent |= {f"people{n}-TOTAL_FORMS": "5", f"people{n}-INITIAL_FORMS": "0", f"people{n}-0-name": LONG}
    form = TeamForm({**sent, "respond_within": "15", "time_zone": "Europe/Berlin"}, shape=shape)
    rows = [People(sent, prefix=f"people{n}", form_kwargs={"asks": "", "empty_permitted": False}) for n in range(2)]
    return {
        **manager_shell(""),
        "shape": shape,
        "form": form,
        "teams": [(form[f"team{n}"], people) for n, people in enumerate(rows)],
    }


def done() -> dict[str, Any]:
    address = "https://leads.example.com/f/5f2b8a52-60b1-4a1c-9a4a-2d1f7f5d6d11/"
    way = mark_safe("All leads go to <b>Sales</b>, shared by turns. Whoever is <b>owed most</b> gets the next one.")
    why = mark_safe(f"It went to {LONG} because the rule <b>All leads</b> fits, and she was <b>owed most</b>.")
    return {
        **manager_shell(""),
        "ways": [("Sales", [way])],
        "version": SimpleNamespace(n=1),
        "form": SimpleNamespace(uid=uid("form")),
        "form_url": address,
        "lead": SimpleNamespace(uid=uid("lead")),
        "waits": False,
        "why": {"sentence": why, "checked": "Decided again just now from what was kept: the same.", "version": 1},
        "owner": SimpleNamespace(name=LONG),
        "took": timedelta(milliseconds=180),
    }
