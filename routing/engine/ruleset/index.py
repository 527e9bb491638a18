"""Finds the rules that could match a lead by their equality leaves, so that 1,000 rules cost little more than 50."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from typing import Any, Protocol

from leads.conditions import Condition


class HasCondition(Protocol):
    """Anything in an ordered list that a condition guards."""

    @property
    def condition(self) -> Condition: ...


@dataclass(frozen=True, slots=True)
class Index:
    """Positions of rules by a text one of whose values they need; `free` are those that no text ties down."""

    tied: Mapping[str, Mapping[str, tuple[int, ...]]] = field(default_factory=dict)  # field -> text -> positions
    free: tuple[int, ...] = ()

    @classmethod
    def build(cls, rules: Sequence[HasCondition]) -> Index:
        """Each rule stands under the one field whose texts it shares with the fewest other rules."""
        needs = [rule.condition.equalities() for rule in rules]
        shared = Counter((key, text) for needed in needs for key, texts in needed.items() for text in texts)
        tied: dict[str, dict[str, list[int]]] = {}
        for position, needed in enumerate(needs):
            if needed:
                key = min(sorted(needed), key=lambda name: sum(shared[name, text] for text in needed[name]))
                for text in needed[key]:
                    tied.setdefault(key, {}).setdefault(text, []).append(position)
        frozen = {key: {text: tuple(found) for text, found in texts.items()} for key, texts in tied.items()}
        return cls(frozen, tuple(position for position, needed in enumerate(needs) if not needed))

    def candidates(self, folded: Mapping[str, Any]) -> Iterator[int]:
        """Positions of the rules that could match, ascending; all others cannot."""
        runs = [self.free]
        for key, texts in self.tied.items():
            value = folded.get(key)
            if isinstance(value, str) and (found := texts.get(value)):
                runs.append(found)
        return iter(self.free) if len(runs) == 1 else merge(*runs)
