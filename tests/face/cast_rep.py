"""What the rep's pages are given: Miriam Falkenrath's morning."""

# ruff: noqa: E501 - the words of a page stand on one line each

from typing import Any

from tests.face.cast import REP_NOW, RETURN_REASONS, STAGES, berlin, minutes, rep_shell, uid


def row(title: str, person: str, *meta: str, phone: str = "", **more: Any) -> dict[str, Any]:
    return {"uid": uid(title), "title": title, "person": person, "phone": phone, "meta": meta, **more}


def runs(left: float) -> dict[str, Any]:
    return {"due_at": REP_NOW + minutes(left), "allowed": minutes(15), "paused_until": None}


def tab(label: str, count: int | None = None, *, active: bool = False) -> dict[str, Any]:
    return {"label": label, "count": count, "url": "?", "active": active}


def my_leads() -> dict[str, Any]:
    waiting = [
        row(
            "Kunststofftechnik Vöcklabruck Ges.m.b.H.",
            "Mag. Andreas Schöffmann, Head of Logistics",
            "Pricing request",
            "Reassigned from Stefan Oberhuber",
            phone="+43 7672 555 018",
            clock=runs(-4.2),
        ),
        row(
            "Grupo Logístico Hermanos Echevarría, S.A.",
            "María Fernanda Gutiérrez de la Torre, Directora de Operaciones",
            "Demo request",
            "Zaragoza, 10:24 there",
            phone="+34 976 555 031",
            clock=runs(6.67),
            wrote_again_at=berlin(19, "10:20"),
        ),
        row(
            "Nordlicht Kälteanlagen GmbH",
            "Birte Claußen, Purchasing",
            "Enquiry, your account",
            "Flensburg, 10:24 there",
            phone="+49 461 555 0177",
            clock=runs(11.03),
        ),
    ]
    going = [
        row(
            "Molkerei Ammerland-Wesermünde eG",
            "Henning Tjarks, asked for a reference from dairy",
            "Qualified",
            "€22,000",
            when={"at": berlin(17, "16:40"), "note": "since the last call"},
        ),
        row(
            "Textilpflege Reutlingen GmbH",
            "Nadine Häberle and two colleagues",
            "Meeting booked",
            "€14,500",
            when={"at": berlin(18, "11:05"), "note": "since the last mail"},
            wrote_again_at=berlin(19, "10:01"),
        ),
        row(
            "Süddeutsche Präzisionsguss Verwaltungs-GmbH & Co. KG",
            "Dr.-Ing. Hans-Joachim Möllenbeck",
            "Contacted",
            "€63,000",
            when={"at": berlin(19, "10:10"), "note": "since the last call"},
        ),
        row(
            "Kowalczyk Opakowania Sp. z o.o.",
            "Wanda Kowalczyk, wants prices in złoty",
            "Contacted",
            "Poznań, 10:24 there",
            when={"at": berlin(19, "09:15"), "note": "since the last mail"},
        ),
    ]
    return {
        **rep_shell("my-leads"),
        "place": "Hamburg",
        "tabs": [tab("Due first", active=True), tab("All", 7), tab("Meetings", 1), tab("Closed")],
        "refresh_url": "",
        "sections": [
            {"id": "now", "title": "Waiting for your first contact", "count": 3, "rows": waiting},
            {"id": "going", "title": "In work", "count": 4, "rows": going},
        ],
        "aside": [
            {
                "label": "Today so far",
                "big": "4 min to first contact",
                "says": "5 of 6 leads contacted within 15 min. The group is at 7 min.",
            },
            {"label": "Open leads", "big": "7 of 15", "says": "There is room for 8 more."},
            {
                "label": "Pool",
                "big": "11 waiting",
                "says": "You have 3 claims left today.",
                "url": "/pool/",
                "link": "Go to the pool",
            },
        ],
    }


def my_leads_offer() -> dict[str, Any]:
    facts = {"Source": "Demo request", "Country": "Spain", "Industry": "Cold storage", "Size": "201-500 employees"}
    asked = {
        "uid": uid("offer"),
        "facts": [{"label": label, "value": value} for label, value in facts.items()],
        "group": "Iberia",
        "why": "Why you: of the four who could take it you were owed most: 0.83 of a lead.",
        "due_at": REP_NOW + minutes(3.8),
        "allowed": minutes(5),
        "test": False,
        "cost": "Declining is free: your turn stays.",
    }
    return {**my_leads(), "offers": [asked]}


def my_leads_empty() -> dict[str, Any]:
    return {
        **my_leads(),
        "sections": [],
        "empty": {
            "icon_name": "inbox",
            "heading": "No leads of yours are open",
            "says": "You are 2nd in line; a new lead appears here by itself, with a sound. Eleven wait in the pool.",
            "url": "/pool/",
            "action": "Go to the pool",
        },
    }


def fact(label: str, value: str, source: str, icon: str, href: str = "") -> dict[str, str]:
    return {"label": label, "value": value, "source": source, "icon": icon, "href": href}


def lead() -> dict[str, Any]:
    form, register, person = ("Web form", "forms"), ("Company register", "register"), "user"
    mail = "hj.moellenbeck@sued-praezisionsguss.example"
    return {
        **rep_shell("my-leads"),
        "lead": {
            "uid": uid("guss"),
            "title": "Süddeutsche Präzisionsguss Verwaltungs-GmbH & Co. KG",
            "can_act": True,
            "who": "Dr.-Ing. Hans-Joachim Möllenbeck, Head of Intralogistics, Heilbronn.",
            "there": "It is 10:24 there.",
        },
        "back": {"url": "/my-leads/", "label": "My leads"},
        "steps": [
            {"value": "10:02:11", "label": "arrived"},
            {"value": "+0.4 s", "label": "qualified"},
            {"value": "+0.1 s", "label": "assigned"},
            {"value": "+0.3 s", "label": "told", "slow": True},
            {"value": "+2 min", "label": "opened", "slow": True},
            {"value": "+6 min", "label": "called"},
        ],
        "in_time": {"tone": "good", "icon": "check", "text": "In time"},
        "steps_note": "First contact 8 min after arrival, 15 min allowed. Reached at the first call.",
        "stages": [
            {"label": "New", "state": "done"},
            {"label": "Contacted", "state": "now"},
            {"label": "Meeting booked"},
            {"label": "Meeting held"},
            {"label": "Opportunity"},
            {"label": "Won or lost"},
        ],
        "moves": STAGES[1:],
        "onward": STAGES[1],
        "return_reasons": RETURN_REASONS,
        "facts": [
            fact("Known account", "Präzisionsguss Süd AG", "by name: 94 of 100, at least 92 asked", "register"),
            fact("Phone", "+49 7131 555 01 42", *form, "tel:+4971315550142"),
            fact("E-mail", mail, *form, f"mailto:{mail}"),
            fact("Wants", "Demo, warehouse system for two sites", *form),
            fact("Deal size", "€63,000", "You, 10:17", person),
            fact("Industry", "Metal casting", *register),
            fact("Employees", "420", *register),
            fact("Seat", "74076 Heilbronn, Baden-Württemberg", *register),
            fact("Also there", "Ute Knappstein-Baumgärtner, Purchasing", "Jonas Petersen, 3 Jun", person),
            fact("Campaign", "Autumn webinar, 8 October", *form),
        ],
        "timeline": [
            {
                "at": berlin(19, "10:17"),
                "icon": "note",
                "what": "Note",
                "by": "by you",
                "quote": "Two sites, 14 gates each. Old system ends in June, no extension. Decision by Dr. Möllenbeck and the works council before Christmas.",
            },
            {
                "at": berlin(19, "10:10"),
                "icon": "phone",
                "act": True,
                "what": "You called and reached him",
                "detail": "6 min 20 s",
            },
            {
                "id": 4711,
                "at": berlin(19, "10:07"),
                "icon": "mail",
                "act": True,
                "what": "Wrote again",
                "by": "through Website",
                "quote": "Besteht die Möglichkeit, uns noch heute zurückzurufen?",
            },
            {"at": berlin(19, "10:04"), "icon": "eye", "what": "You opened the lead"},
            {
                "at": berlin(19, "10:02"),
                "icon": "user",
                "act": True,
                "what": "Assigned to you",
                "by": "by rule 3, DACH over 50 employees",
            },
            {
                "at": berlin(19, "10:02"),
                "icon": "forms",
                "what": "Asked for a demo",
                "by": "on the web form",
                "quote": "„Wir lösen bis Juni unser altes Lagersystem ab und suchen eine Lösung für zwei Standorte mit Staplerleitsystem. Bitte um Rückruf am Vormittag.“",
            },
            {
                "at": berlin(3, "11:20", 6),
                "icon": "building",
                "what": "Account known",
                "by": "since a visit at LogiMAT, no open leads",
            },
        ],
    }


def lead_merged() -> dict[str, Any]:
    """A test, of a person who came twice, as its manager sees it."""
    shown = lead()
    one = {"title": "Hans-Joachim Möllenbeck", "url": "#", "undo_url": "#", "source": "Web form"}
    return shown | {
        "lead": shown["lead"] | {"test": True},
        "delete_url": "#",
        "into": {"url": "#", "undo_url": "#"},
        "merged": [one | {"arrived_at": berlin(17, "16:40")}, one | {"arrived_at": berlin(18, "9:02"), "url": ""}],
        "merge_url": "#",
    }


def lead_waiting() -> dict[str, Any]:
    made = lead()
    made["lead"] |= {
        "uid": uid("echevarria"),
        "title": "Grupo Logístico Hermanos Echevarría, S.A.",
        "who": "María Fernanda Gutiérrez de la Torre, Directora de Operaciones, Zaragoza.",
        "put_back": True,
    }
    return {
        **made,
        "clock": runs(6.67),
        "in_time": None,
        "steps_note": "Nobody has been in touch yet. At 10:31 the time allowed is over.",
        "steps": [
            {"value": "10:15:41", "label": "arrived"},
            {"value": "+0.4 s", "label": "qualified"},
            {"value": "+0.1 s", "label": "assigned"},
            {"value": "+0.3 s", "label": "told"},
        ],
        "stages": [{**stage, "state": "now" if stage["label"] == "New" else ""} for stage in made["stages"]],
        "timeline": made["timeline"][3:5],
    }


def card(
    title: str, place: str, source: str, icon: str, since: str, *, urgent: bool = False, **more: Any
) -> dict[str, Any]:
    return {
        "handle": uid(title),
        "title": title,
        "place": place,
        "source": source,
        "source_icon": icon,
        "since": berlin(19, since),
        "urgent": urgent,
        "priority": "High priority (3)" if urgent else "",
        **more,
    }


def pool() -> dict[str, Any]:
    return {
        **rep_shell("pool"),
        "groups": [
            {"label": "DACH Inside Sales", "count": 11, "url": "?", "active": True},
            {"label": "Trade fairs", "count": 4, "url": "?", "active": False},
        ],
        "group": {"uid": uid("dach"), "label": "DACH Inside Sales"},
        "blind": True,
        "waiting": 11,
        "oldest_at": berlin(19, "08:14"),
        "claims": {"left": 3, "of": 5, "pips": [True, True, True, False, False]},
        "can_claim": True,
        "shown_note": "6 of 11, highest priority first",
        "foot": "Claims are extra, your fair share stays as it is. Put a lead back within 10 min and you have the claim again.",
        "rows": [
            card("Food wholesale, 51 to 200 employees", "Bavaria", "Web form, pricing", "forms", "08:14", urgent=True),
            card(
                "Pharmaceutical logistics, 201 to 1,000 employees",
                "Upper Austria",
                "Web form, demo",
                "forms",
                "08:42",
                urgent=True,
            ),
            card("Furniture retail, 11 to 50 employees", "North Rhine-Westphalia", "Sales mailbox", "mail", "09:19"),
            card("Contract packing, 51 to 200 employees", "Lower Saxony", "Web form, trial", "forms", "09:36"),
            card("Breweries and beverages, 51 to 200 employees", "Franconia", "Missed call", "phone", "09:53"),
            card("Spare parts for farm machinery, 11 to 50 employees", "Zürich", "Web form, pricing", "forms", "10:12"),
        ],
    }


def pool_faster() -> dict[str, Any]:
    made = pool()
    return {
        **made,
        "faster": True,
        "groups": [made["groups"][0] | {"count": 10}, made["groups"][1]],
        "waiting": 10,
        "rows": made["rows"][1:],
        "shown_note": "5 of 10, highest priority first",
    }


def pool_open() -> dict[str, Any]:
    made = pool()
    rows = [
        card(
            "Brandl Logistik GmbH",
            "Regensburg",
            "Web form, pricing",
            "forms",
            "08:14",
            urgent=True,
            person="Miriam Vogt, Head of Operations",
            url="/lead-show/1/",
        ),
        card(
            "Skåne Logistik AB",
            "Malmö",
            "Web form, demo",
            "forms",
            "09:02",
            person="Per Åkesson, Chief Executive",
            url="/lead-show/2/",
        ),
    ]
    return {
        **made,
        "blind": False,
        "claims": None,
        "waiting": 2,
        "groups": made["groups"][:1],
        "rows": rows,
        "shown_note": "2, highest priority first",
        "taken": {
            "title": "Rossetti Legno S.r.l.",
            "url": "/lead-show/3/",
            "uid": uid("rossetti"),
            "until": berlin(19, "10:33"),
            "left": minutes(10),
        },
    }


def pool_empty() -> dict[str, Any]:
    return {**pool(), "waiting": 0, "rows": []}
