"""The leaderboard: results per 100 leads assigned, in order, and beside it what the same leads bring others.

The order is of `per_100` and is always told; who has under 30 leads has no place yet. Money is nowhere in it. Only the
adjusted score (reporting/statistics/shrunk.py) may feed weights.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reporting.lead_quality import Quality, Result, quality
from reporting.metric import ENOUGH, Answer, share
from reporting.scope import Scope
from reporting.statistics import shrunk
from reporting.statistics.shrunk import Board, Record, Standing

# How many numbers are drawn for all reps together: from ten on each rep gets fewer of them, so the page stays quick.
_ALL_DRAWS, _FEWEST_DRAWS = 40_000, 500


@dataclass(frozen=True, slots=True)
class Line:
    """A rep's line: `rank` (nothing under 30 leads), the share with its interval, and the adjusted score."""

    rep: int
    rank: int | None
    share: Answer
    standing: Standing
    promised: float | None


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """The lines in order, all reps together, and how the adjusted scores came about."""

    lines: tuple[Line, ...]
    together: Answer
    promised: float | None
    board: Board


def leaderboard(*, scope: Scope, since: datetime, until: datetime, now: datetime, result: Result) -> Leaderboard:
    """Of all reps who were given a lead in the span."""
    found = quality(scope=scope, since=since, until=until, now=now, result=result)
    return ranked(found, seed=seed_of(scope, result, since, now))


def ranked(found: Quality, *, seed: int) -> Leaderboard:
    """The same of what every rep was given and what it promised."""
    records = found.records()
    board = shrunk.board(records, seed=seed, draws=draws_for(records))
    standings = {each.rep: each for each in board.standings}
    shares = {rep: share(had.came, had.leads) for rep, had in found.had.items()}
    in_order = sorted(shares, key=lambda rep: (shares[rep].n < ENOUGH, -(shares[rep].value or 0), -shares[rep].n, rep))
    lines = tuple(
        Line(rep, rank, shares[rep], standings[rep], found.per_lead(rep))
        for rep, rank in zip(in_order, _ranks([shares[rep] for rep in in_order]), strict=True)
    )
    together = share(sum(each.count for each in shares.values()), sum(each.n for each in shares.values()))
    return Leaderboard(lines, together, found.per_lead_of_all(), board)


def seed_of(scope: Scope, result: Result, since: datetime, now: datetime) -> int:
    """The same for the same question all day long, so that a reload tells the same."""
    asked = repr((scope.groups, result.name, since.isoformat(), now.date().isoformat()))
    return int.from_bytes(hashlib.blake2b(asked.encode(), digest_size=8).digest())


def draws_for(records: Sequence[Record]) -> int:
    """How many draws for each rep who stands in the order."""
    shown = sum(map(shrunk.is_enough, records))
    return max(_FEWEST_DRAWS, min(shrunk.DRAWS, _ALL_DRAWS // max(1, shown)))


def _ranks(shares: Sequence[Answer]) -> list[int | None]:
    """Places of shares in their order; equal ones share a place, and who has too few has none."""
    ranks: list[int | None] = []
    for index, each in enumerate(shares):
        if each.n < ENOUGH:
            ranks.append(None)
        elif index and shares[index - 1].value == each.value:
            ranks.append(ranks[-1])
        else:
            ranks.append(index + 1)
    return ranks
