"""Teams made up from a seed: weights, comings and goings, limits, markets. The same seed makes the same team."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random

LEADS = 5000
MOST_MEMBERS = 50
MOST_WEIGHT = 10
MARKETS = ("at", "be", "ch", "de", "dk", "fr", "nl", "se")

Spell = tuple[int, int]  # half-open, in numbers of leads
Able = tuple[int, ...]  # members who could take one lead, ascending


class Scenario(StrEnum):
    """What keeps people from taking a lead."""

    FULL = "all on duty"
    DUTY = "on and off duty"
    CAPS = "limits, on and off duty"
    MARKETS = "markets, on and off duty"


@dataclass(frozen=True, slots=True)
class Team:
    """One team and its leads; members and leads are counted from 0, and the number of a lead is also its instant."""

    scenario: Scenario
    seed: int
    weights: tuple[int, ...]
    duty: tuple[tuple[Spell, ...], ...]  # of each member
    caps: tuple[int | None, ...]  # open leads at once, of each member
    covers: tuple[frozenset[str], ...]  # markets of each member; all of them where markets do not matter
    market: tuple[str, ...]  # of each lead
    lasts: tuple[int, ...]  # how many leads later each lead is closed, whoever has it
    on_duty: tuple[Able, ...]  # for each lead: on duty and covering its market, limits left out


def team(scenario: Scenario, seed: int, leads: int = LEADS) -> Team:
    """The team of this scenario and seed."""
    draw = Random(f"{scenario.value} {seed}")  # noqa: S311 - made-up teams, no secrets
    count = draw.randint(2, MOST_MEMBERS)
    weights = tuple(draw.randint(1, MOST_WEIGHT) for _ in range(count))
    always = scenario is Scenario.FULL
    duty = tuple(((0, leads),) if always else tuple(_spells(draw, leads)) for _ in range(count))
    caps: tuple[int | None, ...] = (None,) * count
    lasts = (leads,) * leads
    if scenario is Scenario.CAPS:
        most = [draw.randint(1, 12) for _ in range(count)]
        # Half of them are there on average; from more room than leads to more leads than room.
        typical = draw.uniform(0.5, 1.2) * sum(most) / 2
        caps, lasts = tuple(most), tuple(1 + int(draw.expovariate(1 / typical)) for _ in range(leads))
    covers, market = (frozenset(MARKETS),) * count, (MARKETS[0],) * leads
    if scenario is Scenario.MARKETS:
        covers = tuple(frozenset(draw.sample(MARKETS, draw.randint(1, len(MARKETS)))) for _ in range(count))
        popular = [draw.uniform(0.1, 1) for _ in MARKETS]
        market = tuple(draw.choices(MARKETS, popular, k=leads))
    on_duty = tuple(_on_duty(duty, covers, market))
    return Team(scenario, seed, weights, duty, caps, covers, market, lasts, on_duty)


def _spells(draw: Random, leads: int) -> Iterator[Spell]:
    """Comings and goings: from short breaks to weeks away, each member with a habit of their own."""
    here, away = (draw.choice((20, 60, 200, 600)) for _ in range(2))
    now = -int(draw.expovariate(1 / (here + away)))
    while now < leads:
        end = now + 1 + int(draw.expovariate(1 / here))
        if end > 0:
            yield max(now, 0), min(end, leads)
        now = end + 1 + int(draw.expovariate(1 / away))


def _on_duty(
    duty: tuple[tuple[Spell, ...], ...], covers: tuple[frozenset[str], ...], market: tuple[str, ...]
) -> Iterator[Able]:
    """Lead by lead, from the instants at which somebody comes or goes."""
    changes: dict[int, list[int]] = {}
    for member, spells in enumerate(duty):
        for instant in (at for spell in spells for at in spell):
            changes.setdefault(instant, []).append(member)
    here: set[int] = set()
    by_market: dict[str, Able] = {}
    for lead, wanted in enumerate(market):
        if lead in changes:
            here ^= set(changes[lead])
            by_market = {}
        if wanted not in by_market:
            by_market[wanted] = tuple(member for member in sorted(here) if wanted in covers[member])
        yield by_market[wanted]
