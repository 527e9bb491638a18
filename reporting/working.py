"""Working seconds of many waits at once: each rep's hours are read once, whatever the number of leads."""

from bisect import bisect_right
from collections.abc import Iterable, MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any

from reps import availability

_COUNT = "response_waiting"


def measure(rows: Iterable[MutableMapping[str, Any]]) -> None:
    """In each of the counts, make of the waits (rep, beginning, end; in seconds since 1970) their working seconds."""
    rows = [row for row in rows if row.get(_COUNT)]
    clocks = _clocks([wait for row in rows for wait in row[_COUNT]])
    for row in rows:
        row[_COUNT] = [clocks[rep].between(start, end) for rep, start, end in row[_COUNT]]


class _Clock:
    """A rep's duty as sums, so that the time between two instants is a difference."""

    __slots__ = ("_before", "_ends", "_starts")

    def __init__(self, duty: Iterable[tuple[datetime, datetime]]) -> None:
        spans = [(start.timestamp(), end.timestamp()) for start, end in duty]
        self._starts = [start for start, _end in spans]
        self._ends = [end for _start, end in spans]
        self._before, total = [0.0], 0.0
        for start, end in spans:
            total += end - start
            self._before.append(total)

    def between(self, start: float, end: float) -> int:
        """Whole working seconds, as the clock of a contact counts them."""
        return int(max(0.0, self._until(end) - self._until(start)))

    def _until(self, at: float) -> float:
        index = bisect_right(self._starts, at)
        if not index:
            return 0.0
        return self._before[index - 1] + min(at, self._ends[index - 1]) - self._starts[index - 1]


def _clocks(waits: list[tuple[int, int, int]]) -> dict[int, _Clock]:
    if not waits:
        return {}
    since = datetime.fromtimestamp(min(start for _rep, start, _end in waits), UTC) - timedelta(days=1)
    until = datetime.fromtimestamp(max(end for _rep, _start, end in waits), UTC) + timedelta(days=1)
    calendars = availability.calendars({rep for rep, _start, _end in waits}, since=since, until=until)
    return {rep: _Clock(calendar.duty) for rep, calendar in calendars.items()}
