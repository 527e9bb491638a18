"""What My availability is given: time off looked at first, a mistyped week, and a manager's view of a rep."""

from types import SimpleNamespace
from typing import Any

from django.http import QueryDict

from reps.models import CalendarFeed, Rep, User
from routing.web.hours import week
from routing.web.hours.forms import QUICK, OffForm, PauseForm, PlaceForm
from routing.web.hours.ramps import FORMS as RAMPS
from tests.face.cast import REP_NOW, berlin, manager_shell, rep_shell, uid

DAY = [("08:30", "12:30"), ("13:30", "17:30")]


def _rep(name: str, zone: str = "Europe/Berlin") -> Rep:
    return Rep(pk=1, user=User(pk=1, name=name), time_zone=zone, country="DE", subdivision="HH")


def _forms(rep: Rep, typed: str = "") -> dict[str, Any]:
    how: dict[str, Any] = {"rep": rep, "by": rep.user, "now": REP_NOW}
    made: dict[str, Any] = {one.name: one(**how) for one in (PauseForm, week.WeekForm, OffForm, PlaceForm, *RAMPS)}
    made["place"].fields["backup"].queryset = Rep.objects.none()
    if typed:
        made["week"] = week.WeekForm(QueryDict(typed), **how)
    return made


def _off(pk: int, says: str, kind: str, *, now: bool = False) -> dict[str, Any]:
    days = {"first": "2026-12-23", "last": "2027-01-03", "begins": "", "ends": "13:00"}
    return {"pk": pk, "says": says, "kind": kind, "kind_value": "holiday", "now": now, **days}


def _calendars(*, own: bool) -> dict[str, Any]:
    feed = {"what": "an event with one of the words: vacation, holiday", "ahead": "12 times ahead"}
    failed = {"error": "It answered 404: nobody is there any more.", "failed_at": berlin(19, "07:30")}
    return {
        "feeds": [
            {**feed, "uid": uid("feed"), "shown": "calendar.example.net", "read_at": berlin(19, "10:20")},
            {**feed, **failed, "uid": uid("lost"), "shown": "outlook.example.org", "read_at": berlin(18, "22:10")},
        ],
        "ways": CalendarFeed.Busy.choices,
        "way": CalendarFeed.Busy.ALL.value,
        "url": "ftp://calendar.example.net/private-6oi3w5thpnjm4saeocb6/basic.ics",
        "words": "",
        "wrong": {"url": "The address begins with https."},
        "own": {
            "there": True,
            "url": "https://leads.brandl.example/calendar/6oi3w5thpnjm4saeocb66oi3w5thpnjm4saeocb6.ics",
            "titles": False,
            "read_at": berlin(19, "06:02"),
        }
        if own
        else None,
    }


def _shown(rep: Rep, *, own: bool) -> dict[str, Any]:
    return {
        "rep": rep,
        "own": own,
        "zone": rep.time_zone,
        "duty": {"on": True, "note": "until 17:30"},
        "works_now": True,
        "quick": QUICK,
        "forms": _forms(rep),
        "week": {"rows": week.rows(dict.fromkeys(range(5), DAY), {}), "total": "40", "following": ""},
        "coming": [_off(1, "Thu 19 Nov, 12:00 to 15:00", "other", now=True), _off(2, "23 Dec to 3 Jan", "holiday")],
        "past": [_off(3, "12 to 23 Oct", "sick leave")],
        "holidays": [
            {"day": "2026-12-25", "says": "Fri 25 Dec", "name": "Erster Weihnachtstag", "works": False},
            {"day": "2026-12-26", "says": "Sat 26 Dec", "name": "Zweiter Weihnachtstag", "works": True},
        ],
        "turns": [{"group": "DACH Inside Sales", "place": "2nd in line", "owed": "owed 0.83 of a lead"}],
        "idle": ["Trade fairs: only while you are on shift and did something on a page in the last 15 minutes."],
        "calendars": _calendars(own=own),
        "changes": [
            {"at": berlin(18, "16:40"), "says": "Time off entered: 23 Dec to 3 Jan", "by": "Miriam Falkenrath"},
            {"at": berlin(16, "08:31"), "says": "Switched off: did not answer in time", "by": "Automatic"},
        ],
    }


def hours() -> dict[str, Any]:
    """Looking at time off before it is entered."""
    says = ["3 open leads go to colleagues on Wed 23 Dec at 00:00.", "Your place in line is kept."]
    keep = [("form", "off"), ("first", "2026-12-23")]
    asked = SimpleNamespace(says="Time off: Wed 23 Dec to Sun 3 Jan", button="Enter it", keep=keep)
    return {
        **rep_shell(""),
        **_shown(_rep("Miriam Falkenrath"), own=True),
        "asked": asked,
        "says": says,
        "looked": "off",
    }


def hours_wrong() -> dict[str, Any]:
    """A week with blocks that overlap, a night, and another week planned."""
    rep = _rep("Miriam Falkenrath")
    forms = _forms(rep, "form=week&start=date&d0.from=08:00&d0.until=14:00&d0.from=13:00&d0.until=17:00")
    typed = {
        0: [("08:00", "14:00"), ("13:00", "17:00"), ("18:00", "20:00"), ("22:00", "02:00")],
        4: [("22:00", "06:00")],
    }
    grid = week.rows(typed, {0: "These blocks overlap: 08:00 to 14:00 and 13:00 to 17:00."}, more=True)
    shown = _shown(rep, own=True) | {"forms": forms, "wrong": forms["week"], "coming": [], "holidays": [], "turns": []}
    forms["week"].is_valid()
    shown["week"] = {"rows": grid, "total": "18", "following": "Mon 4 Jan", "following_total": "32"}
    return {**rep_shell(""), **shown}


def hours_of_rep() -> dict[str, Any]:
    """As a manager sees them: paused, in another zone, new."""
    shown = _shown(_rep("Hans-Joachim von Möllenbeck-Hohenstaufen", "America/Argentina/Buenos_Aires"), own=False)
    steps = ["25 % until 26 Nov", "50 % until 3 Dec", "75 % until 10 Dec"]
    group = SimpleNamespace(name="DACH Inside Sales", uid=uid("dach"))
    shown |= {"duty": {"on": False, "note": "paused until 15:00"}, "works_now": False}
    shown["ramps"] = [{"group": group, "steps": steps, "may": True}, {"group": group, "steps": [], "may": True}]
    return {**manager_shell(""), **shown}
