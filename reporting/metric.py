"""The shape of a metric: what it counts over spells of ownership, the answer it makes, and intervals."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import floor, sqrt
from statistics import median
from typing import Any

from config.lib.enough import ENOUGH_FOR_MEDIAN

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


def median_counts(name: str, value: str, where: str = "TRUE") -> dict[str, str]:
    """The counts of a median: `name`_median, _n, and the ends _low and _high of its interval.

    The ends are the values of rank r and n + 1 - r, with r = n/2 - z√n/2 rounded down: sound for every distribution.
    """
    kept = f"FILTER (WHERE {value} IS NOT NULL AND {where})"
    count = f"count(*) {kept}"
    rank = f"greatest(1, floor({count} / 2.0 - {Z95} * sqrt({count}) / 2))::int"
    in_order = f"(array_agg({value} ORDER BY {value}) {kept})"
    enough = f"CASE WHEN {count} >= {ENOUGH_FOR_MEDIAN} THEN"
    return {
        f"{name}_median": f"percentile_cont(0.5) WITHIN GROUP (ORDER BY {value}) {kept}",
        f"{name}_n": count,
        f"{name}_low": f"{enough} {in_order}[{rank}] END",
        f"{name}_high": f"{enough} {in_order}[({count})::int + 1 - {rank}] END",
    }


def median_answer(counts: Counts, name: str, *, waiting: int = 0) -> Answer:
    """The answer of what `median_counts` counted."""
    low, high = (None if counts[f"{name}_{end}"] is None else float(counts[f"{name}_{end}"]) for end in ("low", "high"))
    return Answer(counts[f"{name}_median"], counts[f"{name}_n"], low=low, high=high, open=waiting)


def median_of(values: Iterable[float]) -> Answer:
    """The same of values at hand."""
    found = sorted(values)
    n = len(found)
    if not found:
        return Answer(None, 0)
    if n < ENOUGH_FOR_MEDIAN:
        return Answer(median(found), n)
    rank = max(1, floor(n / 2 - Z95 * sqrt(n) / 2))
    return Answer(median(found), n, low=found[rank - 1], high=found[n - rank])
