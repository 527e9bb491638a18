"""What a simulation answers, as plain values: counts, leads that would move and why, load and caps, deviation."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from routing.engine.slate import Outcome
from routing.simulate.cases import Case, Fate

MOST_MOVES = 5000
# No rule said where to.
_UNMATCHED = frozenset({"no_rule_matched", "no_rules"})
_WAITS = frozenset({Outcome.POOLED.value, Outcome.HELD.value, Outcome.DESK.value})
SIDES = ("here", "there", "happened")


@dataclass(slots=True)
class Result:
    """Numbers only; sentences are made of them where they are read (`routing.simulate.words`).

    Sides: `here` are the rules that were asked about, `there` the version they are held against, `happened` what
    became of the leads. Counters are keyed by number as text, as JSON has it.
    """

    since: str = ""
    until: str = ""
    roster: str = "then"
    against: str = "live"
    leads: int = 0
    moving: int = 0
    within: int = 0  # of them, those that stay in their group and go to another rep of it
    waits: dict[str, int] = field(default_factory=dict)  # side -> leads that nobody had at once
    held_until: dict[str, int] = field(default_factory=dict)  # weekday -> leads of `here` that wait until then at first
    outcomes: dict[str, dict[str, int]] = field(default_factory=dict)  # side -> where the rules sent them
    reps: dict[str, dict[str, int]] = field(default_factory=dict)  # side -> rep -> leads got by rule or pulled
    groups: dict[str, dict[str, int]] = field(default_factory=dict)
    moves: list[dict[str, Any]] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    load: dict[str, list[int]] = field(default_factory=dict)  # rep -> most open leads of each day
    caps: dict[str, int] = field(default_factory=dict)  # rep -> open leads at most, at the end
    at_cap: dict[str, dict[str, int]] = field(default_factory=dict)  # side -> rep -> how often passed over
    deviation: dict[str, dict[str, list[Any]]] = field(default_factory=dict)  # side -> group -> [leads, rep]
    released: int = 0
    by_hand: int = 0  # really given by hand, which no rule would repeat
    left_out: dict[str, int] = field(default_factory=dict)
    assumptions: list[str] = field(default_factory=list)  # codes
    # Of a trial beside live: day -> [leads, decided as live did]; side -> group -> rep -> leads off the fair share.
    daily: dict[str, list[int]] = field(default_factory=dict)
    off: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    seconds: float = 0.0
    read_seconds: float = 0.0
    fold_rate: float = 0.0  # decisions a second, the fold alone
    rate: float = 0.0  # leads a second, end to end

    def as_json(self) -> dict[str, Any]:
        """As the row keeps it."""
        return asdict(self)

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Result":
        """Of a row; entries of another version of this program are left out."""
        known = set(cls.__dataclass_fields__)
        return cls(**{name: value for name, value in stored.items() if name in known})

    def count(self, side: str, fate: Fate | None, owner: tuple[int, int | None] | None, *, waited: bool) -> None:
        """One lead on one side."""
        outcomes = self.outcomes.setdefault(side, {})
        _add(outcomes, "undecided" if fate is None else fate.outcome)
        if fate is not None and fate.code in _UNMATCHED:
            _add(outcomes, "unmatched")
        if waited:
            _add(self.waits, side)
        if owner is not None:
            _add(self.reps.setdefault(side, {}), str(owner[0]))
            if owner[1] is not None:
                _add(self.groups.setdefault(side, {}), str(owner[1]))

    def compare(self, case: Case, before: Fate | None, after: Fate | None) -> None:
        """Note the lead where it would move."""
        if before is None or after is None or before.place == after.place:
            return
        self.moving += 1
        self.within += before.place[:2] == after.place[:2]
        if len(self.moves) < MOST_MOVES:
            self.moves.append({"lead": case.name, "at": case.at.isoformat(), "from": _told(before), "to": _told(after)})

    def differences(self) -> list[tuple[int, int]]:
        """(rep, leads more or less than the other side), most first."""
        here, other = self.reps.get("here", {}), self.reps.get(self.other, {})
        rows = [(int(rep), here.get(rep, 0) - other.get(rep, 0)) for rep in {*here, *other}]
        return sorted((row for row in rows if row[1]), key=lambda row: (-abs(row[1]), -row[1], row[0]))

    @property
    def other(self) -> str:
        """The side that the rules are held against."""
        return "there" if self.against == "live" else "happened"


def waits(fate: Fate | None) -> bool:
    """Whether nobody had the lead at once."""
    return fate is None or fate.outcome in _WAITS


def _told(fate: Fate) -> dict[str, Any]:
    return {
        "outcome": fate.outcome,
        "group": fate.group,
        "rep": fate.rep,
        "rule": fate.rule,
        "reason": [fate.code, fate.numbers],
    }


def _add(counts: dict[str, int], key: str) -> None:
    counts[key] = counts.get(key, 0) + 1


def texts(counts: Mapping[int, int] | Counter[int]) -> dict[str, int]:
    """Counts by number, as JSON keeps them."""
    return {str(key): value for key, value in sorted(counts.items())}


def happened(cases: Iterable[Case]) -> Sequence[tuple[Case, tuple[int, int | None] | None]]:
    """Who really got each lead by a rule or by pulling it."""
    return [(case, (case.owner, case.owner_group) if case.owner is not None else None) for case in cases]
