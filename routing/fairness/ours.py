"""Our way: the engine itself, rule set, steps, fold and all, told of nothing but what it would meet in live."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from leads.conditions import Catalogue
from routing.engine.replay import Closed, Fold
from routing.engine.ruleset import parse, parse_steps
from routing.engine.world import Area, AreaKind, Group, Lead, Member, Rep, Territory, World
from routing.fairness.rivals import Way
from routing.fairness.teams import MARKETS, Able, Scenario, Team

GROUP = 1
_STEPS = {
    Scenario.FULL: ("weighted",),
    Scenario.DUTY: ("availability", "weighted"),
    Scenario.CAPS: ("availability", "capacity", "weighted"),
    Scenario.MARKETS: ("availability", "territory", "weighted"),
}
_FIRST = datetime(2026, 1, 1, tzinfo=UTC)


class DisagreementError(AssertionError):
    """The engine shared a lead among others than those who could take it."""


class MostOwed(Way):
    """Every lead is one share, split by weight among those who could take it; it goes to whoever is owed most."""

    name = "most owed (ours)"

    def __init__(self, team: Team) -> None:
        super().__init__(team)
        self.team = team
        self.fold = Fold(world_of(team), RULES)

    def give(self, lead: int, able: Able) -> int | None:
        """Decided by the engine; whom it shared the lead among is checked against those known to be able."""
        facts = {"country": self.team.market[lead]}
        decision = self.fold.decide(Lead(id=lead + 1, facts=facts, folded=facts), _instant(lead))
        entry = decision.entry
        shared = () if entry is None else entry.reps
        if shared != tuple(member + 1 for member in able):
            raise DisagreementError(f"lead {lead}: shared among {shared}, able were {able} (counted from 0)")
        return None if decision.rep is None else decision.rep - 1

    def closed(self, lead: int, member: int, now: int) -> None:
        self.fold.step(Closed(at=_instant(now), lead=lead + 1, rep=member + 1, group=GROUP))


def world_of(team: Team) -> World:
    """The team as the engine sees it; members count from 1 there."""
    members = tuple(
        Member(rep=number, weight=weight, cap=cap if number % 2 else None)
        for number, (weight, cap) in enumerate(zip(team.weights, team.caps, strict=True), start=1)
    )
    # Limits of both kinds: half of the members in the group, half over all groups.
    reps = {
        number: Rep(
            id=number,
            duty=tuple((_instant(begin), _instant(end)) for begin, end in spells),
            cap=None if number % 2 else cap,
        )
        for number, (spells, cap) in enumerate(zip(team.duty, team.caps, strict=True), start=1)
    }
    steps = parse_steps([{"strategy": name} for name in _STEPS[team.scenario]])
    return World(
        groups={GROUP: Group(id=GROUP, members=members, steps=steps)},
        reps=reps,
        territories=tuple(_territories(team)),
    )


RULES = parse({"rules": [{"name": "All", "destination": {"to": "group", "group": GROUP}}]}, Catalogue({}))


def _territories(team: Team) -> Iterator[Territory]:
    for number, market in enumerate(MARKETS, start=1):
        area = Area(kind=AreaKind.COUNTRY, countries=frozenset({market}))
        reps = frozenset(member for member, covers in enumerate(team.covers, start=1) if market in covers)
        yield Territory(id=number, group=GROUP, areas=(area,), reps=reps)


def _instant(lead: int) -> datetime:
    """A lead a minute."""
    return _FIRST + timedelta(minutes=lead)
