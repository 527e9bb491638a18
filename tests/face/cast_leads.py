"""What saved views and acts on many leads are given."""

from typing import Any

from django import forms

from routing.web.lead_acts import ACTS, Look
from tests.face.cast import manager_shell, uid

LONG = "Vereinigte Binnenschifffahrts- und Speditionsgesellschaft Oberrhein"


class _Kept(forms.Form):
    name = forms.CharField(label="Name", max_length=60)
    shared = forms.BooleanField(label="All managers see it, too", required=False)


class _Over(forms.Form):
    to = forms.ChoiceField(label="Hand over to", choices=[("", "choose"), ("1", "Ana Lindqvist")])
    why = forms.CharField(
        label="Why", required=False, help_text="Stands on the timeline of each; the reps it concerns read it."
    )


class _Back(forms.Form):
    bar = forms.BooleanField(label="Not to the same rep again", required=False)
    why = forms.CharField(
        label="Why", required=False, help_text="Stands on the timeline of each; the reps it concerns read it."
    )


def _view(name: str) -> dict[str, Any]:
    form = _Kept(initial={"name": name, "shared": True}, auto_id=f"v-{uid(name)}-%s")
    return {"view": {"uid": uid(name), "name": name}, "of": "Assignment log" if name == "Fairs" else "", "form": form}


def views() -> dict[str, Any]:
    return {
        **manager_shell("leads"),
        "mine": [_view("Enterprise, nobody contacted"), _view("Fairs")],
        "others": [
            {"view": {"uid": uid("o"), "name": "Overdue in DACH", "user": {"name": "Odile Marchand"}}, "of": ""},
            {"view": {"uid": uid("p"), "name": "By hand", "user": {"name": "Odile Marchand"}}, "of": "Assignment log"},
        ],
        "most": 30,
    }


def views_none() -> dict[str, Any]:
    return {**manager_shell("leads"), "mine": [], "others": [], "most": 30}


def view_taken() -> dict[str, Any]:
    form = _Kept({"name": "Fairs"})
    form.add_error("name", "You have a view of this name already.")
    return {
        **manager_shell("leads"),
        "form": form,
        "listing": {"key": "leads", "label": "Leads"},
        "query": "source=Fair",
        "says": "Group: DACH, Source: Fair",
        "back": "/leads/?source=Fair",
        "taken": {"name": "Fairs"},
    }


def _rows() -> list[dict[str, Any]]:
    return [
        {"uid": uid("1"), "title": LONG, "row": {"owner": {"name": "Maximiliane von Hohenthal-Westerburg"}}},
        {"uid": uid("2"), "title": "Fjordfisk AS", "row": {"owner": None, "group": {"name": "Nordics & UK"}}},
        {"uid": uid("3"), "title": "Harbour Dental", "row": {"owner": None, "group": None}},
    ]


def _act(name: str) -> dict[str, Any]:
    return {
        **manager_shell("leads"),
        "act": ACTS[name],
        "name": name,
        "n": 12,
        "kept_out": 2,
        "chosen": uid("1"),
        "query": "source=Fair",
        "back": "/leads/?source=Fair",
        "leads": _rows(),
        "more": 9,
    }


def hand_over() -> dict[str, Any]:
    return {**_act("hand-over"), "form": _Over()}


def release() -> dict[str, Any]:
    return {
        **_act("release"),
        "form": _Back(),
        "seen": Look((1, 2, 3)),
        "stayed": "4 in a pool, 2 closed",
        "token": "x",
        "changed": False,
        "button": "Take back 3 leads",
    }
