"""Hours on duty: how long a rep could be given leads in the period.

Formula: sum of the rep's shifts in the period, less time off, pauses, public holidays and what their calendar blocks,
each hour once; up to now.

Caveats: it is read from the hours as they are set today, with the shifts that held then. A rep without shifts has
none, though leads may be given to them by hand. Being at a limit is duty, too.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from reps import availability

_HOUR = timedelta(hours=1)


def hours_on_duty(reps: Iterable[int], *, since: datetime, until: datetime) -> dict[int, float]:
    """Of each rep, in as many queries for all of them as for one."""
    if until <= since:
        return dict.fromkeys(reps, 0.0)
    return {
        pk: sum(
            (min(end, until) - max(start, since)) / _HOUR
            for start, end in calendar.duty
            if start < until and end > since
        )
        for pk, calendar in availability.calendars(reps, since=since, until=until).items()
    }
