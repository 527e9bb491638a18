"""What the assignment log and In and out are given: the autumn of Ana Lindqvist and her colleagues."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.paginator import Paginator

from reporting.in_and_out import FIGURES
from reporting.log import Line
from reporting.pictures.trend import Point, Trend
from reporting.spells.keep import Progress
from reporting.web.in_out import NAMES
from tests.face.cast import PERIODS, berlin, columns, manager_shell, uid
from tests.face.cast_reports import figure


class _InOutFilter(forms.Form):
    by = forms.ChoiceField(label="Steps", choices=[("week", "By week"), ("month", "By month")])
    over = forms.ChoiceField(label="How far back", choices=[("3", "Three months")])
    cut = forms.ChoiceField(label="Of whom", choices=[("all", "All together"), ("rep", "Rep by rep")])
    group = forms.ChoiceField(label="Group", required=False, choices=[("", "All groups")])
    rep = forms.ChoiceField(label="Rep", required=False, choices=[("", "All reps")])
    figure = forms.ChoiceField(label="Drawn", choices=[("assigned", "Assigned")])


class _LogFilter(forms.Form):
    q = forms.CharField(label="Name, company, mail, phone", required=False)
    period = forms.ChoiceField(label="Assigned", choices=PERIODS, initial="30")
    group = forms.ChoiceField(label="Group", required=False, choices=[("", "Any group"), ("1", "DACH Seniors")])
    rep = forms.ChoiceField(label="Rep", required=False, choices=[("", "Any rep"), ("1", "Ana Lindqvist")])
    source = forms.CharField(label="Source", required=False, widget=forms.TextInput(attrs={"placeholder": "Source"}))
    rule = forms.ChoiceField(label="Rule", required=False, choices=[("", "Any rule"), ("1", "DACH, over 200 people")])
    how = forms.ChoiceField(label="How", required=False, choices=[("", "However"), ("rule", "by a rule")])
    within = forms.ChoiceField(label="Response time", required=False, choices=[("", "Any response")])
    outcome = forms.ChoiceField(label="Outcome", required=False, choices=[("", "Any outcome")])


_HEADS = (
    ("lead", "Lead", ""), ("source", "Source", ""), ("rule", "Rule", ""), ("rep", "Rep", ""),
    ("arrived", "Arrived", "num"), ("assigned", "Assigned", "num"), ("told", "Told", "num"),
    ("opened", "Opened", "num"), ("contact", "Contacted", "num"), ("took", "Response", "num"),
    ("outcome", "Outcome", ""),
)  # fmt: skip
# title, source, channel, rule, how, rep, group, waited, took, in time, outcome, tone
_ROWS: tuple[tuple[Any, ...], ...] = (
    ("Brandl Logistik GmbH", "Web forms", "", "DACH, over 200 people", "by a rule", "Ana Lindqvist", "DACH Seniors",
     74, 62, True, "with the rep", "pri"),
    ("Vereinigte Binnenschifffahrts- und Speditionsgesellschaft Oberrhein", "Partner portal", "Referral",
     "Everything else that nobody has claimed by noon", "claimed from the pool", "Maximiliane von Hohenthal-Westerburg",
     "DACH", 9_400, 5_800, False, "taken back, not answered in time", "late"),
    ("", "Fair", "", "", "reassigned by hand", "Emil Sørensen", "Nordics & UK", None, None, False, "returned", "due"),
    ("Harbour Dental", "Web forms", "", "UK & Ireland", "by a rule", "Emil Sørensen", "", 260, 244, True, "won",
     "good"),
    ("Fjordfisk AS", "LinkedIn", "", "", "imported", "Lea Fournier", "", None, None, None, "lost", "quiet"),
)  # fmt: skip


def _row(n: int, row: tuple[Any, ...]) -> dict[str, Any]:
    title, source, channel, rule, how, rep, group, waited, took, within, outcome, tone = row
    came = berlin(19, f"{14 - n}:{28 - n}")
    line = Line(
        UUID(uid(f"log{n}")), title, source, channel, rule, how, rep, UUID(uid(rep)), group, came,
        came + timedelta(seconds=3), came + timedelta(seconds=5) if n < 4 else None,
        came + timedelta(minutes=1) if n in {0, 1, 3} else None,
        came + timedelta(seconds=waited) if waited else None,
        timedelta(seconds=waited) if waited else None, took, within, outcome, None,
    )  # fmt: skip
    lead = f"/lead-show/{line.uid}/" if title else ""
    return {"line": line, "lead_url": lead, "rep_url": "/reports/1/", "how": how, "outcome": outcome, "tone": tone}


def log() -> dict[str, Any]:
    rows = [_row(n, row) for n, row in enumerate(_ROWS)]
    return {
        **manager_shell("reports"),
        "page": Paginator(rows * 40, 10).page(2),
        "form": _LogFilter(),
        "filtered": True,
        "span": {"after": None, "before": None},
        "csv_url": "/reports/log/export/?period=30",
        "keep_url": "/lead-views/new/?of=log&how=rule",
        "views": [
            {"label": "All assignments", "url": "/reports/log/", "active": False, "by": ""},
            {"label": "By hand this month", "url": "/reports/log/?how=manual", "active": True, "by": "Odile Marchand"},
        ],
        "columns": [
            {**head, "can_sort": head["key"] not in {"lead", "rule", "told", "opened", "outcome"}}
            for head in columns(*_HEADS, sort="assigned")
        ],
    }


def log_empty() -> dict[str, Any]:
    return {
        **manager_shell("reports"),
        "page": Paginator([], 10).page(1),
        "form": _LogFilter(),
        "filtered": False,
        "span": {"after": None, "before": None},
        "csv_url": "/reports/log/export/",
    }


_WEEKS = ("16 Nov \N{EN DASH} 22 Nov 2026", "9 Nov \N{EN DASH} 15 Nov 2026", "2 Nov \N{EN DASH} 8 Nov 2026")


def _counts(*counts: str) -> list[dict[str, Any]]:
    return [{"n": n, "url": "/leads/" if at < 2 else "", "none": n == "0"} for at, n in enumerate(counts)]


def in_out() -> dict[str, Any]:
    rows = [
        _counts("1,240", "1,212", "1,150", "312", "144", "98", "8.1", "12"),
        _counts("984", "990", "921", "280", "131", "0", "0.0", "0"),
        _counts("0", "0", "3", "1", "0", "0", "-", "0"),
    ]
    points = tuple(Point(f"Week {n}", f"{n} Nov", 900 + 40 * (n % 5), url="/leads/") for n in range(1, 14))
    return {
        **manager_shell("reports"),
        "form": _InOutFilter(),
        "filtered": True,
        "csv_url": "/reports/in-out/export/",
        "figures": [figure("Assigned", "12,120", "", "was 11,870"), figure("Won per 100", "8.1", "", "was 7.9")],
        "picture": Trend(name="in-out", title="Assigned", unit="count", points=points, now_is="Assigned"),
        "heads": [str(NAMES[figure]) for figure in FIGURES],
        "page": Paginator(range(53), 13).page(1),
        "cut": "all",
        "groups": [
            {"label": week, "so_far": n == 0, "rows": [{"name": "", "cells": cells}]}
            for n, (week, cells) in enumerate(zip(_WEEKS, rows, strict=True))
        ],
    }


def in_out_reps() -> dict[str, Any]:
    reps = ("Ana Lindqvist", "Maximiliane von Hohenthal-Westerburg", "Nobody yet")
    rows = [{"name": name, "cells": _counts("24", "22", "21", "9", "4", "3", "13.6", "1")} for name in reps]
    groups = [{"label": week, "so_far": n == 0, "rows": rows} for n, week in enumerate(_WEEKS)]
    return {**in_out(), "cut": "rep", "groups": groups, "counting": Progress(0.42)}
