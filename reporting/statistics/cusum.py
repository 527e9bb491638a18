"""Alerts on a falling share: the risk-adjusted Bernoulli CUSUM, which looks at every lead and its own chance.

Steiner, Cook, Farewell and Treasure, Biostatistics 1 (2000) 441. S grows by W = log(R / (1 - p + R p)) after a success
and log(1 / (1 - p + R p)) after none, never falls below 0, and an S above h is an alarm, after which it starts again.
p is the chance this lead had by its band, R < 1 the odds ratio that is to be noticed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from math import log
from typing import NamedTuple


class Measure(StrEnum):
    """What is watched, a lead at a time."""

    CLOSED = "closed"
    MEETING = "meeting"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Chart:
    """What to notice (odds ratio, above 0 and not 1; below 1 looks for worse) and where to sound (limit, above 0)."""

    odds_ratio: float
    limit: float

    def __post_init__(self) -> None:
        if self.odds_ratio <= 0 or self.odds_ratio == 1:
            raise ValueError(f"odds_ratio must be above 0 and not 1, not {self.odds_ratio}")
        if self.limit <= 0:
            raise ValueError(f"limit must be above 0, not {self.limit}")


# Charts by how many leads there are, about, between two false alarms of one rep while all is as before. They hold for
# chances of 10 % (closed), 30 % (meeting) and 85 % (answered in time) and are others at other chances: closed at 3,000
# comes to 2,000 over four equal bands of 3 to 30 %, and to 8,000 at 3 %. `run_length` tells the rate of a team's own
# chances, and the limit for them: print that one.
CHARTS = {
    (Measure.CLOSED, 1_000): Chart(0.5, 2.75),
    (Measure.CLOSED, 3_000): Chart(0.5, 3.7),
    (Measure.MEETING, 1_000): Chart(0.5, 3.7),
    (Measure.MEETING, 3_000): Chart(0.5, 4.7),
    (Measure.ANSWERED, 1_000): Chart(0.4, 3.9),
    (Measure.ANSWERED, 3_000): Chart(0.4, 4.9),
}


@dataclass(frozen=True, slots=True)
class State:
    """Where a chart stands; all plain numbers, so that it can be kept and gone on from (`asdict`, `State(**kept)`).

    `run` counts the leads since the sum was last 0 (when the change began, most likely), with the successes among them
    and those expected; `seen` counts all leads.
    """

    total: float = 0.0
    seen: int = 0
    run: int = 0
    observed: int = 0
    expected: float = 0.0


class Alarm(NamedTuple):
    """The evidence of an alarm: at which lead (counted from 1), at which sum, and what the run of leads came to."""

    seen: int
    total: float
    run: int
    observed: int
    expected: float


def weight(*, success: bool, chance: float, odds_ratio: float) -> float:
    """What one lead adds to the sum; `chance` of success from 0 to 1, else ValueError."""
    if not 0 <= chance <= 1:
        raise ValueError(f"chance must be from 0 to 1, not {chance}")
    return log((odds_ratio if success else 1.0) / (1 - chance + odds_ratio * chance))


def step(state: State, *, success: bool, chance: float, chart: Chart) -> tuple[State, Alarm | None]:
    """The state after one more lead, and the alarm if it sounds; the sum then starts again from 0."""
    total = state.total + weight(success=success, chance=chance, odds_ratio=chart.odds_ratio)
    seen = state.seen + 1
    if total <= 0:
        return State(seen=seen), None
    run, observed, expected = state.run + 1, state.observed + success, state.expected + chance
    if total > chart.limit:
        return State(seen=seen), Alarm(seen, total, run, observed, expected)
    return replace(state, total=total, seen=seen, run=run, observed=observed, expected=expected), None


def watch(
    leads: Iterable[tuple[bool, float]], *, chart: Chart, state: State | None = None
) -> tuple[State, list[Alarm]]:
    """Take in leads (success, chance) in their order, from a state on; gives the state after and all alarms."""
    state, alarms = state or State(), []
    for success, chance in leads:
        state, alarm = step(state, success=success, chance=chance, chart=chart)
        if alarm:
            alarms.append(alarm)
    return state, alarms
