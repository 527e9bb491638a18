"""What the assignment log and In and out are given: the autumn of Ana Lindqvist and her colleagues."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.paginator import Paginator

from reporting.log import Line
from tests.face.cast import PERIODS, berlin, columns, manager_shell, uid


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
