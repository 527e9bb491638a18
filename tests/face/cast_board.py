"""What the board is given: Clara Hoffmann's afternoon; 184 = 171 + 13, 171 = 138 + 17 + 5 + 11."""

from typing import Any

from tests.face.cast import manager_shell


def need(n: int, tone: str, what: str, note: str) -> dict[str, Any]:
    return {"n": n, "tone": tone, "what": what, "note": note, "url": "/leads/"}


def part(key: str, label: str, count: int, short: str = "") -> dict[str, Any]:
    return {"key": key, "label": label, "short": short or label, "count": count, "url": f"/leads/?state={key}"}


def source(label: str, qualified: int, dropped: int) -> dict[str, Any]:
    return {"label": label, "qualified": qualified, "dropped": dropped, "url": "/leads/"}


FLOW = {
    "sources": [
        source("Web forms", 85, 7),
        source("Meta Lead Ads", 44, 6),
        source("Close", 38, 0),
        source("Partner portal", 4, 0),
    ],
    "dropped": {"label": "not qualified", "note": "6 duplicates, 4 spam, 3 by answer", "url": "/leads/?state=rejected"},
    "went": [
        part("assigned", "assigned", 138),
        part("pooled", "in the pool", 17),
        part("desk", "to assign", 5),
        part("held", "waiting until 15:00", 11, "waiting"),
    ],
    "answered": [
        part("answered", "answered", 117),
        part("runs", "in time so far", 14, "in time"),
        part("due", "due in 5 min", 4, "due soon"),
        part("late", "overdue", 3),
    ],
}


def on_duty(
    name: str, group: str, load: int, capacity: int, today: int, fair: float, note: str, tone: str = ""
) -> dict[str, Any]:
    return {
        "name": name,
        "group": group,
        "load": load,
        "capacity": capacity,
        "leads_today": today,
        "fair_share": fair,
        "note": note,
        "tone": tone,
        "url": "/reports/",
    }


DUTY = [
    on_duty("Ana Lindqvist", "DACH Seniors", 14, 20, 9, 9.7, "until 17:30"),
    on_duty("Kim Tran", "DACH Seniors", 17, 20, 9, 8.3, "until 18:00"),
    on_duty("Ben Okafor", "DACH", 20, 20, 16, 15.6, "at capacity", "due"),
    on_duty("Marco Weiss", "DACH", 12, 20, 15, 15.3, "until 17:00"),
    on_duty("Lea Fournier", "France & Benelux", 15, 25, 18, 18.1, "until 17:30"),
    on_duty("Emil Sørensen", "Nordics & UK", 19, 25, 21, 20.7, "until 17:00"),
    on_duty("Priya Nair", "Nordics & UK", 11, 25, 20, 20.3, "until 18:00"),
    on_duty("Nadia Haddad", "Enterprise", 7, 12, 6, 5.8, "until 18:00"),
]


def group(
    name: str,
    leads: int,
    assigned: int,
    speed: int | None,
    response: int | None,
    in_time: float | None,
    text: str,
    tone: str = "",
) -> dict[str, Any]:
    return {
        "name": name,
        "url": "/leads/",
        "leads": leads,
        "assigned": assigned,
        "speed": speed and speed * 60,
        "response": response and response * 60,
        "in_time": in_time,
        "now_text": text,
        "now_tone": tone,
    }


def board() -> dict[str, Any]:
    return {
        **manager_shell("board"),
        "refresh_url": "",
        "headline": "184 leads today, 31 more than usual by now. Three are overdue.",
        "groups": [
            {"value": "", "label": "All groups", "chosen": True},
            {"value": "1", "label": "DACH", "chosen": False},
        ],
        "needs": [
            need(3, "late", "overdue", "up to 22 min, Enterprise"),
            need(4, "due", "due in 5 min", "Emil 2, Lea 2"),
            need(5, "", "to assign", "oldest waits 38 min"),
            need(17, "", "in the pool", "oldest waits 52 min"),
        ],
        "by_hand": {
            "says": "24 leads were assigned by hand on one of the last 7 days.",
            "offer": "18 of 20 leads from Spain went to Ana Lindqvist by hand",
            "url": "/to-assign/by-hand/",
        },
        "flow": FLOW,
        "duty": DUTY,
        "duty_note": "8 of 14 reps, room for 52 more leads",
        "speed": {"assigned_p50": 0.3, "assigned_p99": 1.4, "told_p50": 0.6, "told_p99": 2.1},
        "alerts": [
            {
                "tone": "late",
                "title": "1 lead is stuck",
                "says": "Qualifying failed five times for a lead of 14:02, the error is kept with it.",
                "url": "/leads/",
                "action": "Open",
            },
            {
                "tone": "due",
                "title": "2 mails were not delivered",
                "says": "The mail server refused them three times; they are tried again until 18:00.",
                "url": "/leads/",
                "action": "See which",
            },
        ],
        "by_group": [
            group("DACH Seniors", 18, 18, 3, 2, 0.97, "on time", "good"),
            group("DACH", 48, 46, 6, 5, 0.91, "1 overdue", "late"),
            group("Nordics & UK", 43, 41, 5, 4, 0.95, "2 due in 5 min", "due"),
            group("France & Benelux", 26, 26, 7, 6, 0.94, "2 due in 5 min", "due"),
            group("Enterprise", 8, 7, 14, 11, 0.82, "2 overdue", "late"),
            group("Small business", 17, 0, None, None, None, "17 in the pool, oldest 52 min"),
            group("International", 11, 0, None, None, None, "11 waiting until 15:00"),
        ],
    }


def board_empty() -> dict[str, Any]:
    return {
        **board(),
        "headline": "No leads yet today. Nothing is overdue.",
        "flow": None,
        "duty": [],
        "speed": None,
        "alerts": [],
        "duty_note": "",
        "needs": [
            need(0, "late", "overdue", "nothing waits"),
            need(0, "due", "due in 5 min", ""),
            need(0, "", "to assign", ""),
            need(0, "", "in the pool", ""),
        ],
        "by_group": [group("DACH", 0, 0, None, None, None, "nothing yet")],
    }
