"""Alerts on a measured quantity (as the log of a day's response time): the exponentially weighted moving average.

Roberts, Technometrics 1 (1959) 239; Lucas and Saccucci, Technometrics 32 (1990) 1: with λ = 0.2 and L = 2.86 there are
about 370 values between two false alarms, and a drift of one standard deviation is noticed after about ten.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import NamedTuple


class Side(StrEnum):
    """Which limit was passed."""

    HIGH = "high"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Chart:
    """What is usual (mean and standard deviation of single values, deviation above 0), and how it is watched."""

    mean: float
    deviation: float
    smoothing: float = 0.2
    width: float = 2.86

    def __post_init__(self) -> None:
        if self.deviation <= 0:
            raise ValueError(f"deviation must be above 0, not {self.deviation}")
        if not 0 < self.smoothing <= 1:
            raise ValueError(f"smoothing must be above 0 and at most 1, not {self.smoothing}")


@dataclass(frozen=True, slots=True)
class State:
    """Where a chart stands, to be kept and gone on from; `average` is None before the first value."""

    average: float | None = None
    seen: int = 0


class Point(NamedTuple):
    """The average after one value, the limits it had to stay inside, and which of them it passed."""

    value: float
    average: float
    low: float
    high: float
    passed: Side | None


def step(state: State, value: float, *, chart: Chart) -> tuple[State, Point]:
    """The state after one more value, and the point to draw.

    The limits are mean ± L σ √(λ/(2-λ) (1-(1-λ)^2t)), narrower at first. The average goes on after an alarm: it comes
    back by itself if the matter does.
    """
    before = chart.mean if state.average is None else state.average
    average = chart.smoothing * value + (1 - chart.smoothing) * before
    seen = state.seen + 1
    rest = (1 - chart.smoothing) ** (2 * seen)
    half = chart.width * chart.deviation * sqrt(chart.smoothing / (2 - chart.smoothing) * (1 - rest))
    low, high = chart.mean - half, chart.mean + half
    passed = Side.HIGH if average > high else Side.LOW if average < low else None
    return State(average, seen), Point(value, average, low, high, passed)


def watch(values: Iterable[float], *, chart: Chart, state: State | None = None) -> tuple[State, list[Point]]:
    """Take in values in their order, from a state on; gives the state after and all points."""
    state, points = state or State(), []
    for value in values:
        state, point = step(state, value, chart=chart)
        points.append(point)
    return state, points
