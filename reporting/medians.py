"""Plain medians of what has all ended, with an interval that is sound for every distribution."""

from collections.abc import Iterable
from math import floor, sqrt
from statistics import median

from config.lib.enough import ENOUGH_FOR_MEDIAN
from reporting.metric import Answer, Counts
from reporting.statistics.shares import Z95


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
