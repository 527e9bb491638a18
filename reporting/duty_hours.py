"""Hours on duty of reps in a span, and whose hours a scope asks for."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from reporting.scope import Scope
from reps import availability
from reps.models import Membership, Rep

_HOUR = timedelta(hours=1)


def hours_on_duty(reps: Iterable[int], *, since: datetime, until: datetime) -> dict[int, float]:
    """Of each rep, in as many queries for all of them as for one."""
    if until <= since:
        return dict.fromkeys(reps, 0.0)
    return hours_of(availability.calendars(reps, since=since, until=until), since=since, until=until)


def hours_of(calendars: Mapping[int, availability.Calendar], *, since: datetime, until: datetime) -> dict[int, float]:
    """The same from calendars that hold the span."""
    return {
        pk: sum(
            (min(end, until) - max(start, since)) / _HOUR
            for start, end in calendar.duty
            if start < until and end > since
        )
        for pk, calendar in calendars.items()
    }


def members(scope: Scope, *, now: datetime) -> list[int]:
    """The rep of the scope, else all who are in its groups now."""
    if scope.rep is not None:
        return [scope.rep]
    if scope.groups is None:
        return list(Rep.objects.filter(active=True).values_list("pk", flat=True))
    rows = Membership.objects.at(now).filter(group__in=scope.groups, rep__active=True)
    return list(rows.values_list("rep", flat=True).distinct())
