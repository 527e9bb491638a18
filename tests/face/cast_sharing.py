"""What the pages about fair shares are given: Miriam's numbers, her statement, and how DACH Inside Sales shares."""

# ruff: noqa: E501, RUF001 - the words of a page stand on one line each, and names are spelt as their owners do

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils.safestring import mark_safe

from tests.face.cast import PERIODS, REP_NOW, berlin, manager_shell, rep_shell, uid

SET, GROUP = {"uid": uid("rules"), "name": "Rules for new leads"}, {"uid": uid("DACH"), "name": "DACH Inside Sales"}
INGRID, AYLIN = {"name": "Ingrid Solheim"}, {"name": "Aylin Yıldırım"}


BOUND = {"told": (3.6, 4.2), "members": 6, "returned": 0}


class OwnFilter(forms.Form):
    period = forms.ChoiceField(label="Period", choices=PERIODS, initial="30")
    group = forms.ChoiceField(label="Group", choices=[("1", "DACH Inside Sales"), ("2", "Iberia")])
    show = forms.ChoiceField(label="Show", choices=[("", "What changed it"), ("all", "Also leads you could not take")])


def figure(label: str, value: str, unit: str, note: str, tone: str = "") -> dict[str, str]:
    return {
        "label": label,
        "value": value,
        "unit": unit,
        "note": note,
        "tone": tone,
        "url": "/leads/",
        "title": "How it is counted",
    }


def row(number: int, at: Any, winner: str, part: float, balance: float, **more: Any) -> dict[str, Any]:
    return {
        "number": number, "at": at, "uid": uid(str(number)), "title": "", "mine": False, "rule": "DACH over 50 employees", "how": "by a rule",
        "winner": winner, "among": 5, "you_too": True, "part": part, "got": None, "change": part, "balance": balance,
        "why": "Was owed less", **more,
    }  # fmt: skip


ROWS = [
    row(4235, berlin(18, "08:47"), "Tomasz Wiśniewski", 0.29, 0.14),
    row(4236, berlin(18, "11:07"), "Katharina von Hohenfels-Straßberger", 0.22, 0.36, rule="DACH, trade fairs"),
    row(
        4237,
        berlin(18, "11:19"),
        "",
        0.22,
        -0.42,
        mine=True,
        got=-1,
        title="Metallbau Ostwürttemberg GmbH",
        why="Was owed most",
    ),
    row(4244, berlin(18, "12:20"), "Aylin Yıldırım", 0.0, -0.42, you_too=False, why="Off shift until Wed 13:00"),
    row(4246, berlin(19, "08:31"), "Jonas Petersen", 0.29, -0.13, rule="", how="claimed from the pool", why=""),
    row(4250, berlin(19, "09:47"), "", 0.52, 0.39, mine=False, how="taken back: everybody's part is returned", why=""),
]


def my_numbers() -> dict[str, Any]:
    steps = [
        ("Assigned", 34, None, None),
        ("Contacted", 31, 0.91, 0.93),
        ("Reached", 24, 0.71, 0.66),
        ("Meeting", 7, 0.21, 0.17),
        ("Won", 3, 0.09, 0.07),
    ]
    ranges = [
        ("Speed to lead, median", "4 min", "3 min to 6 min", 31, "5 min", "6 min", "5 min to 7 min"),
        ("Within response time", "91 %", "76 to 97 %", 32, "88 %", "86 %", "80 to 90 %"),
        ("Reached at first call", "42 %", "26 to 59 %", 31, "45 %", "38 %", "31 to 46 %"),
        ("Call, median", "6 min", "", 4, "-", "5 min", "4 min to 6 min"),
    ]
    return {
        **rep_shell("my-numbers"),
        "period": {"key": "30", "label": "21 October to 19 November, against the 30 days before"},
        "form": OwnFilter(),
        "group_uid": GROUP["uid"],
        "figures": [
            figure("Speed to lead, median", "4", "min", "50 s faster, team 6 min", "good"),
            figure("Within response time", "91", "%", "+3 points, 29 of 32, team 86 %", "good"),
            figure("Reached at first call", "42", "%", "−3 points, 13 of 31, team 38 %"),
            figure("Call, median", "6", "min", "20 s longer, team 5 min"),
            figure("Meetings", "7", "", "2 more, of 34 leads, team 17 of 100", "good"),
            figure("Close rate", "18", "%", "3 of 17, team 16 %"),
        ],
        "standing": {
            "place": "2nd of 9",
            "per_100": "8.8",
            "of": "3 of 34",
            "score": "104",
            "range": "81 to 133",
            "close": 2,
        },
        "leads": 34,
        "median": 250,
        "speeds": {"bars": [{"kept": n, "late": late} for n, late in ((3, 0), (9, 0), (7, 0), (4, 0), (2, 0), (0, 0), (0, 1), (0, 2))], "width": 300, "beyond": True, "n": 28, "late": 3},
        "funnel": [{"label": label, "count": n, "share": share, "team": team, "tone": "good" if label == "Won" else "pri"} for label, n, share, team in steps],
        "ranges": [
            dict(zip(("label", "value", "range", "n", "before", "team", "team_range"), line, strict=True), meaning="What it counts, in a sentence.")
            for line in ranges
        ],
        "csv_url": "?csv",
        "share": {
            "group": "DACH Inside Sales", "had": 14, "entitled": 14.39, "owed": 0.39, "place": "2nd", "page": Paginator(range(120), 50).page(3), "rows": ROWS,
            "first": False, "last": True, "since": berlin(1, "00:00"), "until": REP_NOW, "forward": -0.15, "closing": 0.39, "carried": 0.39,
            "bound": {**BOUND, "returned": 1},
            "bound_says": "Among the 6 people who ever shared here nobody can be more than 3.6 leads behind their fair share, or 4.2 ahead, whatever happens. A lead that was taken back adds at most one.",
            "balances": [0, -0.8, -0.5, -0.1, 0.3, 0.8, -0.2, 0.1, 0.6, -0.4, -0.15, 0.14, 0.36, -0.42, -0.13, 0.39],
        },
    }  # fmt: skip


def rep_share() -> dict[str, Any]:
    told = {
        **my_numbers(),
        **manager_shell("reports"),
        "rep": {"name": "Miriam Falkenrath"},
        "report_url": "/reports/1/",
        "csv_url": "",
    }
    rows = [{**one, "winner": "Miriam Falkenrath"} if one["mine"] else one for one in ROWS]
    return {**told, "share": {**told["share"], "who": "Miriam Falkenrath", "rows": rows}}


def my_numbers_empty() -> dict[str, Any]:
    return {
        **my_numbers(),
        "standing": {"place": "", "early": "too early: 4 leads, shown from 30"},
        "leads": 0,
        "share": None,
        "figures": [figure(one["label"], "-", "", "nothing to count yet") for one in my_numbers()["figures"]],
    }


def book() -> dict[str, Any]:
    return {
        "sentences": [
            mark_safe(text)
            for text in (
                "Leads where Country is one of <b>Germany, Austria, Switzerland</b> go to <b>DACH Inside Sales</b>, shared by weight among those on duty, below their limits.",
                "Whoever is <b>owed most</b> gets the next one and has <b>15 minutes</b> to make contact; if nobody can take it, it goes to the pool of DACH Inside Sales.",
                "Other leads go to other groups or To assign, where a manager decides.",
            )
        ],
        "long": ["DACH, trade fairs"],
        "parts": [
            {"term": "Where leads come from", "says": ["Web forms, mailbox, Telephone."]},
            {
                "term": "What qualifies",
                "says": ["Students: if Job title contains student, it is turned away.", "All other leads qualify."],
            },
            {"term": "Returning a lead", "says": ["Say why. If a manager agrees, it counts for nobody."]},
            {
                "term": "How weights are set",
                "says": [
                    "A lead is split by weight.",
                    "Weight 2: Aylin Yıldırım; weight 1: Tomasz Wiśniewski at 50 %.",
                ],
            },
        ],
        "whys": [
            ("Counting leads punished whoever had been ill. Now nobody loses a turn by being away.", "Ingrid Solheim")
        ],
    }


def version(n: int, day: int, comment: str) -> dict[str, Any]:
    return {
        "n": n,
        "uid": uid(f"version {n}"),
        "pk": n,
        "rule_set": SET,
        "published_at": berlin(day, "09:00"),
        "published_by": INGRID,
        "comment": comment,
        "words": ["Partners: Source is Partner portal: Partners."],
    }


VERSION = version(14, 2, "Tomasz joins at 50 %.")
COMMENTS = [{"by": AYLIN, "at": berlin(18, "16:02"), "text": "Could the pool be open in the afternoon?"}]
STANDINGS = [
    ("Aylin Yıldırım", 15, 15.65, -0.65, True, None),
    ("Miriam Falkenrath", 14, 14.39, -0.39, True, None),
    ("Katharina von Hohenfels-Straßberger", 14, 13.99, 0.01, True, None),
    ("Stefan Oberhuber", 9, 8.78, 0.22, False, None),
    ("Tomasz Wiśniewski", 9, 8.53, 0.47, True, 50),
]


def question(text: str, answer: str = "", *, led: bool = False, **more: Any) -> dict[str, Any]:
    return {
        "row": {
            "uid": uid(text), "rep": {"name": "Miriam Falkenrath"}, "group": GROUP, "at": berlin(17, "15:20"), "text": text, "answer": answer,
            "answered_at": berlin(17, "17:05") if answer else None, "answered_by": INGRID if answer else None,
            "version": VERSION if led else None, "version_id": 14 if led else None,
        },
        "title": "", "lead_uid": None, "number": None, **more,
    }  # fmt: skip


QUESTIONS = [
    question("Jonas had two leads in a row while I was first in line.", number=4246),
    question(
        "Fifteen minutes are short while I am on a call.",
        "You are right: thirty from now on.",
        led=True,
        title="Metallbau Ostwürttemberg GmbH",
        lead_uid=uid("metallbau"),
    ),
]


def how_shared() -> dict[str, Any]:
    return {
        **rep_shell("how-shared"),
        "group": GROUP,
        "groups": [
            {"label": "DACH Inside Sales", "url": "?1", "active": True},
            {"label": "Iberia", "url": "?2", "active": False},
        ],
        "version": VERSION,
        "book": book(),
        "standings": [
            {
                "name": name,
                "me": name.startswith("Miriam"),
                "had": had,
                "fair": fair,
                "off": off,
                "on_duty": duty,
                "percent": percent,
            }
            for name, had, fair, off, duty, percent in STANDINGS
        ],
        "bound": BOUND,
        "furthest": 0.65,
        "may_ask": True,
        "mine": [one["row"] for one in QUESTIONS],
        "manages": False,
        "versions": [
            {"row": VERSION, "led": None, "talked": "/talk/"},
            {"row": version(13, 1, "Offers may be declined freely."), "led": {"url": "#q", "who": "you"}},
        ],
        "more_versions": 12,
        "comments": COMMENTS,
        "asked": [{"by": "Kim Tran", "until": berlin(20, "14:00"), "url": "/talk/"}],
    }


def how_shared_manager() -> dict[str, Any]:
    more = {
        "may_ask": False,
        "mine": [],
        "manages": True,
        "why": "Nobody loses a turn.",
        "public_url": "https://leads.example/how/x8Yc/",
        "open_questions": 1,
        "bound": None,
    }
    return {**how_shared(), **manager_shell("how-shared"), **more, "comments": []}


def how_shared_nowhere() -> dict[str, Any]:
    return {**rep_shell("how-shared"), "group": None}


def how_public() -> dict[str, Any]:
    return {"now": REP_NOW, "book": {**book(), "whys": [(text, "") for text, _who in book()["whys"]]}}


def how_changed() -> dict[str, Any]:
    changes = [
        {
            "rule": "DACH over 50 employees",
            "says": "Changed at place 3",
            "parts": [{"label": "Response time", "before": "15 minutes", "after": "30 minutes"}],
        },
        {
            "rule": "Iberia",
            "says": "New at place 4",
            "after": "Country is Spain: Iberia, by turns among those on duty.",
        },
    ]
    return {
        **rep_shell("how-shared"),
        "version": VERSION,
        "before": version(13, 1, ""),
        "changes": changes,
        "comments": COMMENTS,
        "led": {"url": "#q", "who": "you"},
        "talked": "/talk/",
        "compare_url": "/compare/",
    }


def unfair() -> dict[str, Any]:
    return {
        **rep_shell("how-shared"), "groups": [GROUP, {"uid": uid("Iberia"), "name": "Iberia"}], "group": GROUP,
        "lead": {"uid": uid("metallbau")}, "title": "Metallbau Ostwürttemberg GmbH", "number": "99", "text": "",
        "errors": {"number": "No line of your statement has this number.", "text": "Say what happened."},
        "rows": QUESTIONS, "page": Paginator(QUESTIONS, 30).page(1),
    }  # fmt: skip


def questions() -> dict[str, Any]:
    tabs = [("Open", 1, False), ("Answered", 1, False), ("Changed the rules", 1, False), ("All", None, True)]
    return {
        **manager_shell("how-shared"),
        "tabs": [{"label": label, "url": "?", "count": n, "active": active} for label, n, active in tabs],
        "show": "all", "rows": QUESTIONS, "versions": [VERSION], "page": Paginator(QUESTIONS, 30).page(1),
        "drafts": [
            {"url": "/talk/", "name": "Rules for new leads", "by": "Kim Tran", "at": berlin(18, "11:20"), "until": berlin(20, "14:00"), "said": n, "open": n == 3, "taken_back": n == 0, "version": 14 if n == 1 else 0}
            for n in (3, 1, 0)
        ],
    }  # fmt: skip


def questions_none() -> dict[str, Any]:
    return {**questions(), "show": "open", "rows": []}
