"""The other ways of sharing, each as its users know it: members are numbers, `give` names who gets the lead."""

from __future__ import annotations

from abc import ABC, abstractmethod
from random import Random
from typing import ClassVar

from routing.fairness.teams import Able, Team


class Way(ABC):
    """A way of sharing a team's leads."""

    name: ClassVar[str]

    def __init__(self, team: Team) -> None:
        self.weights = team.weights

    @abstractmethod
    def give(self, lead: int, able: Able) -> int | None:
        """Which of those who could take the lead gets it; None where nobody could."""

    def closed(self, lead: int, member: int, now: int) -> None:  # noqa: B027 - most ways do not ask who holds what
        """A lead is no longer open load of its member."""


class Rival(Way):
    """One that looks at nothing but numbers."""

    def give(self, lead: int, able: Able) -> int | None:
        return self.choose(able) if able else None

    @abstractmethod
    def choose(self, able: Able) -> int:
        """Who gets it; somebody could."""


class Pointer(Rival):
    """A pointer goes round a list in which each stands as often as the weight says, skipping who cannot take it.

    The list is dealt in rounds, not in blocks, which is the kindest form of it.
    """

    name = "pointer round robin with skips"

    def __init__(self, team: Team) -> None:
        super().__init__(team)
        members = range(len(self.weights))
        rounds = range(max(self.weights))
        self.places = [member for turn in rounds for member in members if self.weights[member] > turn]
        self.at = 0

    def choose(self, able: Able) -> int:
        found = set(able)
        places, at = self.places, self.at
        while places[at] not in found:
            at = (at + 1) % len(places)
        self.at = (at + 1) % len(places)
        return places[at]


class WeightedRandom(Rival):
    """Drawn by weight."""

    name = "weighted random"

    def __init__(self, team: Team) -> None:
        super().__init__(team)
        self.draw = Random(f"{team.scenario.value} {team.seed} drawn")  # noqa: S311 - the very thing measured

    def choose(self, able: Able) -> int:
        return self.draw.choices(able, [self.weights[member] for member in able])[0]


class FewestFirst(Rival):
    """Whoever had the fewest leads for their weight so far, ever; ties to the first."""

    name = "fewest leads first"

    def __init__(self, team: Team) -> None:
        super().__init__(team)
        self.after = [1 / weight for weight in self.weights]  # leads for weight, were one more given

    def choose(self, able: Able) -> int:
        chosen = min(able, key=self.after.__getitem__)
        self.after[chosen] += 1 / self.weights[chosen]
        return chosen


class SmoothRoundRobin(Rival):
    """Smooth weighted round robin as nginx has had it since 2012, over those who can take it."""

    name = "smooth weighted round robin"

    def __init__(self, team: Team) -> None:
        super().__init__(team)
        self.current = [0] * len(self.weights)

    def choose(self, able: Able) -> int:
        current, weights, total = self.current, self.weights, 0
        for member in able:
            current[member] += weights[member]
            total += weights[member]
        chosen = max(able, key=current.__getitem__)
        current[chosen] -= total
        return chosen


class LongestIdle(Rival):
    """Whoever has waited longest since the last lead; knows no weights."""

    name = "longest idle"

    def __init__(self, team: Team) -> None:
        super().__init__(team)
        self.last = [0] * len(self.weights)
        self.turn = 0

    def choose(self, able: Able) -> int:
        chosen = min(able, key=self.last.__getitem__)
        self.turn += 1
        self.last[chosen] = self.turn
        return chosen


RIVALS: tuple[type[Rival], ...] = (WeightedRandom, Pointer, LongestIdle, FewestFirst, SmoothRoundRobin)
