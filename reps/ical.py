"""What an iCalendar feed says of somebody's time: its busy spans, in UTC. Pure; of titles nothing leaves this."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from reps import schedule

ALL, DAYS, WORDS = "all", "days", "words"
MOST_EVENTS = 5_000
MOST_SPANS = 2_000
_DAY = timedelta(days=1)
# Series like these are no appointments; laying them out would take hours.
_TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
_TOO_FINE = ("BYSECOND", "BYMINUTE", "BYHOUR")
_OLDEST = 1970
_FREE = frozenset({"FREE", "TENTATIVE", "WORKINGELSEWHERE"})


class UnreadableError(ValueError):
    """It is no calendar, or one too large; the message is a code: not_a_calendar, too_many."""


def busy(body: bytes, *, zone: str, window: schedule.Span, mode: str, words: Sequence[str] = ()) -> tuple[Any, ...]:
    """The spans within the window in which the feed says busy, sorted and apart, each whole though it may stick out.

    Cancelled, tentative and free ("transparent") entries are not busy. Days and times without a zone are those of
    `zone`. Raises UnreadableError.
    """
    place = ZoneInfo(zone)
    found: list[schedule.Span] = []
    try:
        for calendar in _calendars(body):
            found += _of_events(calendar, place, window, mode, words)
            if mode == ALL:
                found += _of_free_busy(calendar, place)
    except UnreadableError:
        raise
    except Exception as error:  # whatever a parser makes of what strangers wrote
        raise UnreadableError("not_a_calendar") from error
    spans = schedule.merge(found)
    inside = tuple((start, end) for start, end in spans if end > window[0] and start < window[1])
    if len(inside) > MOST_SPANS:
        raise UnreadableError("too_many")
    return inside


def _calendars(body: bytes) -> list[Any]:
    text = body.decode("utf-8-sig", errors="replace")
    # One that was cut off would pass for a calendar with less in it.
    if "BEGIN:VCALENDAR" not in text.upper() or not text.rstrip("\x00 \t\r\n").upper().endswith("END:VCALENDAR"):
        raise UnreadableError("not_a_calendar")
    if text.upper().count("BEGIN:VEVENT") > MOST_EVENTS:
        raise UnreadableError("too_many")
    calendars = [one for one in icalendar.Calendar.from_ical(text, multiple=True) if one.name == "VCALENDAR"]
    if not calendars:
        raise UnreadableError("not_a_calendar")
    for calendar in calendars:
        calendar.subcomponents = [one for one in calendar.subcomponents if not _endless(one)]
    return calendars


def _endless(component: Any) -> bool:
    rules = component.get("RRULE")
    if rules is None:
        return False
    start = component.get("DTSTART")
    if start is None or start.dt.year < _OLDEST:
        return True
    for rule in rules if isinstance(rules, list) else [rules]:
        often = {str(one).upper() for one in rule.get("FREQ", [])}
        if often & _TOO_OFTEN or any(len(rule.get(name, [])) > 1 for name in _TOO_FINE):
            return True
    return False


def _of_events(
    calendar: Any, place: ZoneInfo, window: schedule.Span, mode: str, words: Sequence[str]
) -> Iterator[schedule.Span]:
    query = recurring_ical_events.of(calendar, skip_bad_series=True)
    for event in query.between(window[0] - _DAY, window[1] + _DAY):
        if _is_free(event):
            continue
        start, end = event.start, event.end
        span = _instant(start, place), _instant(end, place)
        if mode == DAYS and not _whole_days(start, span, place):
            continue
        if mode == WORDS and not _holds(str(event.get("SUMMARY", "")), words):
            continue
        yield span


def _is_free(event: Any) -> bool:
    if str(event.get("STATUS", "")).upper() in {"CANCELLED", "TENTATIVE"}:
        return True
    if str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
        return True
    return str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() in _FREE


def _whole_days(start: Any, span: schedule.Span, place: ZoneInfo) -> bool:
    """Entered as days; or, as some programs write them, from midnight to midnight."""
    if not isinstance(start, datetime):
        return True
    first, last = (at.astimezone(place) for at in span)
    return last - first >= timedelta(hours=23) and not any(
        (at.hour, at.minute, at.second) != (0, 0, 0) for at in (first, last)
    )


def _holds(title: str, words: Iterable[str]) -> bool:
    folded = title.casefold()
    return any(word.casefold() in folded for word in words if word)


def _of_free_busy(calendar: Any, place: ZoneInfo) -> Iterator[schedule.Span]:
    """What servers publish that tell only when somebody is busy."""
    for component in calendar.walk("VFREEBUSY"):
        lines = component.get("FREEBUSY", [])
        for line in lines if isinstance(lines, list) else [lines]:
            if str(line.params.get("FBTYPE", "BUSY")).upper() in {"BUSY", "BUSY-UNAVAILABLE"}:
                for period in getattr(line, "dts", [line]):
                    start, end = _period(getattr(period, "dt", period))
                    yield _instant(start, place), _instant(end, place)


def _period(value: Any) -> tuple[Any, Any]:
    start, end = (value.start, value.end) if hasattr(value, "start") else value
    return start, start + end if isinstance(end, timedelta) else end


def _instant(at: date | datetime, place: ZoneInfo) -> datetime:
    """A day or a time without a zone is the rep's own."""
    if isinstance(at, datetime) and at.tzinfo is not None:
        return at.astimezone(UTC)
    return schedule.instant(at, place)
