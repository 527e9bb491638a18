"""What the page of changes is given: an edit with long values, a new member, what happened by itself."""

from typing import Any

from reporting.web.changes import ChangesForm
from tests.face.cast import berlin, manager_shell


def changes() -> dict[str, Any]:
    when = "country is one of Germany, Austria, Switzerland, and employees is at least 200, or segment is Enterprise"
    edit = {
        "at": berlin(19, "14:02:11"),
        "by": "Maximiliane von Hohenthal-Westerburg",
        "lines": [
            {
                "what": "Rule: Large companies of the German-speaking markets, How we share new leads",
                "did": "changed",
                "parts": [("when", "every lead", when), ("response time in minutes", "15", "5")],
            },
            {"what": "Membership: Ana Lindqvist, DACH", "did": "added", "parts": [("weight", "", "2")]},
        ],
    }
    alone = {
        "at": berlin(19, "09:00"),
        "by": "",
        "lines": [{"what": "Pause: Benedikt Oberhauser", "did": "added", "parts": [("why", "", "did not answer")]}],
    }
    form = ChangesForm({})
    del form.fields["by"]
    return {
        **manager_shell(""),
        "form": form,
        "days": [{"date": berlin(19, "00:00").date(), "acts": [edit, alone]}],
        "older_url": "/changes/?before=x",
        "csv_url": "/changes/export.csv",
    }
