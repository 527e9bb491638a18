"""What the pages of hooks are given: a warehouse, a Zap, and one that takes nothing any more."""

import json
from types import SimpleNamespace
from typing import Any

from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from leads.hook_kinds import HookEvent
from leads.hooks.content import example
from leads.web.hook_form import HookForm
from leads.web.hook_words import EVENTS, off_says
from tests.face.cast import berlin, manager_shell, uid

NAME = "Warehouse of the cold chain team, in the Nordics and the Baltics"
SHOWN = "https://hooks.warehouse.brandl.example/…9f2c"
TOLD = [HookEvent.ASSIGNED, HookEvent.REASSIGNED, HookEvent.SLA_BREACHED, HookEvent.WON]


def hook(**fields: Any) -> Any:
    given = {
        "uid": uid("hook"), "name": NAME, "shown": SHOWN, "active": True, "why_off": "", "group": None, "tests": False,
        "group_id": None,
        "made_with": None, "made_by": SimpleNamespace(name="Clara Hoffmann"), "events": [e.value for e in TOLD],
    }  # fmt: skip
    return SimpleNamespace(**{**given, **fields})


def head(**fields: Any) -> dict[str, Any]:
    one = hook(**fields)
    return {**manager_shell("connections"), "hook": one, "off": off_says(one), "open": False}


def _listed(name: str, n: int, **more: Any) -> dict[str, Any]:
    given = {"url": "#", "shown": SHOWN, "group": "", "active": True, "parked": 0, "reached": berlin(19, "14:31")}
    return {"name": name, "events": n, "open": False, "parked_shown": "12", **given, **more}


def listed() -> dict[str, Any]:
    return {
        **manager_shell("connections"),
        "blind": True,
        "hooks": [
            _listed("CRM of the partners", 3, parked=12, group="Inbound DACH"),
            _listed(NAME, 17, open=True),
            _listed("Zap: new row for each won lead", 1, active=False, reached=None),
        ],
    }


def none_yet() -> dict[str, Any]:
    return {**manager_shell("connections"), "hooks": [], "blind": False}


def _row(clock: str, event: HookEvent, says: str, chip: str, **more: Any) -> dict[str, Any]:
    given = {"test": False, "lead": SimpleNamespace(uid=uid(clock)), "tries": 1, "why": "", "due": None}
    return {"url": "#", "at": berlin(19, clock), "event": EVENTS[event], "says": says, "chip": chip, **given, **more}


def rows() -> list[dict[str, Any]]:
    held = _("Nobody has the lead yet, and it may come to a blind pool: it goes out once somebody has it.")
    return [
        _row("14:31:07", HookEvent.ASSIGNED, "On its way", "chip-quiet", tries=0),
        _row("14:28:40", HookEvent.SLA_BREACHED, "Tried again", "chip-due", tries=3, due=berlin(19, "15:02")),
        _row("14:20:12", HookEvent.CREATED, "Held back", "chip-quiet", why=held, tries=0),
        _row(
            "13:55:59",
            HookEvent.WON,
            "Given up",
            "chip-late",
            tries=10,
            why=_("It is not tried any more."),
        ),
        _row("13:02:33", HookEvent.WON, "Taken", "chip-good", test=True, lead=None),
    ]


def show() -> dict[str, Any]:
    events = [{"name": event.value, "says": EVENTS[event]} for event in TOLD]
    counted = {"held": 4, "held_shown": "4", "parked": 12, "parked_shown": "12"}
    return {
        **head(),
        "events": events,
        "rows": rows(),
        "more": True,
        **counted,
        "open": True,
        "old_until": None,
    }


def off() -> dict[str, Any]:
    gone = head(active=False, why_off="gone", made_by=None, made_with=SimpleNamespace(name="Zapier"))
    counted = {"held": 0, "parked": 0}
    return {**show(), **gone, "rows": [], "more": False, **counted, "old_until": berlin(20, "09:00")}


def new() -> dict[str, Any]:
    wrong = HookForm({"name": "CRM", "url": "http://10.0.0.8/hook", "events": []})
    wrong.fields["group"].queryset = _NoGroups()  # type: ignore[attr-defined]  # the gallery has no database
    wrong.clean_name = lambda: "CRM"  # type: ignore[method-assign]
    wrong.is_valid()
    return {**manager_shell("connections"), "form": wrong}


def edit() -> dict[str, Any]:
    form = HookForm(hook=hook(unseen_by_reps=True))
    form.fields["group"].queryset = _NoGroups()  # type: ignore[attr-defined]
    return {**head(), "form": form, "rests": berlin(20, "09:00")}


class _NoGroups(list[Any]):
    """A queryset without rows and without a database."""

    _prefetch_related_lookups = ()

    def all(self) -> "_NoGroups":
        return self

    def iterator(self) -> Any:
        return iter(self)


def secret() -> dict[str, Any]:
    return {**head(), "secret": "whsec_bWFkZSB1cCBmb3IgYSBwaWN0dXJlIG9mIHRoZSBwYWdl"}


def deliveries() -> dict[str, Any]:
    tabs = [
        {"label": "All", "count": "999+", "url": "#", "active": True},
        *(
            {"label": one, "count": "12", "url": "#", "active": False}
            for one in ("Taken", "On its way", "Held back", "Given up")
        ),
    ]
    page = Paginator(range(230), 50).get_page(1)
    return {**head(), "rows": rows(), "page": page, "tabs": tabs, "chosen": "", "again": True}


def delivery() -> dict[str, Any]:
    tries = [
        {"at": berlin(19, "13:55:59"), "says": _("it answered %d") % 500},
        {"at": berlin(19, "13:56:04"), "says": "it did not answer in time"},
    ]
    row = SimpleNamespace(uid=uid("one"), created_at=berlin(19, "13:55:58"), due_at=berlin(19, "14:01:04"))
    body = json.dumps(example(HookEvent.WON), indent=2, ensure_ascii=False, default=str)
    said = {
        "state": "waits",
        "says": "Tried again",
        "chip": "chip-due",
        "why": "",
        "message_id": f"msg_{uid('one').replace('-', '')}",
    }
    told = {"event": EVENTS[HookEvent.WON], "test": False, "hidden": False, "erased": False, "changed": True}
    return {**head(), **said, **told, "row": row, "tries": tries, "body": body}
