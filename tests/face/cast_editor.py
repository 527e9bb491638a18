"""What the rules editor, publishing and simulating are given."""

# ruff: noqa: E501 - the words of a page stand on one line each

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.safestring import mark_safe

from leads.conditions import Attribute, Option, Type, catalogue
from reps.models import Group, Rep, User
from routing import wording
from routing.engine.ruleset import RuleProblem
from routing.web.rule_form import Choices, RuleForm
from tests.face.cast import MANAGER_NOW as NOW
from tests.face.cast import manager_shell
from tests.face.cast_rules import compare

UID = UUID("0b9d2f64-6a0f-4a55-9a0b-6f2f2b1c9e11")
SENIORS, DACH = (UUID(f"0b9d2f64-6a0f-4a55-9a0b-6f2f2b1c9e2{n}") for n in range(2))
STEPS = [{"strategy": "availability"}, {"strategy": "capacity"}, {"strategy": "weighted"}]


def choices() -> Choices:
    """Lists as a company has them, without a database."""
    found = Choices(1)
    groups = [
        Group(pk=1, uid=SENIORS, name="DACH Seniors", steps=STEPS),
        Group(pk=2, uid=DACH, name="DACH", pool="open"),
    ]
    own = Attribute("plan", "Plan they asked for", Type.CHOICE, (Option("Pro", "Pro"), Option("Team", "Team")))
    found.__dict__ |= {
        "groups": groups,
        "reps": [Rep(pk=n, user=User(name=name)) for n, name in enumerate(("Ana Lindqvist", "Ben Okafor"), start=1)],
        "catalogue": catalogue([own]),
        "currency": "EUR",
        "kinds": ["language"],
        "names": wording.Names({1: "DACH Seniors", 2: "DACH"}, {1: "Ana Lindqvist"}),
        "_seen": {"source": ["Search ads", "Web form"], "industry": ["Logistics"]},
    }
    return found


TALK = {
    "url": "/talk/",
    "said": 3,
    "open": True,
    "until": NOW + timedelta(days=2),
    "groups": "DACH Seniors, DACH",
    "moved_on": True,
}
CONDITION = {
    "all": [
        {"field": "country", "operator": "one_of", "value": ["DE", "AT", "CH"]},
        {
            "any": [
                {"field": "deal_size", "operator": "at_least", "value": 10_000},
                {
                    "all": [
                        {"field": "intent", "operator": "is", "value": "demo"},
                        {"field": "employees", "operator": "between", "value": [200, 5000]},
                        {"field": "source", "operator": "is_not", "value": "Partner portal"},
                    ]
                },
            ]
        },
    ]
}
RULE = {
    "key": "r4",
    "name": "DACH Seniors",
    "condition": CONDITION,
    "destination": {"to": "group", "group": 1},
    "steps": [
        *STEPS[:2],
        {"strategy": "skills", "options": {"kind": "language", "field": "language", "preferred_minutes": 10}},
        *STEPS[2:],
    ],
    "otherwise": [{"to": "group", "group": 2}, {"to": "hold"}],
    "respond_within": 900,
    "escalation": [{"after": 600, "do": "remind"}, {"after": 900, "do": "release"}],
}


def rule(
    number: int, name: str, says: str, share: float | None, *, mark: str = "", problem: str = "", late: bool = False
) -> dict[str, Any]:
    return {
        "number": number,
        "key": f"r{number}",
        "name": name,
        "says": mark_safe(says),
        "mark": mark,
        "share": share,
        "leads": round(1842 * (share or 0)),
        "problems": [
            {"tone": "late" if late else "due", "text": problem, "above": {"key": "r1", "n": 1} if not late else None}
        ]
        if problem
        else [],
        "first": number == 1,
        "last": number == 6,
    }


def draft() -> dict[str, Any]:
    return {
        **manager_shell("rules"),
        "set": {"name": "Rules for new leads", "uid": UID, "url": "/rules/"},
        "bar": {"version": 14, "next": 15, "changes": 2, "by": "Kim Tran", "at": NOW - timedelta(minutes=20)},
        "talk": TALK,
        "revision": 7,
        "order": "r1,r2,r3,r4,r5,r6",
        "shares_of": "Shares are of the newest 5,000 leads of the last 30 days.",
        "rules": [
            rule(
                1,
                "Known account",
                'Known account is <b>yes</b>: <span class="to">the owner of the known account</span>; if the owner is off duty it goes to their backup.',
                0.09,
            ),
            rule(2, "Partner portal", 'Source is <b>Partner portal</b>: <span class="to">To assign</span>.', 0.03),
            rule(
                3,
                "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
                'Company is <b>Donaudampfschifffahrtselektrizitätenhauptbetriebswerk</b>: <span class="to">the group of the territory that covers the lead</span>.',
                0.0,
                mark="new",
                problem="Never reached: rule 1, Known account, takes every such lead first.",
            ),
            rule(
                4,
                "DACH Seniors",
                'Country is one of <b>Germany, Austria, Switzerland</b>: <span class="to">DACH Seniors</span>.',
                0.13,
                mark="changed",
            ),
            rule(5, "France", "", 0.2, problem="Must be a value of the right type", late=True),
            rule(6, "Everything else", 'All other leads: <span class="to">To assign</span>.', 0.55),
        ],
        "problems": [{"tone": "late", "text": "The last rule must take everything else: leave its condition empty."}],
        "undo": "Old campaign",
        "which": "real",
        "leads": [("1", "Brandl Logistik, 12 Oct, 13:48", True), ("2", "Alpina Medizintechnik, 12 Oct, 11:02", False)],
        "typed": [{"name": "company", "label": "Company", "kind": "text", "value": "", "errors": []}],
    }


def tried() -> dict[str, Any]:
    people = [
        {"name": "Ana Lindqvist", "you": False, "line": "Got it, 12 of 40 open leads", "value": "+0.83", "out": False},
        {
            "name": "Sofia Rossi",
            "you": False,
            "line": "Off shift until Friday 08:00",
            "value": "not asked",
            "out": True,
        },
    ]
    why = {
        "sentence": mark_safe(
            "It would go to <b>Ana Lindqvist</b> because the rule <b>DACH Seniors</b> fits this lead."
        ),
        "considered": people,
        "tried": [
            {"number": 1, "name": "Known account", "fits": False, "text": "Known account: no"},
            {"number": 4, "name": "DACH Seniors", "fits": True, "text": "Country: Germany"},
        ],
    }
    return {
        **draft(),
        "problems": [],
        "undo": "",
        "goes": "Ana Lindqvist, by the rule “DACH Seniors”",
        "live": {"version": 14, "goes": "Ben Okafor, by the rule “DACH”", "same": False},
        "about": {
            "label": "Brandl Logistik",
            "uid": "1",
            "facts": [("Country", "Germany"), ("Deal size", "12,400 EUR")],
        },
        "why": why,
        "passed_over": 1,
        "may_keep": True,
    }


def opened(*, wrong: bool = False) -> dict[str, Any]:
    form = RuleForm.kept(RULE, choices())
    if wrong:
        form.name, form.goes.group, form.respond = "", "", "soon"
        form.blame([RuleProblem(f"rules[0].{path}", code, numbers) for path, code, numbers in WRONG])
    return {
        **draft(),
        "problems": [],
        "undo": "",
        "form": form.shown(),
        "open": "r4",
        "read": "signed",
        "wrong": len(form.wrong()),
        "look": {
            "says": draft()["rules"][3]["says"],
            "problems": [
                {"tone": "due", "text": "DACH has one member: a lead that is taken back goes to the same rep again."}
            ],
            "share": 0.13,
            "leads": 244,
            "shares_of": "Shares are of the 1,842 leads of the last 30 days.",
        },
    }


WRONG = (
    ("name", "no_name", ()),
    ("destination.group", "missing", ()),
    ("condition.all[1].any[0].value", "condition_wrong_type", (("type", "number"),)),
    ("condition.all[1].any[1].all", "condition_empty", ()),
    ("steps[2].options.kind", "missing_option", ()),
    ("steps[3]", "step_twice", (("strategy", "weighted"),)),
    ("otherwise[0].group", "missing", ()),
    ("respond_within", "wrong_type", ()),
    ("escalation[0].after", "wrong_type", ()),
)


def opened_wrong() -> dict[str, Any]:
    return opened(wrong=True)


def opened_stale() -> dict[str, Any]:
    parts = [
        {
            "label": "When",
            "before": "Country is one of Germany, Austria",
            "after": "Country is one of Germany, Austria, Switzerland and Deal size is at least 10,000",
        },
        {"label": "Response time", "before": "10 minutes", "after": "15 minutes"},
    ]
    return {**opened(), "stale": {"gone": False, "who": ["Kim Tran saved at 14:31."], "parts": parts, "url": "/rules/"}}


def new() -> dict[str, Any]:
    form = RuleForm(choices())
    return {
        **opened(),
        "form": form.shown(),
        "open": "new",
        "new_before": "r6",
        "look": {"says": "", "problems": [], "share": None},
    }


def empty() -> dict[str, Any]:
    bar = {"version": 0, "next": 1, "changes": 0, "by": "", "at": None}
    return {
        **draft(),
        "rules": [],
        "bar": bar,
        "undo": "",
        "leads": [],
        "which": "typed",
        "shares_of": "No lead came in the last 30 days, so nothing can be counted yet.",
    }


def publish() -> dict[str, Any]:
    return {
        **manager_shell("rules"),
        "set": {"name": "Rules for new leads", "uid": UID},
        "bar": {"version": 14, "next": 15},
        "changes": compare()["changes"],
        "problems": [
            {
                "tone": "due",
                "text": "8 % of the leads of the last 30 days, 144 leads, would have fitted no rule but “Everything else”.",
            }
        ],
        "broken": [{"name": "Brandl Logistik", "says": "Expected DACH; it would be DACH Seniors."}],
        "revision": 7,
        "typed": {"comment": "", "override": ""},
        "simulation": {"uid": UID, "says": "37 of 612 leads would move; 2.0 % would wait"},
    }


def simulate() -> dict[str, Any]:
    run = {
        "url": "/",
        "rules": "The draft",
        "since": NOW - timedelta(days=30),
        "until": NOW,
        "by": "Clara Hoffmann",
        "at": NOW,
        "status": "done",
        "tone": "good",
    }
    return {
        **manager_shell("rules"),
        "set": {"name": "Rules for new leads", "uid": UID},
        "rules": [("draft", "The draft", True), ("14", "Version 14", False)],
        "periods": [("30", "the last 30 days", False), ("dates", "from one day to another", True)],
        "rosters": [("then", "the team as it was", True)],
        "againsts": [("live", "the version in force", True)],
        "wrong": {"period": "Choose the first and the last day."},
        "may_beside": True,
        "lasts": [("7", "a week", True)],
        "runs": [run, {**run, "status": "failed", "tone": "late"}, {**run, "status": "running", "tone": "due"}],
    }


def simulation() -> dict[str, Any]:
    names = ("Ana Lindqvist", 78, 92), ("Kim Tran", 74, 79), ("Ben Okafor", 96, 87), ("Nils Berger", 55, 55)
    return {
        **simulate(),
        "run": {**simulate()["runs"][0], "uid": UID, "error": "", "progress": 612, "total": 612},
        "open": False,
        "may_edit": True,
        "may_publish": True,
        "headline": "Ana Lindqvist +14, Ben Okafor \N{MINUS SIGN}9; 37 of 612 leads would move; 2.0 % would wait.",
        "leads": 612,
        "against": "the version in force",
        "figures": [
            {"label": "Would move", "value": "37", "unit": "of 612", "note": "22 of them within their group"},
            {"label": "Nobody would have at once", "value": "12", "unit": "leads, 2 %", "note": "was 9"},
            {"label": "To assign", "value": "4", "unit": "", "note": "was 4"},
            {"label": "Furthest from fair share", "value": "1.4", "unit": "leads", "note": "Ben Okafor, DACH"},
        ],
        "people": [
            {
                "name": name,
                "before": before,
                "after": after,
                "more": after - before,
                "bar_before": f"{before}%",
                "bar_after": f"{after}%",
                "at_limit": before // 50 * 3,
            }
            for name, before, after in names
        ],
        "groups": [
            {"name": "DACH Seniors", "before": 222, "after": 244, "more": 22},
            {"name": "DACH", "before": 390, "after": 368, "more": -22},
        ],
        "where": [{"says": "Assigned", "before": 596, "after": 593}, {"says": "Waits", "before": 9, "after": 12}],
        "moves": [
            {
                "lead": "Brandl Logistik",
                "url": "/",
                "at": NOW,
                "before": "Ben Okafor (DACH)",
                "after": "Ana Lindqvist (DACH Seniors)",
                "why": "DACH Seniors: owed the most",
            },
            {
                "lead": "",
                "url": "",
                "at": NOW,
                "before": "Jonas Keller (DACH)",
                "after": "waits",
                "why": "DACH Seniors: nobody is on duty",
            },
        ],
        "moving": 37,
        "moves_url": "/",
        "assumptions": ["Offers are accepted at once.", "No lead is taken back because nobody answered in time."],
    }


def simulation_running() -> dict[str, Any]:
    return {
        **simulation(),
        "headline": "",
        "may_publish": False,
        "open": False,
        "run": {**simulation()["run"], "error": "It stopped: nothing was heard of it for two minutes. Start it again."},
    }


def simulation_beside() -> dict[str, Any]:
    """A trial beside live after five days."""
    days = [{"day": (NOW - timedelta(days=4 - n)).date(), "leads": leads, "same": same, "share": same / leads, "bar_all": f"{leads * 2}%", "bar_same": f"{same * 2}%"} for n, (leads, same) in enumerate(((31, 28), (44, 41), (38, 33), (47, 44), (12, 12)))]  # fmt: skip
    rows = [("Katharina von Hohenfels-Straßberger", -0.6, -1.2), ("Ben Okafor", 0.2, -0.1), ("Ana Lindqvist", 0.4, 1.3)]
    return {
        **simulation(),
        "run": {**simulation()["run"], "rules": "The draft, beside live"},
        "open": True,
        "beside": True,
        "agrees": 158 / 172,
        "days": days,
        "fair": [
            {
                "name": name,
                "rows": [{"name": who, "was": was, "off": off} for who, was, off in rows],
                "bound": bound,
                "furthest": 1.3,
                "was": 0.6,
                "off": 1.3,
            }
            for name, bound in (("DACH Seniors", {"told": (1.2, 1.4)}), ("DACH", None))
        ],
    }
