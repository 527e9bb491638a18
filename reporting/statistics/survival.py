"""How long things take while some still wait: Kaplan-Meier curves, their quantiles and intervals.

Kaplan and Meier, J. Am. Stat. Assoc. 53 (1958) 457; variance by Greenwood (1926); intervals on log(-log S) by
Kalbfleisch and Prentice; interval of the median by Brookmeyer and Crowley, Biometrics 38 (1982) 29. Agrees with
lifelines and statsmodels but for what `Curve.at` and `Curve.quantile` tell.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, inf, log, sqrt
from operator import attrgetter
from typing import NamedTuple

from reporting.statistics.shares import Z95, wilson

# Products of many factors are off by some 1e-16 each: a curve that comes to 0.5 must count as being there.
_ROUNDING = 1e-11


class Row(NamedTuple):
    """So many ends and so many losses from sight after the same time (any unit, never below 0)."""

    time: float
    events: int = 0
    censored: int = 0


class Step(NamedTuple):
    """One time of the curve: what happened there, and the share that goes on after it.

    `at_risk` counts those still followed just before; `greenwood` is Σ events / (at_risk (at_risk - events)) up to
    here, so survival² · greenwood is the variance of `survival` (which has none once it is 0).
    """

    time: float
    at_risk: int
    events: int
    censored: int
    survival: float
    greenwood: float

    @property
    def variance(self) -> float:
        return self.survival**2 * self.greenwood


class Estimate(NamedTuple):
    """A share that goes on, with its interval; None where nobody was followed so far, or no interval can be told."""

    value: float | None
    low: float | None = None
    high: float | None = None


class Quantile(NamedTuple):
    """The time by which a share had ended, with its interval.

    Not reached: `value` is None and `beyond` the longest time seen, to be read as "> beyond". An end of None is open.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    beyond: float | None = None


@dataclass(frozen=True, slots=True)
class Curve:
    """The share that has not ended, over time; `steps` has one for each different time, in order."""

    n: int
    events: int
    steps: tuple[Step, ...]

    @property
    def last(self) -> float | None:
        """The longest time seen, ended or not; None of nothing."""
        return self.steps[-1].time if self.steps else None

    def at(self, time: float, *, z: float = Z95) -> Estimate:
        """The share still going on after `time`; what ends exactly then has ended.

        Where nothing has ended yet, all who were followed past `time` went on: that is a plain share, and Wilson's
        interval of it is given (others give 1 to 1, as if it were sure). Past the last time nothing is known unless
        everything had ended.
        """
        index = bisect_right(self.steps, time, key=attrgetter("time")) - 1
        if not self.steps or (time > self.steps[-1].time and self.steps[-1].survival > 0):
            return Estimate(None)
        step = self.steps[index] if index >= 0 else None
        if step is None or step.survival >= 1:
            # Who is lost from sight at a time was seen to go on at it, but not after it.
            lost = step.censored if step and time > step.time else 0
            followed = (step or self.steps[0]).at_risk - lost
            low, high = wilson(followed, followed, z=z) or (None, None)
            return Estimate(1.0, low, high)
        if step.survival <= 0:
            # Without losses from sight, so many of so many; with some, how many there were to end is not known.
            unseen = any(each.censored for each in self.steps)
            low, high = (None, None) if unseen else wilson(0, self.n, z=z) or (None, None)
            return Estimate(0.0, low, high)
        centre, spread = _log_log(step, z)
        return Estimate(step.survival, exp(-exp(centre + spread)), exp(-exp(centre - spread)))

    def quantile(self, share: float, *, z: float = Z95) -> Quantile:
        """The first time with S <= 1 - share: 0.25 and 0.75 give the quartiles, 0.5 the median.

        The interval goes from the first time at which the lower bound of S is there to the first at which the upper one
        is. Where S is 0 it has no bounds, so an upper end never comes from there.
        """
        if not 0 < share < 1:
            raise ValueError(f"share must be between 0 and 1, not {share}")
        level = 1 - share
        limit = log(-log(level)) - _ROUNDING
        value = low = high = None
        for step in self.steps:
            if not step.events:
                continue
            if value is None and step.survival <= level + _ROUNDING:
                value = step.time
            if high is None and 0 < step.survival < 1:
                centre, spread = _log_log(step, z)
                low = step.time if low is None and centre + spread >= limit else low
                high = step.time if centre - spread >= limit else None
        return Quantile(value, low, high, self.last if value is None else None)

    def median(self, *, z: float = Z95) -> Quantile:
        return self.quantile(0.5, z=z)


def kaplan_meier(rows: Iterable[tuple[float, int, int]]) -> Curve:
    """The curve of rows (time, events, censored) in any order; at one time events come before what is censored.

    Rows of the same time are added up. ValueError for a time or a count below 0, or a time that is no number.
    """
    merged = _merged(rows)
    n = at_risk = sum(events + censored for _, events, censored in merged)
    survival, greenwood, steps = 1.0, 0.0, []
    for time, events, censored in merged:
        left = at_risk - events
        if events:
            survival *= left / at_risk
            greenwood += events / (at_risk * left) if left else 0.0
        steps.append(Step(time, at_risk, events, censored, survival, greenwood))
        at_risk = left - censored
    return Curve(n, sum(events for _, events, _ in merged), tuple(steps))


def rows_of(times: Iterable[float], ended: Iterable[object]) -> list[Row]:
    """Rows of one time each, and whether it ended there; ValueError if they are not as many."""
    return [Row(time, 1, 0) if end else Row(time, 0, 1) for time, end in zip(times, ended, strict=True)]


def _merged(rows: Iterable[tuple[float, int, int]]) -> list[tuple[float, int, int]]:
    ended: dict[float, int] = {}
    lost: dict[float, int] = {}
    for time, events, censored in rows:
        if not 0 <= time < inf:
            raise ValueError(f"time must be 0 or more, not {time}")
        if events < 0 or censored < 0:
            raise ValueError(f"events and censored must be 0 or more, not {events} and {censored} at {time}")
        if events:
            ended[time] = ended.get(time, 0) + events
        if censored:
            lost[time] = lost.get(time, 0) + censored
    return [(time, ended.get(time, 0), lost.get(time, 0)) for time in sorted({*ended, *lost})]


def _log_log(step: Step, z: float) -> tuple[float, float]:
    """log(-log S), which falls as S rises, and z standard errors of it; for S strictly between 0 and 1."""
    hazard = -log(step.survival)
    return log(hazard), z * sqrt(step.greenwood) / hazard
