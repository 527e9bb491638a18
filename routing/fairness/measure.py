"""Plays a team's leads by one way of sharing, and keeps the book: what each was entitled to, and what each got."""

from __future__ import annotations

from dataclasses import dataclass

from routing.fairness.rivals import Way
from routing.fairness.teams import Able, Team

STREAK_OF = 3  # a row of leads to one person counts while at least so many could take each


@dataclass(frozen=True, slots=True)
class Result:
    """One team by one way: the worst that happened to anybody at any instant, in leads."""

    over: float
    under: float
    streak: int
    line: tuple[float, ...] = ()  # after each lead: how far whoever is furthest off is

    @property
    def worst(self) -> float:
        """The greater of the two."""
        return max(self.over, self.under)


class Book:
    """Received less entitled, member by member. It knows nothing of how a lead was shared, only who could take it."""

    def __init__(self, weights: tuple[int, ...]) -> None:
        self.weights = weights
        self.deviation = [0.0] * len(weights)
        self.over = self.under = 0.0
        self.streak = self.row = 0
        self.last: int | None = None

    def add(self, able: Able, winner: int) -> None:
        """A lead that these could have taken went to this one."""
        deviation, weights = self.deviation, self.weights
        share = 1 / sum([weights[member] for member in able])
        for member in able:
            deviation[member] -= weights[member] * share
        deviation[winner] += 1
        # Only the winner can be further over than before, and only the others further under.
        self.over = max(self.over, deviation[winner])
        self.under = max(self.under, -min([deviation[member] for member in able]))
        self._count(winner if len(able) >= STREAK_OF else None)

    def _count(self, winner: int | None) -> None:
        self.row = self.row + 1 if winner is not None and winner == self.last else 1
        self.last = winner
        if winner is not None:
            self.streak = max(self.streak, self.row)


def play(team: Team, way: type[Way], *, lines: bool = False) -> Result:
    """All leads of the team; each way has its own open leads, so limits bite where that way made them bite."""
    rule, book = way(team), Book(team.weights)
    held = [0] * len(team.weights)
    closing: dict[int, list[tuple[int, int]]] = {}
    line: list[float] = []
    limited = any(cap is not None for cap in team.caps)
    for lead, able in enumerate(team.on_duty):
        for closed, member in closing.pop(lead, ()):
            held[member] -= 1
            rule.closed(closed, member, lead)
        if limited:
            able = tuple([m for m in able if (cap := team.caps[m]) is None or held[m] < cap])  # noqa: PLW2901 - fewer
        winner = rule.give(lead, able)
        if winner is not None:
            book.add(able, winner)
            held[winner] += 1
            closing.setdefault(lead + team.lasts[lead], []).append((lead, winner))
        if lines:
            line.append(max(map(abs, book.deviation)))
    return Result(book.over, book.under, book.streak, tuple(line))
