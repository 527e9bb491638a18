"""What Leads, To assign and Returns are given: the same afternoon of Clara Hoffmann."""

# ruff: noqa: E501 - names are spelt as their owners do, and the words of a page stand on one line each

from datetime import date
from typing import Any

from django import forms
from django.core.paginator import Paginator

from leads.models import Lead
from reporting.return_rates import Rate
from reps.models import Rep, User
from routing.models import Return
from routing.web.desk_words import owed_says
from tests.face.cast import PERIODS, berlin, choices, columns, manager_shell, uid
from tests.face.cast_board import DUTY


class LeadFilter(forms.Form):
    q = forms.CharField(label="Name, company, mail, phone", required=False)
    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[("", "Any state"), ("assigned", "Assigned"), ("pooled", "In the pool"), ("desk", "To assign")],
    )
    group = forms.ChoiceField(
        label="Group", required=False, choices=[("", "Any group"), ("1", "DACH"), ("2", "Enterprise")]
    )
    owner = forms.ChoiceField(label="Rep", required=False, choices=[("", "Any rep"), ("1", "Ana Lindqvist")])
    stage = forms.ChoiceField(
        label="Stage", required=False, choices=[("", "Any stage"), ("new", "New"), ("won", "Won")]
    )
    source = forms.ChoiceField(label="Source", required=False, choices=[("", "Any source"), ("web", "Web forms")])
    period = forms.ChoiceField(label="Arrived", required=False, choices=[("", "Any time"), *PERIODS])


LEADS = [
    # title, person, source, group, owner, stage, state, tone, first contact, late, value, arrived
    (
        "Brandl Logistik GmbH",
        "Miriam Vogt",
        "Web forms",
        "DACH Seniors",
        "Ana Lindqvist",
        "New",
        "In time",
        "quiet",
        None,
        False,
        "€12,400",
        "14:28",
    ),
    (
        "Nordwind Reederei",
        "Johanna Frisch",
        "Partner portal",
        "",
        "",
        "New",
        "To assign",
        "due",
        None,
        False,
        "€38,000",
        "13:54",
    ),
    ("Harbour Dental", "David Marsh", "Partner portal", "", "", "New", "To assign", "due", None, False, "", "14:20"),
    (
        "Ateliers Mécaniques de la Meuse",
        "Chloé Vandenbroucke",
        "Close",
        "Enterprise",
        "Nadia Haddad",
        "New",
        "Overdue",
        "late",
        None,
        False,
        "€140,000",
        "13:40",
    ),
    (
        "Fjordfisk AS",
        "Ingeborg Halvorsen",
        "Web forms",
        "Nordics & UK",
        "Emil Sørensen",
        "Contacted",
        "Answered",
        "good",
        240,
        False,
        "€9,800",
        "13:31",
    ),
    (
        "Pennine Cold Storage Ltd",
        "Priya Raghunathan",
        "Close",
        "Nordics & UK",
        "Priya Nair",
        "Meeting booked",
        "Answered",
        "good",
        185,
        False,
        "€21,000",
        "12:02",
    ),
    (
        "Hofgut Bäckerei",
        "Ulrich Zoller",
        "Web forms",
        "Small business",
        "",
        "New",
        "In the pool",
        "quiet",
        None,
        False,
        "",
        "13:40",
    ),
    (
        "Cave de Bordeaux-Lalande",
        "Sylvain Mercier",
        "Meta Lead Ads",
        "France & Benelux",
        "Lea Fournier",
        "Contacted",
        "Answered",
        "good",
        1380,
        True,
        "€4,200",
        "11:18",
    ),
    (
        "São Bento Têxteis",
        "Beatriz Amaral",
        "Web forms",
        "International",
        "",
        "New",
        "Waits until 15:00",
        "quiet",
        None,
        False,
        "€16,000",
        "13:12",
    ),
    (
        "Kessler & Söhne KG",
        "Friedhelm Kessler",
        "Close",
        "DACH",
        "Ben Okafor",
        "Opportunity",
        "Answered",
        "good",
        310,
        False,
        "€31,500",
        "09:47",
    ),
]
COLUMNS = [
    ("title", "Lead", ""),
    ("source", "Source", "hide-phone"),
    ("group", "Group", "hide-phone"),
    ("owner", "Rep", "hide-phone"),
    ("stage", "Stage", "hide-phone"),
    ("state", "State", ""),
    ("first_contact", "First contact", "num hide-phone"),
    ("value", "Deal size", "num hide-phone"),
    ("arrived", "Arrived", "num hide-phone"),
]


def leads() -> dict[str, Any]:
    rows = [
        {
            "uid": uid(r[0]),
            "url": f"/lead-show/{uid(r[0])}/",
            "title": r[0],
            "person": r[1],
            "source": r[2],
            "group": r[3],
            "owner": r[4],
            "stage": r[5],
            "state": r[6],
            "state_tone": r[7],
            "first_contact": r[8],
            "clock_late": r[9],
            "value": r[10],
            "arrived_at": berlin(19, r[11]),
            "pick": r[3] != "Enterprise",
        }
        for r in LEADS
    ]
    return {
        **manager_shell("leads"),
        "tabs": [
            {"label": "All leads", "url": "/leads/", "active": False, "by": ""},
            {"label": "Enterprise, nobody contacted", "url": "/leads/?group=2", "active": True, "by": ""},
            {"label": "Overdue in DACH", "url": "/leads/?due=overdue", "active": False, "by": "Odile Marchand"},
        ],
        "keep_url": "/lead-views/new/?due=overdue",
        "picks": True,
        "query": "due=overdue",
        "most_at_once": 1000,
        "total": 184,
        "filtered": False,
        "csv_url": "/leads/?csv",
        "path": "/leads/",
        "filter": {"form": LeadFilter()},
        "columns": columns(*COLUMNS, sort="arrived"),
        "page": Paginator((rows * 19)[:184], 10).page(2),
    }


def leads_empty() -> dict[str, Any]:
    return {
        **leads(),
        "filtered": True,
        "search": {"q": "zzz", "state": "desk"},
        "filter": {"form": LeadFilter({"q": "zzz", "state": "desk"})},
        "page": Paginator([], 10).page(1),
    }


def waits(
    title: str, company: str, since: str, why: str, *, urgent: bool = False, current: bool = False
) -> dict[str, Any]:
    return {
        "uid": uid(title),
        "url": f"?lead={uid(title)}",
        "title": title,
        "company": company,
        "since": berlin(19, since),
        "why": why,
        "urgent": urgent,
        "current": current,
    }


def candidate(
    key: int, duty: dict[str, Any], place: int, skills: str, *, fits: str = "", **more: Any
) -> dict[str, Any]:
    return {
        "uid": uid(duty["name"]),
        "name": duty["name"],
        "note": f"{duty['group']}, {duty['note']}",
        "load": duty["load"],
        "capacity": duty["capacity"],
        "had": duty["leads_today"],
        "fair_share": duty["fair_share"],
        "owed": owed_says(duty["fair_share"] - duty["leads_today"]),
        "place": place,
        "fits": fits,
        "skills": skills,
        "key": str(key),
        **more,
    }


def to_assign() -> dict[str, Any]:
    ana, kim, ben, marco, _lea, _emil, _priya, nadia = DUTY
    return {
        **manager_shell("to-assign"),
        "waiting": [
            waits("Johanna Frisch", "Nordwind Reederei", "13:54", "Partner portal", urgent=True, current=True),
            waits("Per Åkesson", "Skåne Logistik", "14:01", "Country unknown"),
            waits("Carla Rossetti", "Rossetti Legno", "14:08", "No rep speaks Italian"),
            waits("David Marsh", "Harbour Dental", "14:20", "Partner portal"),
            waits("Ilse Wagner", "Stadtwerke Gera", "14:28", "Owner left the company"),
        ],
        "oldest_at": berlin(19, "13:54"),
        "position": 1,
        "before_url": "",
        "after_url": "?lead=2",
        "lead": {
            "uid": uid("Johanna Frisch"),
            "title": "Johanna Frisch, Nordwind Reederei",
            "who": "Head of fleet systems, Hamburg. 640 employees, shipping.",
            "since": berlin(19, "13:54"),
            "arrived_at": berlin(17, "09:12"),
            "message": "We run 34 vessels and want one place for charter enquiries before the season starts in March. Can you show it to our fleet team next week?",
            "facts": [
                {"label": "Deal size", "value": "€38,000"},
                {"label": "Intent", "value": "Demo"},
                {"label": "Score", "value": "82 of 100"},
                {"label": "Source", "value": "Partner portal, Kogge Partners"},
            ],
            "because": "Here because rule 2 sends leads of the partner portal to you. Nobody at Nordwind Reederei is known yet.",
        },
        "suggested": "Marco is suggested: has shipping, which the lead asks for, has room for 8 more, 1st in line in DACH.",
        "reps": [
            candidate(1, marco, 1, "German", fits="shipping", suggested=True),
            candidate(2, ana, 1, "German, Danish"),
            candidate(3, kim, 2, "German"),
            candidate(4, ben, 2, "German", fits="shipping", returned=True),
            candidate(5, nadia, 1, "English"),
        ],
        "away": [
            {"uid": uid("Sofia"), "name": "Sofia Rossi", "why": "off duty, DACH", "key": "6"},
            {"uid": uid("Jonas"), "name": "Jonas Keller", "why": "off duty, DACH", "key": "7", "fits": "shipping"},
        ],
        "last": "Oskar Blom, Blom Marin went to Ana Lindqvist.",
        "reject_reasons": choices("spam:Spam or a joke", "supplier:A supplier", "student:A student"),
    }


def to_assign_empty() -> dict[str, Any]:
    return {**to_assign(), "waiting": [], "lead": None, "after_url": ""}


def found(says: str, to: str, others: int, also: int) -> dict[str, Any]:
    return {"uid": uid(says), "says": says, "which": "from Spain", "to": to, "others": others, "also": also}


def by_hand() -> dict[str, Any]:
    return {
        **manager_shell("to-assign"),
        "hours": 40,
        "much": 0.15,
        "full": 0.3,
        "everybody": True,
        "enough": 6,
        "weeks": [
            {"name": name, "monday": monday, "seconds": hours * 3600, "decided": n, "share": hours / 40,
             "bar": min(hours / 40, 0.3), "much": hours >= 6}
            for name, monday, hours, n in (
                ("Clara Hoffmann", date(2026, 11, 16), 6.8, 212),
                ("Matteo Ferri", date(2026, 11, 16), 1.2, 40),
                ("Clara Hoffmann", date(2026, 11, 9), 5.1, 160),
            )
        ],
        "typical": 26,
        "decided": 412,
        "idle": 60,
        "edits": True,
        "offers": [
            found("18 of 20 leads from Spain went to Ana Lindqvist by hand", "Ana Lindqvist", 2, 3),
            found("11 of 11 leads where Source is Partner portal and Industry is Shipping went to Key accounts by hand",
                  "Key accounts", 0, 0),
        ],
        "aside": [found("9 of 10 leads where Language is it went to Lea Marti by hand", "Lea Marti", 1, 0)],
    }  # fmt: skip


def by_hand_empty() -> dict[str, Any]:
    return {**by_hand(), "weeks": [], "typical": None, "decided": 0, "offers": [], "aside": []}


def returns() -> dict[str, Any]:
    lead = Lead(uid=uid("back"))
    rows = [
        Return(
            lead=lead, hop=1, reason="spam", note="An online casino; the number does not exist.", at=berlin(19, "09:12")
        ),
        Return(lead=lead, hop=2, reason="unreachable", at=berlin(18, "16:40")),
    ]
    shown = [
        {
            "row": row,
            "title": "Lucky Strike Entertainment Holding Ltd",
            "url": "/leads/x/",
            "counts": n == 0,
            "may_rule": n == 0,
        }
        for n, row in enumerate(rows)
    ]
    for row in rows:
        row.rep = Rep(user=User(name="Maximiliane von Hohenthal-Westerburg"))
    return {
        **manager_shell("to-assign"),
        "tabs": [
            {"label": "To rule on", "count": 2, "url": "/returns/", "active": True},
            {"label": "Approved", "count": None, "url": "/returns/?show=approved", "active": False},
        ],
        "show": "open",
        "reasons": Return.Reason.choices,
        "rows": shown,
        "page": Paginator(rows, 30).page(1),
    }


def return_rates() -> dict[str, Any]:
    reps = [Rate("Ana Lindqvist", 52, 4, 1), Rate("Benedikt Oberhauser-Lindenau", 40, 2, 0)]
    sources = [Rate("Trade fair", 60, 5, 1), Rate("", 12, 1, 0)]
    return {"tables": [{"title": "By rep", "rates": reps}, {"title": "By source", "rates": sources}]}
