"""Who changed what about a rep's hours, in sentences, from the histories that the rows keep themselves."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reps.models import CalendarFeed, HolidayWorked, Pause, Rep, Shift, TimeOff, User
from routing.web.hours.asked import when
from routing.web.hours.forms import off_says

MOST = 12
_BACK = timedelta(days=366)
_PLACE = ("time_zone", "country", "subdivision", "backup_id")


class Change(NamedTuple):
    """One line; rows written by one act are one."""

    at: datetime
    by: int | None
    says: str


def changes(rep: Rep, *, now: datetime) -> list[dict[str, Any]]:
    """The latest first."""
    found = [
        *(one for model, says in _SAYS.items() for one in _of(model, rep, says, now)),
        *_of_place(rep, now),
    ]
    found.sort(key=lambda one: one.at, reverse=True)
    found = _once(found)[:MOST]
    names = User.objects.in_bulk([one.by for one in found if one.by])
    return [
        {"at": one.at, "says": one.says, "by": names[one.by].name if one.by in names else _("Automatic")}
        for one in found
    ]


def _of(model: Any, rep: Rep, says: Callable[[Any, datetime], str], now: datetime) -> Iterable[Change]:
    rows = model.pgh_event_model.objects.filter(rep=rep, pgh_created_at__gt=now - _BACK)
    for event in rows.select_related("pgh_context").order_by("-pgh_id")[: MOST * 8]:
        if line := says(event, now):
            yield Change(event.pgh_created_at, _by(event), line)


def _of_place(rep: Rep, now: datetime) -> Iterable[Change]:
    events = Rep.pgh_event_model.objects.filter(id=rep.pk).select_related("pgh_context")  # type: ignore[attr-defined]  # added by pghistory
    for event, before in pairwise(events.order_by("-pgh_id")[:50]):
        if event.pgh_created_at > now - _BACK and any(getattr(event, f) != getattr(before, f) for f in _PLACE):
            yield Change(event.pgh_created_at, _by(event), _("Place or backup changed"))


def _by(event: Any) -> int | None:
    said = event.pgh_context.metadata.get("by") if event.pgh_context else None
    return said or (getattr(event, "by_id", None) if event.pgh_label == "insert" else None)


def _once(found: list[Change]) -> list[Change]:
    """A week is many rows, and a change of it ends some and begins others."""
    kept: list[Change] = []
    for one in found:
        near = kept and kept[-1].at - one.at < timedelta(seconds=2)
        if not near or (kept[-1].by, kept[-1].says) != (one.by, one.says):
            kept.append(one)
    return kept


def _shift(event: Any, now: datetime) -> str:
    del event, now
    return _("Week changed")


def _off(event: Any, now: datetime) -> str:
    del now
    says = {
        "insert": _("Time off entered: %s"),
        "update": _("Time off changed: %s"),
        "delete": _("Time off removed: %s"),
    }
    return says[event.pgh_label] % off_says(event.starts_at, event.ends_at)


def _pause(event: Any, now: datetime) -> str:
    if event.pgh_label == "insert":
        if event.why == Pause.Why.SILENT:
            return _("Switched off: did not answer in time")
        return _("Paused until %s") % when(event.ends_at, now) if event.ends_at else _("Paused")
    return _("Switched on") if event.pgh_label == "update" else ""


def _holiday(event: Any, now: datetime) -> str:
    del now
    says = _("Works on %s") if event.pgh_label == "insert" else _("Off again on %s")
    return says % date_format(event.day, "D j M")


def _feed(event: Any, now: datetime) -> str:
    del now
    if event.pgh_label == "insert":
        return _("Calendar added: %s") % event.shown
    return _("Calendar changed: %s") % event.shown if event.active else _("Calendar removed: %s") % event.shown


_SAYS: dict[Any, Callable[[Any, datetime], str]] = {
    Shift: _shift,
    TimeOff: _off,
    Pause: _pause,
    HolidayWorked: _holiday,
    CalendarFeed: _feed,
}
