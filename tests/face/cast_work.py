"""What the pages of a rep's work are given: steps that are due, the log form, plans, returned leads."""

from typing import Any

from django.core.paginator import Paginator

from leads.web.log import LogForm
from leads.web.step_form import StepForm
from routing.models import Return
from tests.face import cast_rep
from tests.face.cast import REP_NOW, berlin, minutes, rep_shell, uid

INSTANTS = {
    "hour": REP_NOW + minutes(60),
    "afternoon": berlin(19, "15:00"),
    "tomorrow": berlin(20, "09:00"),
    "monday": berlin(23, "09:00"),
}


def step(label: str, text: str, when: str, icon: str, *, late: bool = False) -> dict[str, Any]:
    return {
        "uid": uid(text),
        "label": label,
        "text": text,
        "when": when,
        "icon": icon,
        "late": late,
        "planned": not late,
    }


def my_leads() -> dict[str, Any]:
    shown = cast_rep.my_leads()
    late = step(
        "Call",
        "Ask for the number of trucks, and who decides about the Bremerhaven terminal",
        "09:40",
        "phone",
        late=True,
    )
    today = step("E-mail", "Send the offer", "16:00", "mail")
    waiting, going = shown["sections"]
    rows = [{**row, "open": True, "email": "birte@nordlicht.example"} for row in waiting["rows"]]
    due = {**going["rows"][0], "open": True, "step": late, "when": {"text": "09:40", "note": "overdue"}}
    later = {**going["rows"][1], "open": True, "step": today, "when": {"text": "16:00", "note": "next step"}}
    sections = [
        {**waiting, "rows": rows},
        {"id": "due", "title": "Due now", "count": 1, "rows": [due]},
        {"id": "today", "title": "Later today", "count": 1, "rows": [later]},
    ]
    return {
        **shown,
        "sections": sections,
        "bulk": StepForm(instants=INSTANTS),
        "stages": [{"key": "won", "name": "Won"}],
    }


def log() -> dict[str, Any]:
    return {
        **rep_shell("my-leads"),
        "title": "Nordlicht Kälteanlagen GmbH",
        "uid": uid("Nordlicht"),
        "id": "log-x",
        "action": "/lead-log/x/",
        "target": "",
        "form": LogForm(initial={"kind": "call", "due": "tomorrow"}, instants=INSTANTS),
    }


def log_wrong() -> dict[str, Any]:
    sent = {"kind": "call", "outcome": "maybe", "minutes": "long", "due": "pick", "step": "fax", "about": "x" * 300}
    form = LogForm(sent, instants=INSTANTS)
    form.add_error("minutes", "Write the minutes as a number, like 6 or 2.5.")
    return {**log(), "form": form}


def lead() -> dict[str, Any]:
    shown = cast_rep.lead()
    tasks = [step("Call", "Second try", "Fri 09:00", "phone"), step("Something else", "", "09:10", "flag", late=True)]
    timeline = [
        {**shown["timeline"][0], "undo_url": "/x/"},
        {**shown["timeline"][1], "undone": True},
        *shown["timeline"][2:],
    ]
    return {**shown, "tasks": tasks, "timeline": timeline, "give_url": "/x/"}


def plans() -> dict[str, Any]:
    groups = [
        {"name": "DACH Enterprise", "url": "?", "says": "4 follow-up steps. Taken back after 5 days without activity."},
        {"name": "Iberia", "url": "?", "says": "Nothing yet."},
    ]
    return {**rep_shell("rules"), "groups": groups}


def plans_none() -> dict[str, Any]:
    return {**rep_shell("rules"), "groups": []}


def returned() -> dict[str, Any]:
    rows = [
        {"title": title, "row": Return(reason=reason, note=note, at=berlin(day, "10:20"), ruling=ruling)}
        for title, reason, note, day, ruling in (
            (
                "Grupo Logístico Hermanos Echevarría, S.A.",
                "spam",
                "Asks for a password, three times the same text",
                18,
                "",
            ),
            ("Kowalczyk Opakowania Sp. z o.o.", "duplicate", "", 17, "approved"),
            ("Textilpflege Reutlingen GmbH", "not_mine", "Belongs to Stefan", 12, "refused"),
        )
    ]
    return {**rep_shell("my-leads"), "returns": rows, "page": Paginator(rows, 50).get_page(1)}


def returned_none() -> dict[str, Any]:
    return {**returned(), "returns": [], "page": Paginator([], 50).get_page(1)}


def proposed() -> dict[str, Any]:
    people = {"rep": {"name": "Miriam Falkenrath"}, "to": {"name": "Bartholomäus Oberhuber-Kowalczyk"}}
    row = {
        "uid": uid("wish"),
        "lead": {"uid": uid("x")},
        "why": "Speaks Polish, and knows their planner",
        "at": berlin(19, "10:02"),
        **people,
    }
    return {**rep_shell("rules"), "proposals": [{"title": "Kowalczyk Opakowania Sp. z o.o.", "row": row}]}


def proposed_none() -> dict[str, Any]:
    return {**rep_shell("rules"), "proposals": []}


def gone() -> dict[str, Any]:
    return {**rep_shell("my-leads"), "gone": True}
