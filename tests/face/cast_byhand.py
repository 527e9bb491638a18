"""What the pages of leads added by hand, and of the same person twice, are given."""

# ruff: noqa: E501 - the words of a page stand on one line each

from types import SimpleNamespace
from typing import Any

from django.core.paginator import Paginator

from routing.web.add_form import AddForm
from tests.face.cast import berlin, entry, manager_shell, rep_shell, uid

MESSAGE = """Petra Lindqvist sent the following message at 10:32
Hi Miriam, we look for cold storage in Malmö from March. Could you call me? +46 8 5550 1234"""
DIVISION = SimpleNamespace(
    pk=1, channels_by_hand=["LinkedIn message", "Call", "Referral", "Walk-in", "Event", "E-mail", "Other"]
)
REPS = [{"uid": uid(name), "name": name} for name in ("Jonas Weidmann", "Katarzyna Wiśniewska")]


def taken(owner: str, *, same: bool = False, account: bool = False, title: str = "") -> dict[str, Any]:
    return {
        "owner": owner,
        "own": False,
        "same_person": same,
        "is_account": account,
        "url": "#" if title else "",
        "title": title,
    }


def form(values: dict[str, str] | None = None, *, bound: bool = False, may_test: bool = False) -> AddForm:
    made = {"division": DIVISION, "may_test": may_test}
    return AddForm(values, **made) if bound else AddForm(initial=values or {}, **made)  # type: ignore[arg-type]  # a stand-in


def page(found: AddForm, *rows: dict[str, Any], only: bool = False, keep: bool = True) -> dict[str, Any]:
    person = next((row for row in rows if row["same_person"]), None)
    ways = {"taken": rows, "person": person, "only_enquiry": only, "seen": "", "may_keep": keep}
    ways["reps"] = [] if only else REPS
    return {**rep_shell("my-leads"), "form": found, "token": uid("form"), **ways}


def add() -> dict[str, Any]:
    return page(form())


def add_filled() -> dict[str, Any]:
    values = {
        "phone": "+46 8 5550 1234",
        "name": "Petra Lindqvist",
        "company": "Nordfrakt Kyltransporter Aktiebolag",
        "text": MESSAGE,
    }
    rows = (taken("Jonas Weidmann"), taken("Katarzyna Wiśniewska", account=True))
    return page(form(values, may_test=True), *rows)


def add_taken() -> dict[str, Any]:
    values = {"phone": "+46 8 5550 1234", "name": "Petra Lindqvist"}
    return page(form(values), taken("Jonas Weidmann", same=True, title="Nordfrakt Kyltransporter"), only=True)


def add_wrong() -> dict[str, Any]:
    values = {"name": "Petra Lindqvist", "channel": "Pigeon", "phone": "1" * 41}
    return page(form(values, bound=True))


def sent() -> dict[str, Any]:
    def row(n: int, title: str, state: str, tone: str, owner: str = "", **more: Any) -> dict[str, Any]:
        at = berlin(19, f"{8 + n}:12")
        return {"title": title, "at": at, "url": "", "state": state, "tone": tone, "owner": owner, "test": False} | more

    rows = [
        row(4, "Petra Lindqvist", "Assigned", "good", "Jonas Weidmann"),
        row(3, "Dr.-Ing. Hans-Joachim Möllenbeck-Freudenstein", "To assign", "due"),
        row(2, "Olof Berg", "Added to a lead there was", "quiet"),
        row(1, "Tess Tryout", "Closed", "quiet", "Katarzyna Wiśniewska", test=True, url="#"),
    ]
    entries = [entry("add-lead", "Add lead", "plus", ""), entry("leads-sent", "Leads I sent", "list", "leads-sent")]
    me = {"name": "Nora Brandt", "roles": "Referrer", "hears": False, "sound": False}
    shell = {**manager_shell(""), "nav": entries, "nav_foot": [], "me": me}
    return {**shell, "page": Paginator(rows, 50).get_page(1), "path": "/add-lead/sent/"}


def sent_none() -> dict[str, Any]:
    return {**sent(), "page": Paginator([], 50).get_page(1)}


def merge() -> dict[str, Any]:
    def row(title: str, person: str, because: str, owner: str, **more: Any) -> dict[str, Any]:
        base = {"uid": uid(title + owner), "url": "#", "title": title, "person": person, "owner": owner}
        base |= {"state": "Assigned", "arrived_at": berlin(17, "16:40"), "source": "Web form", "because": because}
        return {**base, "may_stay": True, **more}

    rows = [
        row("Nordfrakt", "Petra Lindqvist, petra@nordfrakt.example, +46 8 5550 1234", "the same phone, a name alike", "Jonas Weidmann"),
        row("Nordfrakt AB", "P. Lindqvist", "a name alike, the same company", "", state="To assign"),
        row("Nordfrakt Kyltransporter Aktiebolag", "Olof Berg", "the same company", "Katarzyna Wiśniewska", state="Rejected", may_stay=False),
    ]  # fmt: skip
    return {
        **manager_shell("leads"),
        "lead": row("Nordfrakt Kyl", "Petra Lindqvist", "", ""),
        "rows": rows,
        "query": "",
    }


def merge_none() -> dict[str, Any]:
    return {**merge(), "rows": []}
