"""The shape of a metric: what it counts over spells of ownership and the answer it makes; and Wilson's interval."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

# The quantile of the normal distribution for an interval of 95 %.
Z95 = 1.959963984540054
# Shares of fewer leads are not shown: their order would be luck.
ENOUGH = 30

Counts = Mapping[str, Any]


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


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of the reports.

    `counts` are SQL aggregates over the rows of `spell` (reporting/cohort.py names its columns), asked for all metrics
    in one query; `answer` makes the figure of them and is pure.
    """

    name: str
    counts: Mapping[str, str]
    answer: Callable[[Counts], Answer]
    unit: str = field(default="share")


def wilson(count: int, n: int, *, z: float = Z95) -> tuple[float, float] | None:
    """The interval of a share by Wilson: (p + z²/2n ± z√(p(1-p)/n + z²/4n²)) / (1 + z²/n); None of nothing."""
    if n <= 0:
        return None
    p, square = count / n, z * z
    middle = p + square / (2 * n)
    spread = z * sqrt(p * (1 - p) / n + square / (4 * n * n))
    whole = 1 + square / n
    # At 0 and at n the bound is the end itself; rounding must not push it over.
    low = 0.0 if count == 0 else (middle - spread) / whole
    high = 1.0 if count == n else (middle + spread) / whole
    return low, high


def share(count: int, n: int) -> Answer:
    """A share of one with its interval."""
    interval = wilson(count, n)
    if interval is None:
        return Answer(None, 0)
    return Answer(count / n, n, count, *interval)
