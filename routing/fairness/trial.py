"""The trial: so many teams of each scenario, every way of sharing on each, on all cores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from multiprocessing import get_context
from statistics import median

from routing.fairness.measure import Result, play
from routing.fairness.ours import MostOwed
from routing.fairness.rivals import RIVALS, Way
from routing.fairness.teams import LEADS, Scenario, team

SEEDS = 100
TARGET = 1.6
WAYS: tuple[type[Way], ...] = (*RIVALS, MostOwed)
OURS = MostOwed.name

Results = Mapping[str, Result]  # way -> what it did to one team


@dataclass(frozen=True, slots=True)
class Figures:
    """One way over all teams of a scenario, or of all."""

    over: float
    under: float
    streak: int
    median: float

    @property
    def worst(self) -> float:
        """The greater of over and under."""
        return max(self.over, self.under)


class Trial:
    """What was measured, by scenario and seed."""

    def __init__(self, teams: Mapping[tuple[Scenario, int], Results], leads: int) -> None:
        self.teams, self.leads = teams, leads

    @property
    def ways(self) -> tuple[str, ...]:
        """Names, as tried."""
        return tuple(next(iter(self.teams.values())))

    def figures(self, way: str, scenario: Scenario | None = None) -> Figures:
        """Of one scenario, or of all of them."""
        found = [results[way] for (where, _seed), results in self.teams.items() if scenario in {where, None}]
        return Figures(
            max(one.over for one in found),
            max(one.under for one in found),
            max(one.streak for one in found),
            median(one.worst for one in found),
        )

    def furthest(self, way: str = OURS) -> tuple[Scenario, int]:
        """The team to which this way was worst."""
        return max(self.teams, key=lambda which: self.teams[which][way].worst)


def run(
    seeds: Iterable[int], *, leads: int = LEADS, ways: Iterable[type[Way]] = WAYS, processes: int | None = None
) -> Trial:
    """Every way on every team; the same figures whatever the number of processes."""
    chosen = tuple(ways)
    jobs = [(scenario, seed, leads, chosen) for scenario in Scenario for seed in seeds]
    if processes == 1:
        played = [_one(job) for job in jobs]
    else:
        with get_context("spawn").Pool(processes) as pool:
            played = pool.map(_one, jobs, chunksize=1)
    return Trial({(job[0], job[1]): results for job, results in zip(jobs, played, strict=True)}, leads)


def _one(job: tuple[Scenario, int, int, tuple[type[Way], ...]]) -> Results:
    scenario, seed, leads, ways = job
    made = team(scenario, seed, leads)
    return {way.name: play(made, way) for way in ways}
