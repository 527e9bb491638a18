"""What the pages of imports are given: three files of Clara Hoffmann's house."""

from typing import Any

from django.core.paginator import Paginator

from tests.face.cast import berlin, manager_shell

_URLS = {
    "progress_url": "/import-progress/",
    "columns_url": "/import-columns/",
    "cancel_url": "/import-cancel/",
    "go_on_url": "/import-go-on/",
}


def _job(title: str, kind: str, rows: int) -> dict[str, Any]:
    return {"title": title, "kind": kind, "by": "Clara Hoffmann", "at": berlin(19, "14:20"), "rows": rows, **_URLS}


def _row(title: str, kind: str, status: str, tone: str, rows: int, says: str, clock: str) -> dict[str, Any]:
    return {
        "url": "/import/",
        "title": title,
        "kind": kind,
        "status": status,
        "tone": tone,
        "rows": rows,
        "says": says,
        "refused": 0,
        "by": "Clara Hoffmann",
        "at": berlin(19, clock),
    }


def imports() -> dict[str, Any]:
    rows = [
        _row("hannover-messe-2026.xlsx", "New leads", "running", "quiet", 1248, "611 new, 4 wrote again", "14:28"),
        _row(
            "crm-export-2023-2025.csv", "Leads of the past", "done", "good", 38214, "38,102 new, 112 refused", "11:05"
        ),
        _row("kunden_und_betreuer.csv", "Accounts", "not started", "due", 2140, "", "10:41"),
        _row("plz-gebiete.csv", "Territories", "failed", "late", 0, "", "09:12"),
    ]
    exports = [{"label": label, "url": "/out/"} for label in ("Accounts", "Territories", "Reps and memberships")]
    return {
        **manager_shell("imports"),
        "rows": rows,
        "page": Paginator(rows, 30).get_page(1),
        "new_url": "/import-new/",
        "exports": exports,
    }


def imports_empty() -> dict[str, Any]:
    return {**manager_shell("imports"), "rows": [], "page": Paginator([], 30).get_page(1), "new_url": "/import-new/"}


def new() -> dict[str, Any]:
    from routing.models import FileImport
    from routing.web import import_words
    from routing.web.imports import NewImportForm

    class Ops:
        is_authenticated = is_active = is_ops = True
        is_superuser = False

    form = NewImportForm(user=Ops(), initial={"kind": FileImport.Kind.HISTORY.value})
    return {**manager_shell("imports"), "form": form, "kinds": import_words.kind_cards(form), "most": 100}


_TARGETS = [
    {"value": value, "label": label}
    for value, label in (
        ("name", "Name"), ("email", "E-mail"), ("company", "Company"), ("country", "Country"),
        ("arrived_at", "Arrived at"), ("owner", "Owner (e-mail of the rep)"), ("stage", "Stage"),
    )
]  # fmt: skip
_OTHERS = [{"value": "=answers", "label": "keep it with the lead"}, {"value": "", "label": "leave it out"}]


def _column(n: int, title: str, chosen: str, guessed: str, *samples: str) -> dict[str, Any]:
    return {
        "name": f"c{n}",
        "title": title,
        "samples": list(samples),
        "chosen": chosen,
        "guessed": guessed,
        "targets": _TARGETS,
        "others": _OTHERS,
    }


def columns() -> dict[str, Any]:
    cells = [
        ("j.frisch@nordwind.example", "Nordwind Reederei", "Deutschland", "03/02/2025", "emil@fairlead.example"),
        ("kein Eintrag", "Ateliers Mécaniques de la Meuse", "Belgien", "04/02/2025", "nadia@fairlead.example"),
        ("p.nair@pennine.example", "Pennine Cold Storage Ltd", "Atlantis", "07/02/2025", "emil@fairlead.example"),
    ]
    wrong = {(1, 0): "An email address must have an @-sign.", (2, 2): "“Atlantis” is no country we know."}
    return {
        **manager_shell("imports"),
        "job": _job("crm-export-2023-2025.csv", "Leads of the past", 38214),
        "problem": "",
        "same": "",
        "says": "38,102 leads of the past, 0 will be assigned, 0 messages sent. Besides: 112 refused.",
        "columns": [
            _column(0, "Mailadresse", "email", "by its name", cells[0][0], cells[2][0]),
            _column(1, "Firma", "company", "by its name", cells[0][1], cells[1][1], cells[2][1]),
            _column(2, "Spalte 7", "country", "by its values", "Deutschland", "Belgien", "Österreich"),
            _column(3, "Eingang", "arrived_at", "by its name", "03/02/2025", "04/02/2025", "07/02/2025"),
            _column(4, "Betreuer", "owner", "by its name", "emil@fairlead.example", "nadia@fairlead.example"),
            _column(5, "Messestand, an dem das Gespräch stattfand", "=answers", "", "Halle 7, B12", "Halle 2"),
        ],
        "dates": {
            "choices": [
                {"value": "%d/%m/%Y", "label": "31/03/2026", "chosen": False},
                {"value": "%m/%d/%Y", "label": "03/31/2026", "chosen": False},
            ],
            "unclear": "“03/02/2025” can be 3 February 2025 or 2 March 2025. Say which.",
            "sample": "03/02/2025",
        },
        "clears": None,
        "preview": {
            "heads": ["E-mail", "Company", "Country", "Arrived at", "Owner (e-mail of the rep)"],
            "rows": [
                {
                    "number": n + 2,
                    "cells": [{"text": text, "problem": wrong.get((n, c), "")} for c, text in enumerate(row)],
                    "problems": [],
                    "says": "",
                    "refused": any((n, c) in wrong for c in range(5)),
                }
                for n, row in enumerate(cells)
            ],
            "more": 38211,
        },
        "checked": {
            "at": berlin(19, "14:26"),
            "says": "38,102 new, 112 refused",
            "fields": [{"label": "E-mail", "count": 97}, {"label": "Country", "count": 15}],
            "rows": [
                {
                    "number": 3,
                    "outcome": "refused",
                    "refused": True,
                    "says": "email: An email address must have an @-sign.",
                },
                {
                    "number": 4,
                    "outcome": "refused",
                    "refused": True,
                    "says": "country: “Atlantis” is no country we know.",
                },
            ],
            "nothing": False,
            "file_url": "/refused.csv",
        },
    }


def running() -> dict[str, Any]:
    return {
        **manager_shell("imports"),
        "job": _job("hannover-messe-2026.xlsx", "New leads", 1248),
        "same": "This very file was imported on 18 November 2026, 16:02 by Clara Hoffmann."
        " What is known already adds nothing.",
        "under_way": True,
        "doing": "The rows come in. You may leave this page; it goes on by itself.",
        "done": 615,
        "total": 1248,
        "percent": 49,
        "share": 0.49,
        "says": "611 new, 4 wrote again",
    }


def done() -> dict[str, Any]:
    figures = [("new", 38102), ("refused", 112)]
    return {
        **manager_shell("imports"),
        "job": _job("crm-export-2023-2025.csv", "Leads of the past", 38214),
        "under_way": False,
        "heading": "All rows were read.",
        "tone": "good",
        "figures": [{"label": label, "count": count} for label, count in figures],
        "done": 38214,
        "seconds": 74.0,
        "refused": 112,
        "file_url": "/refused.csv",
    }


def failed() -> dict[str, Any]:
    return {
        **manager_shell("imports"),
        "job": _job("plz-gebiete.csv", "Territories", 0),
        "under_way": False,
        "heading": "It could not go on.",
        "tone": "late",
        "error": "A quote opened in row 112 (line 114) is never closed.",
        "figures": [],
    }
