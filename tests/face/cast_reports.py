"""What the reports are given: Ana Lindqvist and her colleagues over 90 days."""

# ruff: noqa: RUF001 - names are spelt as their owners do, and the words of a page stand on one line each

from datetime import date
from typing import Any

from django import forms

from reporting.web.worth_it import BaselineForm
from routing.models import Baseline
from tests.face.cast import PERIODS, berlin, columns, manager_shell
from tests.face.cast_figures import all_figures
from tests.face.cast_pictures import curve, fairness, funnel, survival, trend


class ReportFilter(forms.Form):
    period = forms.ChoiceField(label="Period", choices=PERIODS, initial="90")
    group = forms.ChoiceField(label="Group", required=False, choices=[("", "All groups"), ("1", "DACH")])


class RepFilter(forms.Form):
    rep = forms.ChoiceField(label="Rep", choices=[("1", "Ana Lindqvist"), ("2", "Ben Okafor")])
    period = forms.ChoiceField(label="Period", choices=PERIODS, initial="90")


def figure(label: str, value: str, unit: str, note: str, tone: str = "") -> dict[str, str]:
    return {"label": label, "value": value, "unit": unit, "note": note, "tone": tone, "url": "/leads/"}


REPS = [
    ("Ana Lindqvist", "DACH Seniors", 142, 240, 0.93, 0.71, 54, (0.124, 0.174, 0.224), False),
    ("Ben Okafor", "DACH", 168, 290, 0.9, 0.62, 58, (0.12, 0.168, 0.217), False),
    ("Kim Tran", "DACH Seniors", 121, 265, 0.92, 0.66, 41, (0.113, 0.161, 0.211), False),
    ("Emil Sørensen", "Nordics & UK", 211, 310, 0.89, 0.6, 62, (0.095, 0.132, 0.172), True),
    ("Lea Fournier", "France & Benelux", 176, 420, 0.86, 0.58, 47, (0.082, 0.121, 0.164), True),
    ("Marco Weiss", "DACH", 153, 350, 0.84, 0.57, 39, (0.065, 0.103, 0.145), True),
    ("Pavel Novak", "International", 18, 610, 0.72, 0.5, 3, None, True),
]
AXIS = {"low": 0.04, "high": 0.24, "mark": 0.134, "ticks": ["5", "10", "15", "20", ""]}


def reports() -> dict[str, Any]:
    heads = [
        ("name", "Rep", ""),
        ("leads", "Leads", "num"),
        ("response", "Response", "num"),
        ("within", "Within time", "num hide-phone"),
        ("reached", "Reached", "num hide-phone"),
        ("meetings", "Meetings", "num hide-phone"),
        ("close", "Close rate", "num"),
        ("interval", "", "gapl hide-phone"),
    ]
    return {
        **manager_shell("reports"),
        "period": {"label": "21 August to 19 November, against the 90 days before"},
        "funnel": funnel(1424, 1310, 883, 441, 185),
        "fairness": fairness([name for name, *_rest in REPS], 118),
        "form": ReportFilter(),
        "sources": [
            {"label": "Web forms", "channel": "", "leads": 611, "reached": 0.74, "per_100": 41, "won": 71},
            {"label": "By hand", "channel": "LinkedIn message", "leads": 96, "reached": 0.91, "per_100": 52, "won": 19},
        ],
        "sources_total": {"leads": 707, "reached": 0.76, "per_100": 42, "won": 90},
        "csv_url": "?csv",
        "figures": [
            figure("Leads", "989", "", "was 941"),
            figure("Speed to lead", "7", "min", "2 min faster", "good"),
            figure("Rep response time", "5", "min", "1 min faster", "good"),
            figure("Within response time", "87", "%", "was 85"),
            figure("Reached", "62", "%", "was 61"),
            figure("Meetings per 100", "31", "", "was 30"),
            figure("Close rate", "13", "%", "from 11 to 15 %"),
        ],
        "columns": [{**head, "can_sort": bool(head["label"])} for head in columns(*heads, sort="close")],
        "axis": AXIS,
        "rows": [
            {
                "name": name,
                "url": "/reports/1/",
                "group": team,
                "leads": n,
                "response": response,
                "within": within,
                "reached": reached,
                "meetings": met,
                "close": close and dict(zip(("low", "point", "high"), close, strict=True)),
                "quiet": quiet,
                "too_few": "" if close else "too early: 18 leads, shown from 30",
            }
            for name, team, n, response, within, reached, met, close, quiet in REPS
        ],
    }


def rep_report() -> dict[str, Any]:
    notes = [
        "too close to call with Ben, Kim",
        "too close to call with Ana, Kim",
        "too close to call with Ana, Ben",
        "near the average of all reps",
        "near the average of all reps",
        "",
        "",
    ]
    return {
        **manager_shell("reports"),
        "rep": {"name": "Ana Lindqvist", "first_name": "Ana", "group": "DACH Seniors"},
        "period": {"label": "21 August to 19 November"},
        "form": RepFilter(),
        "csv_url": "?csv",
        "list_url": "/reports/",
        "figures": [
            figure("Leads", "142", "", "was 148"),
            figure("Speed to lead", "6", "min", "2 min faster", "good"),
            figure("Rep response time", "4", "min", "1 min faster", "good"),
            figure("Within response time", "93", "%", "was 91, all reps 87"),
            figure("Reached", "71", "%", "was 70, all reps 62"),
            figure("Meetings per 100", "38", "", "was 35, all reps 31"),
            figure("Close rate", "16", "%", "from 11 to 23 %"),
        ],
        "funnel_of": 142,
        "funnel": [
            {"label": "Assigned", "count": 142, "team": None},
            {"label": "Contacted", "count": 138, "share": 0.97, "team": 0.96},
            {"label": "Reached", "count": 101, "share": 0.71, "team": 0.62},
            {"label": "Meeting", "count": 54, "share": 0.38, "team": 0.31},
            {"label": "Won", "count": 23, "share": 0.16, "team": 0.13, "tone": "good"},
        ],
        "details": [
            {"label": "First call reaches somebody", "value": "44 %", "note": "of 142"},
            {"label": "Assigned to close, median", "value": "19 days"},
            {"label": "Call duration, median", "value": "6 min 40 s"},
        ],
        "intervals": [
            {"label": "Within response time", "low": 0.88, "point": 0.93, "high": 0.96, "all": 0.87, "n": 142},
            {"label": "Reached", "low": 0.64, "point": 0.71, "high": 0.77, "all": 0.62, "n": 142},
            {"label": "Meeting held", "low": 0.31, "point": 0.38, "high": 0.45, "all": 0.31, "n": 142},
            {"label": "Close rate", "low": 0.11, "point": 0.16, "high": 0.23, "all": 0.13, "n": 142},
        ],
        "close": [
            {
                "rank": i + 1,
                "name": name,
                "me": i == 0,
                "quiet": quiet,
                "note": notes[i],
                "too_few": "" if close else "too early: 18 leads, shown from 30",
                **(dict(zip(("low", "point", "high"), close, strict=True)) if close else {}),
            }
            for i, (name, _team, _n, _r, _w, _re, _m, close, quiet) in enumerate(REPS)
        ],
        "axis": AXIS,
        "close_note": "No leader is named: the chance that Ana is best is 46 %, and we name one from 80 %.",
        "in_out": [
            {"label": label, "value": value, "level": level}
            for label, value, level in [
                ("Open on 21 August", "21", 0),
                ("In", "+142", 0),
                ("by a rule", "118", 1),
                ("claimed from the pool", "14", 1),
                ("assigned by hand", "6", 1),
                ("reassigned to Ana", "4", 1),
                ("Out", "−149", 0),
                ("won", "23", 1),
                ("lost", "104", 1),
                ("returned", "9", 1),
                ("reassigned to others", "13", 1),
                ("Open now", "14", 0),
            ]
        ],
        "sources": [
            {"label": "Web forms", "leads": 71, "reached": 0.76, "per_100": 46, "won": 14},
            {"label": "By hand", "channel": "LinkedIn message", "leads": 34, "reached": 0.74, "per_100": 38, "won": 6},
            {"label": "Meta Lead Ads", "leads": 28, "reached": 0.54, "per_100": 18, "won": 2},
            {"label": "Partner portal", "leads": 9, "reached": 0.78, "per_100": 33, "won": 1},
        ],
        "sources_total": {"leads": 142, "reached": 0.71, "per_100": 38, "won": 23},
        "sections": [
            {
                **section,
                "rows": [
                    {**row, "team": "22 min", "team_of": "20 min to 24 min", "leads": "/reports/log/"}
                    for row in section["rows"]
                ],
            }
            for section in all_figures()["sections"]
        ],
        "curve": survival(curve("Ana Lindqvist", 142, 240, 1), curve("Team", 900, 400, 2), name="curve"),
        "trend": trend(30, sure=False),
        "fairness": fairness(["Ana Lindqvist", "Ben Okafor", "Kim Tanaka"], 118),
        "share_note": "Fair share: had 118 by rules, fair share 117.6, 2nd in line now.",
    }


class MailForm(forms.Form):
    every = forms.ChoiceField(label="How often", choices=[("week", "Each Monday morning")])
    group = forms.ChoiceField(label="Of whom", choices=[("", "All my groups")])


def by_mail() -> dict[str, Any]:
    return {
        **manager_shell("reports"),
        "form": MailForm(),
        "next_at": berlin(30, "07:00"),
        "told_at": berlin(23, "07:00"),
        "email": "matteo@harborline.example",
    }


class FollowFilter(forms.Form):
    follow = forms.ChoiceField(label="Each lead is", choices=[("30", "followed for 30 days")])


def worth_cell(value: str, span: str, of: str) -> dict[str, str]:
    return {"value": value, "range": span, "of": of}


def worth_row(label: str, note: str, says: str, tone: str, *cells: dict[str, str]) -> dict[str, Any]:
    return {"label": label, "note": note, "cells": list(cells), "says": says, "tone": tone}


def worth_it() -> dict[str, Any]:
    return {
        **manager_shell("reports"),
        "live_on": date(2026, 8, 3),
        "set": False,
        "form": FollowFilter(),
        "filtered": False,
        "follow": 30,
        "saved": {
            "hours": "27",
            "range": "from 24 to 31",
            "a_week": "1.7",
            "how": "3,741 leads the rules gave away, 26 s each: the median of 412 decided by hand.",
        },
        "sides": [
            {"name": "Before", "span": "26 May 2026 – 2 Aug 2026", "leads": "2,104", "imported": "1,880"},
            {"name": "After", "span": "3 Aug 2026 – 11 Oct 2026", "leads": "2,377", "imported": ""},
        ],
        "rows": [
            worth_row("Speed to lead", "median, of the leads that say when the first contact was", "shorter", "good",
                      worth_cell("3 h 12 min", "2 h 40 min to 3 h 55 min", "of 224 leads"),
                      worth_cell("4 min", "4 min to 5 min", "of 2,198 leads")),
            worth_row("Close rate", "won of those won or lost", "cannot be told apart: the ranges overlap", "",
                      worth_cell("12 %", "10 % to 14 %", "of 911 leads"),
                      worth_cell("14 %", "12 % to 16 %", "of 1,020 leads")),
            worth_row("Cycle length", "median, from arrival to won", "too few to compare", "",
                      worth_cell("-", "", "of 4 leads, shown from 6"),
                      worth_cell("18.0 days", "16.2 days to 19.9 days", "of 143 leads")),
        ],
        "baseline": BaselineForm(instance=Baseline()),
        "wrong": True,
    }  # fmt: skip


def worth_it_early() -> dict[str, Any]:
    return {**manager_shell("reports"), "live_on": None, "set": False, "form": FollowFilter(), "baseline": None}
