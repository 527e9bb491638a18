"""What the leaderboard is given: seven reps over 90 days, worked out by the very code that works out the page's."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.utils import timezone

from reporting.lead_quality import RESULTS, Had, Quality
from reporting.leaderboard import ranked
from reporting.metric import share
from reporting.web import leaderboard_words as words
from reporting.web.target_words import TargetForm
from tests.face.cast import PERIODS, manager_shell

# Leads, of them kept, wins, and wins to be expected of those kept.
REPS = [
    ("Ana Lindqvist", 142, 138, 25, 17.9),
    ("Ben Okafor", 168, 160, 28, 24.3),
    ("Kim Tran", 121, 119, 19, 18.2),
    ("Emil Sørensen", 211, 203, 27, 26.1),
    ("Lea Fournier", 176, 171, 21, 22.8),
    ("Marco Weiss", 153, 140, 13, 20.4),
    ("Pavel Novak", 18, 18, 3, 2.1),
]


class BoardFilter(forms.Form):
    by = forms.ChoiceField(label="What counts", choices=list(words.RESULTS.items()), initial="wins")
    period = forms.ChoiceField(label="Period", choices=PERIODS, initial="90")
    group = forms.ChoiceField(label="Group", required=False, choices=[("", "All groups"), ("1", "DACH")])


def leaderboard() -> dict[str, Any]:
    result = RESULTS["wins"]
    had = {pk: Had(n, won, kept, won) for pk, (_name, n, kept, won, _e) in enumerate(REPS)}
    expected = {pk: row[4] for pk, row in enumerate(REPS)}
    variance = {pk: each * 0.86 for pk, each in expected.items()}
    found = ranked(Quality(had, expected, variance, {}, {}), seed=20)
    names: dict[int, Any] = {pk: SimpleNamespace(name=row[0]) for pk, row in enumerate(REPS)}
    urls = dict.fromkeys(names, "/reports/leaderboard/1/")
    return {
        **manager_shell("reports"),
        "period": {"label": "21 August to 19 November, against the 90 days before"},
        "form": BoardFilter(),
        "csv_url": "?csv",
        "heads": words.HEADS_OF["wins"],
        "figures": words.figures(found, share(121, 941), result),
        "lines": [
            {
                "rank": line.rank,
                "name": names[line.rep].name,
                "url": urls[line.rep],
                "leads": line.share.n,
                "count": line.share.count,
                "per_100": words.per_100(line.share.value) if line.rank else "",
                "score": words.score(line.standing.score) if line.standing.shown else "",
                "note": words.note(line, found, names, result),
                "early": words.early(line),
            }
            for line in found.lines
        ],
        "sure": words.sure(found, names, urls, result, me=None),
    }


def empty() -> dict[str, Any]:
    return {**leaderboard(), "lines": [], "figures": [], "sure": None}


def leads() -> dict[str, Any]:
    now = timezone.now()
    rows = [
        {
            "uid": "0b8f3f0e-6f0a-4d5e-9c59-0d6a4f6f1a11",
            "source": source,
            "quarter": words.QUARTERS[quarter],
            "starts_at": now - timedelta(days=days),
            "chance": chance,
            "came_at": now - timedelta(days=days - after) if after else None,
            "lost_at": now - timedelta(days=1) if lost else None,
            "kept": bool(chance),
        }
        for source, quarter, days, chance, after, lost in (
            ("Web form", 4, 3, "4 %", 0, False),
            ("Web form", 2, 18, "11 %", 9, False),
            ("Trade fair, Hanover", 0, 41, "8 %", 0, True),
            ("Web form", 1, 60, "", 0, False),
        )
    ]
    return {
        **manager_shell("reports"),
        "rep": {"name": "Ana Lindqvist", "url": "/reports/1/"},
        "period": {"label": "21 August to 19 November, against the 90 days before"},
        "form": BoardFilter(),
        "back_url": "/reports/leaderboard/",
        "csv_url": "?csv",
        "came_label": "Won",
        "rows": rows,
        "more": 500,
    }


def targets() -> dict[str, Any]:
    """One group with two below its target, another where it is too early."""
    groups: Any = [SimpleNamespace(uid="1", name="DACH"), SimpleNamespace(uid="2", name="Nordics & UK")]
    row = {"url": "/reports/leaderboard/1/", "hours": "441", "an_hour": "0.31"}
    lea = {"name": "Lea Fournier", "value": "38 %", "of": "62 of 163", "range": "31 % to 46 %", "promised": "52.4"}
    marco = {"name": "Marco Weiss", "value": "46 %", "of": "61 of 133", "range": "38 % to 54 %", "promised": "44.1"}
    usual = {"group": "DACH", "uid": "1", "metric": "meetings", "label": "Meetings booked", "promised": "meetings"}
    board = leaderboard()
    for line in board["lines"]:
        if line["name"] == "Lea Fournier":
            line["marks"] = ["below target: meetings booked 38 %, aim 50 %; low on comparable leads"]
    return {
        **board,
        "alerts": [
            {
                "title": "Lea Fournier books fewer meetings than usual",
                "group": "DACH",
                "at": timezone.now() - timedelta(days=2),
                "since": timezone.now() - timedelta(days=24),
                "says": "6 of the last 31 leads with a meeting, of such leads usually 14.2.",
                "false": "Such an alert sounds by chance alone about once in 2,900 leads of a rep.",
                "routing": "Routing may be part of it: hours on duty are others than before.",
                "sides": [
                    {"label": "Before", "promised": "46 %", "hours": "38", "told": "61", "failed": "0"},
                    {"label": "Since", "promised": "45 %", "hours": "21", "told": "58", "failed": "1"},
                ],
            }
        ],
        "targets": [
            {
                **usual,
                "aim": "50 %",
                "says": "2 of 6 reps are below",
                "until": timezone.now() - timedelta(days=12),
                "rows": [
                    {**row, **lea, "why": "low on comparable leads", "unsure": ""},
                    {**row, **marco, "why": "got weaker leads", "unsure": "may be chance"},
                ],
                "team": {"promised": "51.0", "hours": "452", "an_hour": "0.36"},
            },
            {**usual, "group": "Nordics & UK", "aim": "60 %", "says": "too early: nobody has 30 leads to count yet"},
        ],
        "target_form": TargetForm(groups=groups),
        "target_url": "?target",
    }
