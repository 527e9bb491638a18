"""The funnel plot: observed over expected against what was expected, with the limits that luck alone seldom passes.

Spiegelhalter, Stat. Med. 24 (2005) 1185: limits 1 ± z √(φ/E), with φ for more spread than luck makes, from z-scores of
which the outer tenth at either end is drawn in to the next (winsorised).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

# Of 20 who are all alike one passes the inner limits, of 500 one the outer.
INNER, OUTER = 1.96, 3.09
WINSORISED = 0.1


class Point(NamedTuple):
    """One rep on the plot; `distance` in standard deviations from 1, with the spread of all taken into account."""

    rep: int
    expected: float
    ratio: float
    distance: float


@dataclass(frozen=True, slots=True)
class Funnel:
    """The points (reps of whom nothing was expected have none), and φ, at least 1."""

    points: tuple[Point, ...]
    spread: float

    def limits(self, expected: float, *, z: float = INNER) -> tuple[float, float]:
        """The limits of the ratio at an expected count above 0; the lower one stops at 0."""
        if expected <= 0:
            raise ValueError(f"expected must be above 0, not {expected}")
        half = z * sqrt(self.spread / expected)
        return max(0.0, 1 - half), 1 + half


def funnel(rows: Iterable[tuple[int, float, float]]) -> Funnel:
    """The funnel of rows (rep, observed, expected)."""
    kept = [(rep, expected, observed / expected) for rep, observed, expected in rows if expected > 0]
    scores = [(ratio - 1) * sqrt(expected) for _, expected, ratio in kept]
    spread = overdispersion(scores)
    points = zip(kept, scores, strict=True)
    return Funnel(tuple(Point(*row, distance=z / sqrt(spread)) for row, z in points), spread)


def overdispersion(scores: Sequence[float]) -> float:
    """φ: the mean of the squared z-scores, winsorised, but never below 1; 1 of nothing."""
    if not scores:
        return 1.0
    inner = winsorised(scores)
    return max(1.0, sum(z * z for z in inner) / len(inner))


def winsorised(values: Sequence[float], share: float = WINSORISED) -> list[float]:
    """The values in order, with so large a share at either end (rounded down) set to the nearest one that stays."""
    in_order = sorted(values)
    cut = int(share * len(in_order))
    if not cut:
        return in_order
    low, high = in_order[cut], in_order[-cut - 1]
    return [min(high, max(low, value)) for value in in_order]
