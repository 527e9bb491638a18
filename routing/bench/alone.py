"""Deciding alone: no database, only values."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from statistics import median

from leads.conditions.fields import catalogue
from routing.bench.company import COUNTRIES, MEMBERS, rule_bodies
from routing.engine import world as w
from routing.engine.decide import decide
from routing.engine.ruleset import RuleSet, parse, parse_steps

_AT = datetime(2026, 3, 4, 10, tzinfo=UTC)
_LEADS = 2000


def seconds_of(act: Callable[[], object]) -> float:
    """How long it took."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def against(few: int, many: int, *, rounds: int) -> tuple[float, float]:
    """Decisions a second with few and with many rules, measured in turns so that a busy machine harms both alike."""
    one, other = _round(few), _round(many)
    pairs = [(seconds_of(one), seconds_of(other)) for _n in range(rounds)]
    return _LEADS / median(p[0] for p in pairs), _LEADS / median(p[1] for p in pairs)


def _round(count: int) -> Callable[[], None]:
    rules, world, leads = _rules(count), _world(), _leads()

    def run() -> None:
        for lead in leads:
            decide(lead, world, rules, at=_AT)

    return run


def _rules(count: int) -> RuleSet:
    return parse({"rules": rule_bodies([1, 2, 3, 4, 5], count)}, catalogue())


def _world() -> w.World:
    day = timedelta(days=1)
    reps = {n: w.Rep(n, ((_AT - day, _AT + day),), (), 1_000_000) for n in range(1, 5 * MEMBERS + 1)}
    steps = parse_steps([{"strategy": name} for name in ("availability", "capacity", "weighted")])
    groups = {}
    for n in range(5):
        members = tuple(w.Member(n * MEMBERS + m + 1, 1 + m % 3) for m in range(MEMBERS))
        groups[n + 1] = w.Group(n + 1, members, steps, 900)
    return w.World(groups=groups, reps=reps)


def _leads() -> Sequence[w.Lead]:
    fold = catalogue().fold
    found = []
    for n in range(_LEADS):
        facts = {"country": COUNTRIES[n % len(COUNTRIES)], "employees": Decimal(1 + n % 300), "source": "Website"}
        found.append(w.Lead(n + 1, facts, fold(facts)))
    return found
