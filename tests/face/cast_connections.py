"""What the pages of connections are given: the doors of Clara Hoffmann's house, one of them with trouble."""

# ruff: noqa: E501 - the words of a page stand on one line each

import json
from types import SimpleNamespace
from typing import Any

from django.core.paginator import Paginator

from leads.connectors import enrichers, sources
from leads.web.connection_form import ConnectionForm
from leads.web.manuals import first_sentence, manual_of
from tests.face.cast import berlin, considered, manager_shell, uid

UID = uid("Google Ads")
ADDRESS = "https://leads.brandl.example/in/google_ads/3vT0b1kqUu8sX9dGm2nLr5YwZ7cJhP4e"
BODY = json.dumps(
    {
        "lead_id": "TeSter-8841-0027", "api_version": "1.0", "form_id": 40218, "campaign_id": 20117734, "gcl_id": "Cj0KCQiA6NOPBhCPARIsAHAy2zDKf2vQ7mLwV",
        "user_column_data": [
            {"column_id": "FULL_NAME", "column_name": "Full name", "string_value": "Jorinde Frisch"},
            {"column_id": "WORK_EMAIL", "column_name": "Work e-mail", "string_value": "j.frisch@nordwind.example"},
            {"column_id": "how_many_vehicles_do_you_run_today", "column_name": "How many vehicles do you run today?", "string_value": "40"},
        ],
    },
    indent=2,
)  # fmt: skip


def head(**more: Any) -> dict[str, Any]:
    connection = SimpleNamespace(uid=UID, name="Search ads, cold chains in the Nordics and the Baltics", active=True)
    return {
        **manager_shell("connections"),
        "connection": connection,
        "what": "Google Ads",
        "brings": True,
        "test_url": "#",
        **more,
    }


def _row(name: str, what: str, came: int, *, wrong: int = 0, active: bool = True, last: Any = None) -> dict[str, Any]:
    return {
        "name": name,
        "what": what,
        "url": "#",
        "came": came,
        "wrong": wrong,
        "wrong_shown": str(wrong),
        "active": active,
        "last": last,
    }


def listed() -> dict[str, Any]:
    return {
        **manager_shell("connections"),
        "sources": [
            _row("Calendly", "Calendly", 41, last=berlin(19, "13:58")),
            _row("Partner portal", "Web hook", 12, last=berlin(18, "17:20"), active=False),
            _row(
                "Search ads, cold chains in the Nordics and the Baltics",
                "Google Ads",
                1128,
                wrong=14,
                last=berlin(19, "14:31"),
            ),
            _row("Telephone", "Telephone", 0),
        ],
        "enrichers": [_row("Companies we know", "Company table", 0), _row("ZoomInfo", "ZoomInfo", 0, active=False)],
        "days": 30,
        "hooks": 3,
    }


def none_yet() -> dict[str, Any]:
    return {**manager_shell("connections"), "sources": [], "enrichers": [], "days": 30, "hooks": 0}


def _offered(shelf: Any) -> list[dict[str, str]]:
    ordered = sorted(shelf.values(), key=lambda one: one.label.casefold())
    return [{"label": one.label, "says": first_sentence(one), "url": "#"} for one in ordered]


def shelf() -> dict[str, Any]:
    return {**manager_shell("connections"), "sources": _offered(sources()), "enrichers": _offered(enrichers())}


def new() -> dict[str, Any]:
    connector = sources()["webhook"]
    form = ConnectionForm(None, connector=connector)
    return {**manager_shell("connections"), "form": form, "label": connector.label, "manual": manual_of(connector)}


def _delivery(
    clock: str, state: str, says: str, became: str, *, error: str = "", leads: int = 0, times: int = 1
) -> dict[str, Any]:
    return {
        "url": "#", "at": berlin(19, clock), "times": times, "state": state, "says": says, "error": error, "uid": uid(clock),
        "became": [became] if became else [], "leads": [SimpleNamespace(uid=uid(f"{clock}{n}")) for n in range(leads)],
    }  # fmt: skip


def rows() -> list[dict[str, Any]]:
    return [
        _delivery("14:31:07", "kept", "kept", ""),
        _delivery("14:28:40", "handled", "handled", "a new lead", leads=1),
        _delivery("14:20:12", "handled", "handled", "an enquiry on an open lead", leads=1, times=3),
        _delivery("13:55:59", "refused", "refused", "", error="The key in the body is not the one of this connection."),
        _delivery(
            "13:02:33",
            "set_aside",
            "set aside",
            "",
            error="user_column_data: this must be a list. It was read five times, and each time it failed the same way.",
        ),
        _delivery("12:47:00", "handled", "handled", "nothing to do"),
    ]


def show() -> dict[str, Any]:
    said = [("Source", "Search ads"), ("Campaign", "Cold chains"), ("Intent", "pricing")]
    return {
        **head(),
        "address": ADDRESS,
        "rows": rows(),
        "more": True,
        "manual": manual_of(sources()["google_ads"]),
        "said": said,
        "leads": 1128,
        "leads_shown": "1,128",
    }


def sealed() -> dict[str, Any]:
    return {
        **head(),
        "address": "",
        "rows": [],
        "manual": manual_of(sources()["google_ads"]),
        "said": [],
        "leads": 1,
        "leads_shown": "1",
    }


def deliveries() -> dict[str, Any]:
    names = (("all", 1204), ("kept", 1), ("handled", 1189), ("refused", 11), ("set aside", 3))
    tabs = [{"label": label, "count": n, "url": "#", "active": label == "refused"} for label, n in names]
    return {
        **head(),
        "rows": rows(),
        "page": Paginator(range(200), 30).get_page(2),
        "tabs": tabs,
        "chosen": "refused",
        "again": True,
    }


def delivery() -> dict[str, Any]:
    row = SimpleNamespace(
        uid=uid("delivery"), received_at=berlin(19, "13:02:33"), state="set_aside", times=2, tries=5,
        error="user_column_data: this must be a list.",
    )  # fmt: skip
    became = [{"says": "a new lead", "url": "#", "error": "employees: “forty” is no number."}]
    headers = [
        ("content-type", "application/json"),
        ("user-agent", "Google-Ads-Webhook/1.0 (+https://ads.google.example)"),
    ]
    return {
        **head(),
        "row": row,
        "state": "set aside",
        "body": BODY,
        "hidden": False,
        "forgotten": False,
        "headers": headers,
        "became": became,
        "run_at": berlin(19, "13:02"),
        "runs_before": 2,
    }


def mapping() -> dict[str, Any]:
    facts = (
        ("FULL_NAME", ["Jorinde Frisch", "Pál Nagy"], "name", ""),
        ("WORK_EMAIL", ["j.frisch@nordwind.example"], "email", ""),
        ("COMPANY_NAME", ["Ateliers Mécaniques de la Meuse et de la Sambre réunis"], "company", ""),
        ("how_many_vehicles_do_you_run_today", ["40", "12 to 15"], "answers.", "vehicles"),
        ("campaign_id", ["20117734"], "", ""),
    )
    return {
        **head(),
        "facts": [{"place": p, "samples": s, "field": f, "answer": a, "rest": ""} for p, s, f, a in facts],
        "fields": [("name", "Name"), ("email", "E-mail"), ("company", "Company"), ("employees", "Employees")],
        "own": True,
        "rest": "kept as an answer",
        "fixed": [],
        "read": {
            "values": [("Name", "Jorinde Frisch"), ("E-mail", "j.frisch@nordwind.example"), ("vehicles", "40")],
            "problems": [("Employees", "“forty” is no number.")],
        },
    }


def mapping_empty() -> dict[str, Any]:
    return {**head(), "facts": []}


def test() -> dict[str, Any]:
    why = {
        "sentence": "It would go to Miriam Falkenrath because the rule Nordics fits this lead, and of the three who could take it she is owed most.",
        "considered": [
            considered("Miriam Falkenrath", "owed most", "0.62"),
            considered("Emil Sørensen", "holds as many open leads as allowed", "0.55", out=True),
        ],
        "tried": [], "problem": "", "qualification": None, "score": None, "version": 12,
    }  # fmt: skip
    news = {
        "says": "A new lead", "more": "Its id is TeSter-8841-0027.", "host": "", "unrouted": "", "not_asked": "ZoomInfo",
        "values": [("Name", "Jorinde Frisch"), ("E-mail", "j.frisch@nordwind.example"), ("Company", "Nordwind Reederei GmbH & Co. KG")],
        "problems": [("Employees", "“forty” is no number.")], "why": why,
    }  # fmt: skip
    kept = SimpleNamespace(uid=uid("kept"), received_at=berlin(19, "14:28:40"), get_state_display="handled")
    return {
        **head(),
        "examples": [("example-0", "a lead"), ("example-1", "a test lead")],
        "last": [kept],
        "kinds": [("application/json", "JSON"), ("application/x-www-form-urlencoded", "a form"), ("text/xml", "XML")],
        "picked": "example-0",
        "body": BODY,
        "kind": "application/json",
        "tried": {
            "proof": ("good", "Its proof is right: it would be let in."),
            "stopped": "",
            "news": [news],
            "none": False,
        },
    }


def test_refused() -> dict[str, Any]:
    return {
        **test(),
        "tried": {
            "proof": ("due", "Its proof is not checked here."),
            "stopped": "It would be refused: user_column_data: this must be a list.",
        },
    }
