"""Finds what leads that went to one place by hand have in common; pure counting, claiming no more than counts carry.

A finding is one question, or two at once, that fits at least FEWEST leads given by hand, of which at least MOSTLY
went to the same place. Chance must not make rules: among many questions some fit by luck. So it is asked how probable
so many would be if people had given these leads as they gave all others (or, where there are too few others, by lot
among everybody there is), and that must be under LUCK divided by the number of questions tried (Bonferroni).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Any

FEWEST = 8
MOSTLY = 0.8
LUCK = 0.01
MOST_FOUND = 5
_MOST_ASKED = 60  # single questions that are paired

Place = tuple[str, int]  # "rep" or "group", and its number


@dataclass(frozen=True, slots=True)
class Case:
    """A lead that a person gave: its folded facts, and the places it went to (the rep, and the group if any)."""

    folded: Mapping[str, Any]
    went: frozenset[Place]


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One thing that can be asked: of which field, as JSON, and how it is answered."""

    field: str
    tree: Mapping[str, Any]
    holds: Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class Finding:
    """`given` of `leads` that the questions fit went to `place`; the others went elsewhere."""

    questions: tuple[Question, ...]
    place: Place
    given: int
    leads: int

    @property
    def tree(self) -> dict[str, Any]:
        """As a rule asks it."""
        if len(self.questions) == 1:
            return dict(self.questions[0].tree)
        return {"all": [dict(question.tree) for question in self.questions]}


@dataclass(frozen=True, slots=True)
class _Asked:
    """Questions with the set of cases they fit, as bits."""

    questions: tuple[Question, ...]
    fits: int


def mine(cases: Sequence[Case], questions: Iterable[Question], *, places: Mapping[str, int]) -> list[Finding]:
    """At most MOST_FOUND, the one that covers most first; what one covers is no evidence for the next.

    `places`: how many reps, and how many groups, a lead could have gone to.
    """
    went = _went(cases)
    asked = _distinct(_Asked((q,), _bits((case.folded for case in cases), of=q)) for q in questions) if cases else []
    asked = [one for one in asked if one.fits.bit_count() >= FEWEST]
    whole = _Whole(len(cases), went, places)
    found = _good(asked, whole, tried=len(asked))
    alone = {(asked_.questions[0], place) for asked_, place in found}
    pairs = [
        pair
        for one, other in combinations(asked[:_MOST_ASKED], 2)
        if one.questions[0].field != other.questions[0].field
        and (pair := _Asked(one.questions + other.questions, one.fits & other.fits)).fits.bit_count() >= FEWEST
    ]
    # Two questions only where neither of them does it by itself.
    found += [
        (pair, place)
        for pair, place in _good(pairs, whole, tried=len(asked) + len(pairs))
        if not any((question, place) in alone for question in pair.questions)
    ]
    return _apart(found, whole)


@dataclass(frozen=True, slots=True)
class _Whole:
    """All cases: how many, where they went, and how many places there are of each kind."""

    n: int
    went: Mapping[Place, int]
    places: Mapping[str, int]

    def usual(self, place: Place, fits: int) -> float:
        """How often a lead goes to the place anyway: as others went there, if there are enough, and never by design."""
        by_lot = 1 / max(2, self.places.get(place[0], 2))
        others = self.n - fits.bit_count()
        if others < FEWEST:
            return by_lot
        return max(by_lot, (self.went[place] & ~fits).bit_count() / others)


def tail(k: int, n: int, p: float) -> float:
    """The probability of k or more of n where each happens with p."""
    return sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1))


def _bits(facts: Iterable[Mapping[str, Any]], *, of: Question) -> int:
    return sum(1 << n for n, folded in enumerate(facts) if of.holds(folded))


def _went(cases: Sequence[Case]) -> dict[Place, int]:
    found: Counter[Place] = Counter()
    for n, case in enumerate(cases):
        for place in case.went:
            found[place] |= 1 << n
    return dict(found)


def _distinct(asked: Iterable[_Asked]) -> list[_Asked]:
    """Of questions that fit the very same leads the first; what fits none is no question."""
    found: dict[int, _Asked] = {}
    for one in asked:
        if one.fits:
            found.setdefault(one.fits, one)
    return list(found.values())


def _good(asked: Sequence[_Asked], whole: _Whole, *, tried: int) -> list[tuple[_Asked, Place]]:
    return [(one, place) for one in asked for place in whole.went if _holds(one.fits, place, whole, tried)]


def _holds(fits: int, place: Place, whole: _Whole, tried: int) -> bool:
    n, k = fits.bit_count(), (fits & whole.went[place]).bit_count()
    if k < FEWEST or k < MOSTLY * n or whole.places.get(place[0], 0) < 2:  # one place is no choice
        return False
    return tail(k, n, whole.usual(place, fits)) * max(1, tried) <= LUCK


def _apart(found: Iterable[tuple[_Asked, Place]], whole: _Whole) -> list[Finding]:
    """The ones that cover most; the next must stand on leads of its own. A rep goes before their group."""

    def order(one: tuple[_Asked, Place]) -> tuple[int, int, bool]:
        asked, place = one
        return (-(asked.fits & whole.went[place]).bit_count(), len(asked.questions), place[0] != "rep")

    told: list[Finding] = []
    covered = 0
    for asked, place in sorted(found, key=order):
        mine_ = asked.fits & whole.went[place]
        if (mine_ & ~covered).bit_count() < FEWEST or len(told) == MOST_FOUND:
            continue
        covered |= mine_
        told.append(Finding(asked.questions, place, mine_.bit_count(), asked.fits.bit_count()))
    return told
