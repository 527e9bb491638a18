"""What the pages of telling are given: Miriam Falkenrath's ways, her nights, and what she was told."""

from datetime import datetime, time
from types import SimpleNamespace
from typing import Any

from django.core.paginator import Paginator

from reps import news
from reps.channels import all_channels
from reps.models import Endpoint, Listener, Preference, Shift
from reps.web.telling import shown
from tests.face.cast import berlin, manager_shell, rep_shell


def _endpoint(label: str, channel: str, shown: str, **how: Any) -> Endpoint:
    return Endpoint(label=label, channel=channel, shown=shown, **how)


def _mine() -> list[Endpoint]:
    return [
        _endpoint("Firefox on Android", "push", "updates.push.example.net", reached_at=berlin(19, "09:12")),
        _endpoint("My Slack", "slack", "hooks.slack.com", error="It answered 500.", failed_at=berlin(19, "11:40")),
    ]


def _kind(kind: news.Kind, wrong: str = "") -> dict[str, Any]:
    night = kind.key in {"again", "pool"} or wrong
    row = Preference(kind=kind.key, quiet_from=time(22) if night else None, quiet_until=time(7) if night else None)
    ways = [("email", "e-mail"), ("push", "browser"), ("slack", "Slack")]
    return {
        "kind": kind,
        "ways": [{"name": name, "label": label, "on": name in kind.usual, "reached": True} for name, label in ways],
        "row": row,
        "quiet": bool(night),
        "days": [0, 1, 2, 3, 4],
        "error": wrong,
    }


def _page(shell: dict[str, Any], kinds: list[dict[str, Any]], wrong: dict[str, str]) -> dict[str, Any]:
    typed = {"address": "https://example.net/hook", "label": "Team room"}
    addable = [shown.addable(one, "add", wrong, typed) for one in all_channels().values() if one.asks]
    return {
        **shell,
        "kinds": kinds,
        "days": [{"value": day, "label": label} for day, label in Shift.Weekday.choices],
        "endpoints": _mine(),
        "addable": addable,
        "push": {"key": "BNc"},
        "email": "miriam@harborline.example",
        "listener": Listener(morning_at=time(8, 30)),
        "is_rep": True,
        "wrong": wrong,
        "groups": [],
        "switches": [],
        "slack": {"ready": True, "ops": False, "linked": False, "code": "1234-5678-9012"},
        "zone": "Europe/Berlin",
    }


def telling() -> dict[str, Any]:
    """As a rep has it."""
    return _page(rep_shell(""), [_kind(kind) for kind in news.kinds_for(rep=True, manager=False)], {})


def telling_wrong() -> dict[str, Any]:
    """An address and a night that were refused; of somebody who sees to it for everybody."""
    says = "Quiet hours of “Late in my team” need a beginning and an end; or neither."
    kinds = [_kind(kind, says if kind.key == "late" else "") for kind in news.kinds_for(rep=False, manager=True)]
    wrong = {"add teams": "Enter the URL of a workflow: its host ends with .logic.azure.com."}
    group = SimpleNamespace(uid="g1", name="Inside sales")
    teams = shown.addable(all_channels()["teams"], "group g1", {}, None)
    return _page(manager_shell(""), kinds, wrong) | {
        "groups": [
            {
                "group": group,
                "endpoints": [_endpoint("#sales", "slack", "hooks.slack.com")],
                "addable": [teams],
                "open": True,
            }
        ],
        "switches": [
            {"name": "slack", "label": "Slack", "on": True},
            {"name": "apprise", "label": "SMS and others", "on": False},
        ],
        "slack": {"ready": True, "ops": True, "linked": True, "code": ""},
        "is_rep": False,
    }


def _word(what: str, channel: str, tone: str, says: str, at: datetime, **more: Any) -> dict[str, Any]:
    return {
        "what": what,
        "channel": channel,
        "where": "",
        "tone": tone,
        "says": says,
        "at": at,
        "tries": [],
        "lead": None,
        **more,
    }


def told() -> dict[str, Any]:
    """Sent, put off, failing, given up."""
    at = berlin(19, "11:40")
    tries = ["Thu 19 Nov, 11:40:02: It answered 500.", "Thu 19 Nov, 11:40:07: It did not answer in time."]
    failing = "2 tries failed. It did not answer in time. Next try 11:40:37."
    rows = [
        _word("A new lead is yours", "e-mail", "good", "Sent Thu 19 Nov, 11:40:01", at, lead=SimpleNamespace(uid="u1")),
        _word("A new lead is yours", "Slack", "due", failing, at, where="My Slack", tries=tries),
        _word("A lead of yours wrote again", "browser", "due", "Put off until Fri 20 Nov, 07:00:00", at),
        _word("A lead is offered to you", "SMS and others", "quiet", "Not sent. It was no longer so.", at),
    ]
    return rep_shell("") | {"rows": rows, "page": Paginator(rows, 50).get_page(1)}
