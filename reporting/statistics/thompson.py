"""Weights by output: Thompson sampling over the shrunk scores, with a floor and a ceiling for every rep.

Thompson, Biometrika 25 (1933) 285; Russo et al., A Tutorial on Thompson Sampling (2018); floors for people: Claure et
al. (2020), Patil et al. (2021). A share of 1 is what even rotation gives; shares of all add up to their number.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from reporting.statistics.shrunk import ENOUGH_LEADS, Record

DRAWS = 300
# An older week counts for so much of the week after it.
DECAY = 0.97
WHOLE = 100


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most of an even share that anyone gets; 0 <= floor <= 1 <= ceiling, else ValueError."""

    floor: float = 0.5
    ceiling: float = 2.0

    def __post_init__(self) -> None:
        if not 0 <= self.floor <= 1:
            raise ValueError(f"floor must be from 0 to 1, not {self.floor}")
        if self.ceiling < 1:
            raise ValueError(f"ceiling must be 1 or more, not {self.ceiling}")


def shares(
    records: Iterable[Record], *, strength: float, seed: int, bounds: Bounds | None = None, draws: int = DRAWS
) -> dict[int, float]:
    """The share of each rep by rep: the mean of what each draw of all true ratios would give.

    Who has fewer than 30 matured leads gets an even share, and the others share theirs. The same records and seed give
    the same shares, whatever the records' order.
    """
    bounds = bounds or Bounds()
    known = sorted(records, key=lambda each: each.rep)
    ready = [each for each in known if each.leads >= ENOUGH_LEADS]
    random = Random(seed)  # noqa: S311 - chances, no secrets
    posterior = [(each.observed + strength, 1 / (each.expected + strength)) for each in ready]
    totals, by_place = [0.0] * len(ready), fill(len(ready), bounds)
    for _ in range(draws):
        drawn = [random.gammavariate(shape, scale) for shape, scale in posterior]
        for share, index in zip(by_place, sorted(range(len(ready)), key=drawn.__getitem__, reverse=True), strict=True):
            totals[index] += share
    found = {each.rep: total / draws for each, total in zip(ready, totals, strict=True)}
    return {each.rep: found.get(each.rep, 1.0) for each in known}


def fill(n: int, bounds: Bounds) -> list[float]:
    """What the best, the second and so on of n get: the floor each, the rest from the top up to the ceiling."""
    left, room, filled = n * (1 - bounds.floor), bounds.ceiling - bounds.floor, []
    for _ in range(n):
        more = max(0.0, min(room, left))
        filled.append(bounds.floor + more)
        left -= more
    return filled


def weights(found: Mapping[int, float]) -> dict[int, int]:
    """Shares as weights of the ledger: an even share is 100, and none is below 1."""
    return {rep: max(1, round(WHOLE * share)) for rep, share in found.items()}


def decayed(weeks: Sequence[Record], *, decay: float = DECAY) -> Record:
    """One record of a rep's weeks, oldest first: each counts for `decay` of the next; leads are counted whole."""
    if not weeks:
        raise ValueError("weeks must hold at least one record")
    if not 0 < decay <= 1:
        raise ValueError(f"decay must be above 0 and at most 1, not {decay}")
    observed = expected = variance = 0.0
    for week in weeks:
        observed = observed * decay + week.observed
        expected = expected * decay + week.expected
        variance = variance * decay + week.variance
    return Record(weeks[-1].rep, sum(week.leads for week in weeks), observed, expected, variance)
