"""Hours on duty: how long a rep could be given leads in the period.

Formula: sum of the rep's shifts in the period, less time off, pauses, public holidays and what their calendar blocks,
each hour once; up to now.

Caveats: it is read from the hours as they are set today, with the shifts that held then. A rep without shifts has
none, though leads may be given to them by hand. Being at a limit is duty, too.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reporting.duty_hours import hours_on_duty, members
from reporting.metric import Answer, OwnMetric
from reporting.scope import Scope


def ask(*, scope: Scope, since: datetime, until: datetime, now: datetime, cut: str, **_: Any) -> Mapping[Any, Answer]:
    """For each rep, or the one of the scope."""
    found = hours_on_duty(members(scope, now=now), since=since, until=min(until, now))
    if cut == "rep":
        return {rep: Answer(hours, 1) for rep, hours in found.items()}
    return {None: Answer(sum(found.values()), len(found))} if found else {}


metric = OwnMetric(name="hours_on_duty", unit="hours", ask=ask, cuts=frozenset({"all", "rep"}), of_one=True)
