"""The score of the leaderboard: wins against what the same leads bring usually, drawn to par as far as luck may be.

Observed over expected by indirect standardisation, shrunk with a gamma prior of mean 1 (Clayton and Kaldor, Biometrics
43 (1987) 671). Order is said only where it can be: Goldstein and Spiegelhalter, J. R. Stat. Soc. A 159 (1996) 385.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import gt
from random import Random

from reporting.statistics import gamma

PAR = 100.0
# A score of fewer leads, or with fewer wins expected, is "too early" to stand in an order.
ENOUGH_LEADS = 30
ENOUGH_EXPECTED = 5.0
# Bounds of the prior's strength, in expected wins.
LEAST_STRENGTH, MOST_STRENGTH = 4.0, 400.0
INTERVAL = 0.9
DRAWS = 4_000
# From which chance of being best on a leader is named; else the group that holds the best with the second chance.
NAMED, GROUPED = 0.8, 0.9
# Two are too close to call while either is ahead with at least this chance.
CLOSE = 0.05


@dataclass(frozen=True, slots=True)
class Record:
    """What one rep had: leads kept, wins observed, and wins expected of just these leads with their variance.

    With I the chance of each lead by its band and age, `expected` is Σ I and `variance` Σ I (1 - I); see `record`.
    """

    rep: int
    leads: int
    observed: float
    expected: float
    variance: float


@dataclass(frozen=True, slots=True)
class Standing:
    """A rep's score with its interval (100 is par), and what can be said of the place.

    `ratio` is observed / expected before shrinking (None of nothing expected). `best` is the chance of being the best
    of those shown, `close` who cannot be told apart from this rep; both empty where it is too early (`shown` is False).
    """

    rep: int
    leads: int
    observed: float
    expected: float
    ratio: float | None
    score: float
    low: float
    high: float
    shown: bool
    best: float | None = None
    close: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Board:
    """All standings, best score first and those too early last; the leader if one can be named, else the leading group.

    `between` is τ², the variance between reps, `noise` φ, what luck alone makes, `strength` the α of the prior.
    """

    standings: tuple[Standing, ...]
    leader: int | None
    leading: tuple[int, ...]
    between: float
    noise: float
    strength: float


def record(rep: int, leads: Iterable[tuple[bool, float]]) -> Record:
    """The record of leads (won, chance); ValueError for a chance outside of 0 to 1."""
    n, observed, expected, variance = 0, 0, 0.0, 0.0
    for won, chance in leads:
        if not 0 <= chance <= 1:
            raise ValueError(f"chance must be from 0 to 1, not {chance}")
        n, observed = n + 1, observed + bool(won)
        expected, variance = expected + chance, variance + chance * (1 - chance)
    return Record(rep, n, observed, expected, variance)


def between_reps(records: Iterable[Record]) -> tuple[float, float]:
    """τ² and φ by moments: max(0, (Σ E (O/E-1)² - (n-1) φ) / (ΣE - ΣE²/ΣE)), φ = ΣV/ΣE; 0, 0 of fewer than two reps."""
    counted = [each for each in records if each.expected > 0]
    expected = sum(each.expected for each in counted)
    if len(counted) < 2:
        return 0.0, 0.0
    noise = sum(each.variance for each in counted) / expected
    spread = sum((each.observed - each.expected) ** 2 / each.expected for each in counted)
    room = expected - sum(each.expected**2 for each in counted) / expected
    return max(0.0, (spread - (len(counted) - 1) * noise) / room), noise


def strength_of(between: float) -> float:
    """α = 1/τ² within its bounds: how many expected wins at par the prior counts for."""
    return min(MOST_STRENGTH, max(LEAST_STRENGTH, 1 / between)) if between > 0 else MOST_STRENGTH


def score(each: Record, strength: float) -> float:
    """100 (O + α) / (E + α)."""
    return PAR * (each.observed + strength) / (each.expected + strength)


def interval(each: Record, strength: float, *, width: float = INTERVAL) -> tuple[float, float]:
    """The interval of the score: quantiles of Gamma(shape O + α, rate E + α)."""
    shape, rate = each.observed + strength, each.expected + strength
    low, high = (PAR * gamma.quantile(p, shape, rate) for p in ((1 - width) / 2, (1 + width) / 2))
    return low, high


def is_enough(each: Record) -> bool:
    return each.leads >= ENOUGH_LEADS and each.expected >= ENOUGH_EXPECTED


def board(records: Iterable[Record], *, seed: int, draws: int = DRAWS) -> Board:
    """The leaderboard; the same records and seed give the same board, whatever the records' order."""
    known = sorted(records, key=lambda each: each.rep)
    between, noise = between_reps(known)
    strength = strength_of(between)
    drawn = draw([each for each in known if is_enough(each)], strength, seed=seed, draws=draws)
    best = best_of(drawn)
    close = too_close(drawn)
    standings = (_standing(each, strength, best, close) for each in known)
    in_order = sorted(standings, key=lambda each: (not each.shown, -each.score, each.rep))
    leading = leading_group(best)
    leader = leading[0] if leading and best[leading[0]] >= NAMED else None
    return Board(tuple(in_order), leader, leading if leader is None else (leader,), between, noise, strength)


def draw(records: Sequence[Record], strength: float, *, seed: int, draws: int) -> dict[int, list[float]]:
    """What each rep's true ratio may be, so many times."""
    random = Random(seed)  # noqa: S311 - chances, no secrets
    return {
        each.rep: [random.gammavariate(each.observed + strength, 1 / (each.expected + strength)) for _ in range(draws)]
        for each in records
    }


def best_of(drawn: Mapping[int, Sequence[float]]) -> dict[int, float]:
    """The chance of each rep to be the best: the share of draws in which it is; they add up to 1."""
    reps, counts = list(drawn), dict.fromkeys(drawn, 0)
    for row in zip(*drawn.values(), strict=True):
        counts[reps[row.index(max(row))]] += 1
    return {rep: count / len(drawn[rep]) for rep, count in counts.items()}


def leading_group(best: Mapping[int, float]) -> tuple[int, ...]:
    """The smallest set of reps that holds the best with at least 90 %, likeliest first."""
    group: list[int] = []
    held = 0.0
    for rep in sorted(best, key=lambda rep: (-best[rep], rep)):
        if held >= GROUPED:
            break
        group.append(rep)
        held += best[rep]
    return tuple(group)


def too_close(drawn: Mapping[int, Sequence[float]]) -> dict[int, tuple[int, ...]]:
    """For each rep all others of whom it is not said with 95 % which of the two is ahead; mutual by its nature."""
    close: dict[int, list[int]] = {rep: [] for rep in drawn}
    reps = list(drawn)
    for index, one in enumerate(reps):
        for other in reps[index + 1 :]:
            ahead = sum(map(gt, drawn[one], drawn[other])) / len(drawn[one])
            if CLOSE <= ahead <= 1 - CLOSE:
                close[one].append(other)
                close[other].append(one)
    return {rep: tuple(others) for rep, others in close.items()}


def _standing(
    each: Record, strength: float, best: Mapping[int, float], close: Mapping[int, tuple[int, ...]]
) -> Standing:
    low, high = interval(each, strength)
    return Standing(
        rep=each.rep,
        leads=each.leads,
        observed=each.observed,
        expected=each.expected,
        ratio=each.observed / each.expected if each.expected > 0 else None,
        score=score(each, strength),
        low=low,
        high=high,
        shown=is_enough(each),
        best=best.get(each.rep),
        close=close.get(each.rep, ()),
    )
