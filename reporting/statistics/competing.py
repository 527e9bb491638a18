"""The share that has come to one end while another end competes: cumulative incidence by Aalen and Johansen.

Aalen and Johansen, Scand. J. Stat. 5 (1978) 141; variance as in Collett, Modelling Survival Data, 3rd ed., p. 411 (also
SAS, lifelines, statsmodels). For reports: won is the first end, lost the second, and what is still open is censored.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from math import inf
from operator import attrgetter, itemgetter
from typing import NamedTuple

# A band is drawn towards all leads as if so many leads of the usual kind were added to it.
PSEUDO_LEADS = 20.0
# Counts may be fractions (pseudo-leads); what is left of a subtraction below this is nobody.
_NOBODY = 1e-9

Row = tuple[float, float, float, float]


class Step(NamedTuple):
    """One time: those followed just before, what happened, the share that came to the first end, and who goes on."""

    time: float
    at_risk: float
    first: float
    second: float
    incidence: float
    survival: float
    variance: float


@dataclass(frozen=True, slots=True)
class Incidence:
    """The share of n that has come to the first end, over time."""

    n: float
    steps: tuple[Step, ...]

    def at(self, time: float) -> float:
        """The share by `time`, which counts itself; flat past the last time, 0 of nothing."""
        index = bisect_right(self.steps, time, key=attrgetter("time")) - 1
        return self.steps[index].incidence if index >= 0 else 0.0


def aalen_johansen(rows: Iterable[Row]) -> Incidence:
    """The incidence of rows (time, first, second, censored) in any order; ends come before what is censored.

    Rows of the same time are added up; counts may be fractions. ValueError for a time or a count below 0.
    """
    merged = _merged(rows)
    n = at_risk = sum(sum(row[1:]) for row in merged)
    survival, incidence, spread, steps = 1.0, 0.0, _Spread(), []
    for time, first, second, censored in merged:
        if at_risk <= _NOBODY:
            break
        earlier = survival
        incidence += earlier * first / at_risk
        left = at_risk - first - second
        survival = earlier * left / at_risk if left > _NOBODY else 0.0
        variance = spread.add(earlier, incidence, at_risk, first, left)
        steps.append(Step(time, at_risk, first, second, incidence, survival, variance))
        at_risk = left - censored
    return Incidence(n, tuple(steps))


def smoothed(rows: Iterable[Row], overall: Incidence, *, pseudo: float = PSEUDO_LEADS) -> Incidence:
    """The curve of a band with `pseudo` leads more that went exactly as all leads did.

    With nothing censored that is (n · own + pseudo · overall) / (n + pseudo) at each time. With some censored the
    weight of the band's own leads goes down with those still followed, so a young band goes on as all leads do. A band
    of nothing is the overall curve. Its variance takes the pseudo-leads for real and is of no use.
    """
    added: list[Row] = []
    survival, incidence = 1.0, 0.0
    for step in overall.steps:
        first = step.incidence - incidence
        second = survival - step.survival - first
        added.append((step.time, pseudo * first, pseudo * max(0.0, second), 0.0))
        survival, incidence = step.survival, step.incidence
    if overall.steps:
        added.append((overall.steps[-1].time, 0.0, 0.0, pseudo * survival))
    return aalen_johansen([*rows, *added])


class _Spread:
    """Running sums, so that the variance at each time costs no walk back over the earlier ones.

    With F the incidence, d ends of both kinds and d1 of the first among n: var F(t) = Σ (F(t)-F(s))² d/(n(n-d))
    + Σ S(s-)² d1(n-d1)/n³ - 2 Σ (F(t)-F(s)) S(s-) d1/n².
    """

    def __init__(self) -> None:
        self.squares = self.squares_by = self.squares_by2 = self.own = self.cross = self.cross_by = 0.0

    def add(self, earlier: float, incidence: float, at_risk: float, first: float, left: float) -> float:
        """Take in one time and give the variance at it."""
        # Once nobody is left the curve is flat, so that F(t) - F(s) is 0 and the endless weight counts for nothing.
        weight = (at_risk - left) / (at_risk * left) if left > _NOBODY else 0.0
        share = earlier * first / at_risk**2
        self.squares += weight
        self.squares_by += weight * incidence
        self.squares_by2 += weight * incidence**2
        self.own += earlier**2 * first * (at_risk - first) / at_risk**3
        self.cross += share
        self.cross_by += share * incidence
        grown = self.squares * incidence**2 - 2 * self.squares_by * incidence + self.squares_by2
        return max(0.0, grown + self.own - 2 * (self.cross * incidence - self.cross_by))


def _merged(rows: Iterable[Row]) -> list[Row]:
    kept = sorted((_checked(row) for row in rows), key=itemgetter(0))
    merged: list[Row] = []
    for time, same in groupby(kept, key=itemgetter(0)):
        counts = list(same)
        first, second, censored = (sum(row[index] for row in counts) for index in (1, 2, 3))
        if first or second or censored:
            merged.append((time, first, second, censored))
    return merged


def _checked(row: Row) -> Row:
    if not 0 <= row[0] < inf:
        raise ValueError(f"time must be 0 or more, not {row[0]}")
    if min(row[1:]) < 0:
        raise ValueError(f"counts must be 0 or more, not {row[1:]} at {row[0]}")
    return row
