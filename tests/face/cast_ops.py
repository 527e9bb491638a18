"""What the pages of health, of pausing and of routing again are given: all well, much amiss, a look before going on."""

from typing import Any

from django import forms
from django.http import QueryDict

from reporting.health import Failed
from reporting.web.demo import LeaveForm
from routing.halt import Preview as Waiting
from routing.hand import Preview
from routing.models import AuditRun, RoutingPause
from tests.face.cast import berlin, manager_shell

SAYS = (
    ("I1", "every delivery that was accepted has one lead", 182_440),
    ("I2", "an open lead has at most one owner, the one of its open spell", 21_007),
    ("I3", "no lead waits undecided for over a minute", 21_007),
    ("I5", "fair shares add up in every group", 1_204_118),
)


def health() -> dict[str, Any]:
    return _health(bad=False) | {"headline": "All is well"}


def health_bad() -> dict[str, Any]:
    return _health(bad=True) | {"headline": "5 things need a look", "unmigrated": 2}


def demo() -> dict[str, Any]:
    """Asked by one of the invented people, who gave an address of theirs."""
    form = LeaveForm(QueryDict("name=Nora Vance&email=nora@harborline.example"), of_the_demo=True)
    form.errors["email"] = form.error_class(["This one goes with the demo. Give your own."])
    return {**manager_shell("board"), "form": form, "goes": {"leads": 1538, "people": 21}}


def demo_made() -> dict[str, Any]:
    people = [("Sales rep", "lena@harborline.example"), ("Sales manager", "matteo@harborline.example")]
    return {**manager_shell("board"), "loads": True, "word": "x7-Kq2mWtz9a", "people": people}


def _health(*, bad: bool) -> dict[str, Any]:
    parts = [
        ("Worker", "reads what comes in, gives leads away, sends messages", "a sign of life 4 s ago"),
        ("Timer", "starts what is due by the clock", "a sign of life 11 s ago"),
        ("Sweeper", "finds within a second what a lost call missed", "a sign of life just now"),
        ("Database", "keeps everything", "answers in 0.4 ms"),
        (
            "Valkey",
            "calls the worker; what it loses the sweeper finds",
            "does not answer" if bad else "answers in 1.2 ms",
        ),
    ]
    queues = [
        ("Deliveries from outside, to be read", 412 if bad else 0),
        ("New leads, asking providers about them", 2),
        ("Leads to be given away", 31 if bad else 0),
        ("Messages to people, to be sent", 1),
    ]
    space = [
        ("Database", "4.1 GB", ""),
        ("Connections to it", "93 of 100" if bad else "14 of 100", ""),
        ("Longest open transaction", "12 min" if bad else "0 s", ""),
        ("Time spent giving leads away", "1.8 %", "6.2 ms each time"),
    ]
    found = [
        {
            "code": code,
            "says": says,
            "looked_at": n,
            "broken": ["lead 4711 waits since 09:14"] if bad and code == "I3" else [],
        }
        for code, says, n in SAYS
    ]
    return {
        **manager_shell(""),
        "now": berlin(19, "14:02:11"),
        "parts": [
            {"name": name, "does": does, "fine": note != "does not answer", "note": note} for name, does, note in parts
        ],
        "queues": [
            {"name": name, "n": n, "oldest_at": berlin(19, "13:50") if n else None, "fine": n < 10, "patience": "1 min"}
            for name, n in queues
        ],
        "failed": Failed(3 if bad else 0, 0, 1, 2 if bad else 0),
        "space": [
            {"name": name, "value": value, "note": note, "fine": not bad or value not in {"93 of 100", "12 min"}}
            for name, value, note in space
        ],
        "audit": AuditRun(
            started_at=berlin(19, "03:40"), ended_at=berlin(19, "03:41"), findings=found, broken=int(bad)
        ),
        "may_audit": True,
        "auditing": AuditRun(started_at=berlin(19, "14:02")) if bad else None,
        "versions": [("Fairlead", "0.1.0"), ("Python", "3.11.2"), ("PostgreSQL", "16.4")],
        "unmigrated": 0,
    }


def _pause(group: Any, why: str, waits: int) -> dict[str, Any]:
    row = RoutingPause(why=why, starts_at=berlin(19, "09:04"))
    return {"row": row, "group": group, "key": group["uid"] if group else "all", "ends": True, "waits": waits}


class _Form(forms.Form):
    what = forms.ChoiceField(label="What stands still", choices=[("1", "New leads of Enterprise DACH")])
    why = forms.CharField(label="Why", help_text="Whoever manages these groups reads it.")


def pausing() -> dict[str, Any]:
    dach = {"name": "Inbound, DACH and Benelux", "uid": "1"}
    seen = Waiting(1_204, 1_000, {})
    rows = [{"n": 611, "where": "to Ana Lindqvist (Inbound, DACH and Benelux)"}, {"n": 389, "where": "to To assign"}]
    return {
        **manager_shell("board"),
        "stopped": [
            _pause(None, "", 31),
            _pause(dach, "We move desks; whoever writes today is called on Monday", 1_204),
        ],
        "form": _Form(),
        "look": {"key": "1", "seen": seen, "more": 204, "rows": rows},
    }


class _Again(forms.Form):
    rule = forms.ChoiceField(label="Decided by the rule", required=False, choices=[("", "any")])
    since = forms.DateTimeField(
        label="Decided since", required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    why = forms.CharField(label="Why", required=False, help_text="The reps who lose a lead by it read this.")


def again() -> dict[str, Any]:
    title = "Vereinigte Binnenschifffahrts- und Speditionsgesellschaft Oberrhein"
    row = {"owner": {"name": "Maximiliane von Hohenthal-Westerburg"}, "group": None}
    uid = "00000000-0000-4000-8000-000000000001"
    return {
        **manager_shell("rules"),
        "set": {"name": "Rules for new leads", "uid": uid},
        "form": _Again(),
        "seen": Preview((1, 2, 3), {"contacted": 4, "by_hand": 2}, 3, 0),
        "stayed": "4 contacted already, 2 given or taken by a person since",
        "leads": [{"uid": uid, "title": title, "readable": True, "row": row}],
        "more": 2,
        "token": "x",
        "changed": False,
    }
