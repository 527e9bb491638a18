"""The fixed cast: two companies on Thursday 19 November 2026, whose figures agree across their pages."""

# ruff: noqa: RUF001 - the minus of a statement is a minus

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
REP_NOW = datetime(2026, 11, 19, 10, 24, 8, tzinfo=BERLIN).astimezone(UTC)
MANAGER_NOW = datetime(2026, 11, 19, 14, 32, 10, tzinfo=BERLIN).astimezone(UTC)


def uid(name: str) -> str:
    """Always the same handle for the same name."""
    return str(uuid5(NAMESPACE_URL, name))


def berlin(day: int, clock: str, month: int = 11) -> datetime:
    """An instant of that autumn by the wall clock of the house."""
    hour, minute, *second = (int(part) for part in clock.split(":"))
    return datetime(2026, month, day, hour, minute, *(second or [0]), tzinfo=BERLIN)


def entry(
    key: str, label: str, icon: str, active: str, *, short: str = "", count: dict[str, Any] | None = None
) -> dict[str, Any]:
    return {
        "name": key,
        "key": key,
        "label": label,
        "short": short or label,
        "icon": icon,
        "url": f"/{key}/",
        "active": key == active,
        "count": count,
    }


def rep_shell(active: str) -> dict[str, Any]:
    late = {"n": 3, "late": True, "title": "3 leads wait for a first contact"}
    return {
        "now": REP_NOW,
        "nav": [
            entry("my-leads", "My leads", "inbox", active, count=late),
            entry("pool", "Pool", "stack", active),
            entry("my-numbers", "My numbers", "chart", active),
            entry("how-shared", "How leads are shared", "book", active, short="How shared"),
        ],
        "nav_foot": [],
        "me": {"name": "Miriam Falkenrath", "roles": "Sales rep, Hamburg", "rep": True, "hears": True, "sound": True},
        "my_duty": {"on": True, "note": "until 17:30"},
    }


def manager_shell(active: str) -> dict[str, Any]:
    waits = {"n": 5, "late": True, "title": "5 leads wait for you"}
    return {
        "now": MANAGER_NOW,
        "nav": [
            entry("board", "Board", "board", active),
            entry("leads", "Leads", "list", active),
            entry("to-assign", "To assign", "hand", active, count=waits),
            entry("rules", "Rules", "route", active),
            entry("team", "Team", "users", active),
            entry("reports", "Reports", "chart", active),
        ],
        "nav_foot": [entry("settings", "Settings", "settings", active)],
        "me": {"name": "Clara Hoffmann", "roles": "Sales manager", "hears": True, "sound": True},
    }


def choices(*pairs: str) -> list[dict[str, str]]:
    """value:Label, as templates take choices."""
    return [dict(zip(("value", "label"), pair.split(":", 1), strict=True)) for pair in pairs]


RETURN_REASONS = choices(
    "spam:Spam or a joke", "wrong:Wrong contact data", "known:Known already", "other:Another reason"
)
STAGES = [
    {**stage, "needs": {"won": "amount", "lost": "reason"}.get(stage["value"], "")}
    for stage in choices(
        "contacted:Contacted",
        "booked:Meeting booked",
        "held:Meeting held",
        "opportunity:Opportunity",
        "won:Won",
        "lost:Lost",
    )
]


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def considered(name: str, line: str, value: str, *, you: bool = False, out: bool = False) -> dict[str, Any]:
    return {"name": name, "line": line, "value": value, "you": you, "out": out}


def why() -> dict[str, Any]:
    from django.utils.safestring import mark_safe

    return {
        "now": REP_NOW,
        "open": True,
        "sentence": mark_safe(
            "It came to you because <b>rule 3, DACH over 50 employees</b>, fits this lead, and of the four who could "
            "take it <b>you were owed most: 0.82 of a lead</b>."
        ),
        "considered": [
            considered("Miriam Falkenrath", "Had 13, fair share 13.82", "+0.82", you=True),
            considered("Tomasz Wiśniewski", "Had 8, fair share 8.24, weight 50 % while new", "+0.24"),
            considered("Jonas Petersen", "Had 15, fair share 15.09", "+0.09"),
            considered("Aylin Yıldırım", "Had 15, fair share 15.08", "+0.08"),
            considered("Katharina von Hohenfels-Straßberger", "15 of 15 open leads, no room", "not asked", out=True),
            considered("Stefan Oberhuber", "Time off until Mon 23 Nov", "not asked", out=True),
        ],
        "tried": [
            {"number": 1, "name": "Known account", "fits": False, "text": "no rep owns sued-praezisionsguss.example"},
            {"number": 2, "name": "Partner portal", "fits": False, "text": "source is a web form"},
            {"number": 3, "name": "DACH over 50 employees", "fits": True, "text": "Germany, and 420 is at least 50"},
        ],
        "counted": "It counted as one lead for you.",
        "changes": ["With one open lead fewer, Katharina would have been considered and you would still have got it."],
        "version": 14,
        "at": berlin(19, "10:02:11"),
    }


PERIODS = [("7", "Last 7 days"), ("30", "Last 30 days"), ("90", "Last 90 days")]


def columns(*heads: tuple[str, str, str], sort: str = "", way: str = "down") -> list[dict[str, Any]]:
    return [
        {"key": key, "label": label, "css": css, "sort": way if key == sort else "", "can_sort": True}
        for key, label, css in heads
    ]


def counts() -> dict[str, Any]:
    """No number changed since the page came."""
    return {"counts": {}}


def turn() -> dict[str, Any]:
    return {
        "aside": [
            {
                "label": "Your turn",
                "big": "2nd in line",
                "says": "in DACH Inside Sales. You had 14 leads, your fair share is 14.4.",
            }
        ]
    }
