"""The shape of a metric: what it counts, over which rows, and the answer it makes of the counts."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from reporting.statistics.shares import wilson
from reporting.statistics.survival import kaplan_meier

# Shares of fewer leads are not shown: their order would be luck.
ENOUGH = 30

Counts = Mapping[str, Any]


class Over(StrEnum):
    """Which rows a metric counts: reporting/cohort.py names their columns."""

    # Each lead that a rep of the cut got in the period, once, with the best its spells there came to.
    LEADS = "leads"
    # Each spell of ownership that began in the period.
    SPELLS = "spells"
    # Each lead that arrived in the period, owned or not; it belongs to its first owner.
    ARRIVALS = "arrivals"


@dataclass(frozen=True, slots=True)
class Answer:
    """A figure: its value (seconds, a count, or a share of one), out of how many, and how sure it is."""

    value: float | None
    n: int
    count: int = 0
    low: float | None = None
    high: float | None = None
    # What is not in the value, as leads that still wait.
    open: int = 0
    # Of a duration: by when a quarter and three quarters had ended; and where its middle was not reached, the longest.
    quarter: float | None = None
    three_quarters: float | None = None
    beyond: float | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of the reports.

    `counts` are SQL aggregates over the rows of `over`, asked for all metrics in one query; `answer` makes the figure
    of them and is pure. `unit` is share, seconds, count, rate (so many of one lead) or money.
    """

    name: str
    counts: Mapping[str, str]
    answer: Callable[[Counts], Answer]
    unit: str = field(default="share")
    over: Over = field(default=Over.LEADS)


@dataclass(frozen=True, slots=True)
class OwnMetric:
    """A figure that is asked in its own way, for the cuts named; `ask` gives an answer for each part that has one.

    `ask(scope=, since=, until=, now=, cut=)`, as reporting.cohort.ask.
    """

    name: str
    ask: Callable[..., Mapping[Any, Answer]]
    cuts: frozenset[str]
    unit: str = field(default="share")
    # Of everybody together it would say nothing: it is told of one rep, and rep by rep.
    of_one: bool = field(default=False)


def share(count: int, n: int, *, waiting: int = 0) -> Answer:
    """A share of one with its interval."""
    interval = wilson(count, n)
    if interval is None:
        return Answer(None, 0, open=waiting)
    return Answer(count / n, n, count, *interval, open=waiting)


def duration(ended: Collection[float], going_on: Collection[float]) -> Answer:
    """How long something takes: the median by Kaplan-Meier, with those that still wait or were lost from sight.

    `n` are those that ended, `open` the others; without one that ended there is no figure, only how long it was waited.
    """
    rows = [*((seconds, 1, 0) for seconds in ended), *((seconds, 0, 1) for seconds in going_on)]
    if not rows:
        return Answer(None, 0)
    curve = kaplan_meier(rows)
    middle = curve.median()
    return Answer(
        middle.value,
        len(ended),
        len(ended),
        middle.low,
        middle.high,
        open=len(going_on),
        quarter=curve.quantile(0.25).value,
        three_quarters=curve.quantile(0.75).value,
        beyond=middle.beyond,
    )
