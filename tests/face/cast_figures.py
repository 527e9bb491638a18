"""What the pages of all figures are given: a month of a company, and one figure of it by rep."""

from typing import Any

from django import forms

from reporting.pictures.intervals import Interval, Intervals
from tests.face.cast import PERIODS, manager_shell
from tests.face.cast_pictures import curve, survival, trend


class FiguresFilter(forms.Form):
    period = forms.ChoiceField(label="Period", choices=PERIODS, initial="30")
    group = forms.ChoiceField(label="Group", required=False, choices=[("", "All groups"), ("1", "DACH")])
    rep = forms.ChoiceField(label="Rep", required=False, choices=[("", "All reps"), ("1", "Ana Lindqvist")])
    cut = forms.ChoiceField(label="Cut by", required=False, choices=[("rep", "By rep"), ("source", "By source")])


def row(name: str, label: str, value: str, *, interval: str = "", of: str = "", **more: str) -> dict[str, str]:
    return {
        "name": name, "label": label, "title": f"{label}: what it means", "url": f"/reports/figures/{name}/",
        "value": value, "interval": interval, "of": of, "quartiles": "", "moved": "", "tone": "", "team": "", **more,
    }  # fmt: skip


def all_figures() -> dict[str, Any]:
    fast = [
        row("arrived", "Leads in", "586", moved="was 464"),
        row("speed_to_lead", "Speed to lead", "21 min", interval="18 min to 25 min", of="564 ended, 22 still wait",
            moved="was 18 min", quartiles="a quarter within 6 min, three quarters within 2 h 20 min"),
        row("response_sla", "Within response time", "73 %", interval="69 % to 76 %", of="416 of 571", moved="was 64 %",
            tone="good"),
    ]  # fmt: skip
    came = [
        row("meetings", "Meetings booked", "44 %", interval="40 % to 48 %", of="258 of 583", moved="was 49 %"),
        row("close_rate", "Close rate", "-", of="too early: 18 leads, shown from 30"),
        row("won_money", "Money won", "803,050 EUR", of="2 won without a worth", moved="was 1,373,000 EUR"),
    ]
    contacted = {"stage": "New", "to": "Contacted", "value": "97 %", "interval": "96 % to 98 %", "of": "567 of 583"}
    booked = {"stage": "Contacted", "to": "Meeting booked", "value": "46 %", "interval": "41 % to 50 %"}
    return {
        **manager_shell("reports"),
        "period": {"label": "25 October to 23 November, against the 30 days before"},
        "form": FiguresFilter(),
        "filtered": True,
        "narrowed": [{"label": "Source: Web form", "url": "/reports/figures/"}],
        "query": "",
        "csv_url": "/reports/figures/export/?cut=rep",
        "team": False,
        "sections": [
            {"label": "How fast", "note": "", "rows": fast},
            {"label": "What came of it", "note": "the leads of the period before have had more time", "rows": came},
        ],
        "stages": [contacted, {**booked, "of": "258 of 567"}],
        "stages_told": [("Formula", ": ", "for each stage, leads whose furthest stage is a later one.")],
    }


def one_figure() -> dict[str, Any]:
    ana = Interval("Ana Lindqvist", 840.0, 600.0, 1300.0, n=142, url="/reports/figures/speed_to_lead/?rep=1")
    emil = Interval("Emil Sørensen", None, n=18, note="over 3 days")
    return {
        **all_figures(),
        "name": "speed_to_lead",
        "label": "Speed to lead",
        "row": row("speed_to_lead", "Speed to lead", "21 min", interval="18 min to 25 min", of="564 ended",
                   moved="was 18 min", tone="late"),
        "trend": trend(30),
        "curve": survival(curve("this period", 400, 1200, 1), curve("the period before", 300, 1000, 2)),
        "parts": Intervals(
            name="parts", title="Speed to lead, by rep", unit="seconds", label_is="By rep", value_is="Speed to lead",
            mark=1260.0, mark_is="all together", level="95 % interval", rows=(ana, emil),
        ),
        "more": 2,
        "cut_label": "By rep",
        "told": [
            ("Speed to lead", ": ", "how long the buyer waits, by the wall clock."),
            ("Formula", ": ", "the median by Kaplan-Meier over the leads that arrived in the period."),
        ],
        "left_out": ["14 turned away before anybody had them"],
    }  # fmt: skip
