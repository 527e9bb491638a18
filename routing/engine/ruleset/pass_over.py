"""One pass over a JSON body that collects what is wrong, with its path, instead of stopping at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leads.conditions import Catalogue
from routing.engine.ruleset.shape import Directory
from routing.engine.trace import Number, Numbers


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """One thing wrong in a rule set: where (as `rules[2].steps[0].options.rep`), a code, and its numbers."""

    path: str
    code: str
    numbers: Numbers = ()

    def __str__(self) -> str:
        told = ", ".join(f"{name} {number}" for name, number in self.numbers)
        return f"{self.path or 'rules'}: {self.code}" + (f" ({told})" if told else "")


class RuleSetError(ValueError):
    """The rule set cannot be read; `problems` lists everything that is wrong with it."""

    def __init__(self, problems: tuple[RuleProblem, ...]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


class Pass:
    """What all readers share: texts, whole numbers, choices, lists, and the problems found so far."""

    def __init__(self, catalogue: Catalogue, directory: Directory | None) -> None:
        self.catalogue = catalogue
        self.directory = directory
        self.problems: list[RuleProblem] = []

    def wrong(self, path: str, code: str, **numbers: Number) -> None:
        self.problems.append(RuleProblem(path, code, tuple(sorted(numbers.items()))))

    def choice(self, value: object, path: str, choices: tuple[str, ...]) -> str | None:
        """One of the choices; None where none is given, or a wrong one."""
        if value is None or value in choices:
            return value if isinstance(value, str) else None
        self.wrong(path, "wrong_choice", expected=", ".join(choices))
        return None

    def keys(self, body: Mapping[Any, Any], known: set[str], path: str) -> None:
        for key in body:
            if key not in known:
                self.wrong(path, "unknown_key", key=shown(key))

    def items(self, body: object, path: str, most: int) -> list[object]:
        if not isinstance(body, list | tuple):
            self.wrong(path, "not_a_list")
            return []
        if len(body) > most:
            self.wrong(path, "too_many", most=most)
        return list(body)[:most]

    def text(self, value: object, path: str, longest: int, absent: str) -> str | None:
        if not isinstance(value, str) or not value.strip():
            self.wrong(path, absent)
            return None
        if any(c == "\x00" or "\ud800" <= c <= "\udfff" for c in value):
            self.wrong(path, "bad_text")
            return None
        if len(value) > longest:
            self.wrong(path, "too_long", most=longest)
            return None
        return value.strip()

    def whole(self, value: object, path: str, low: int, high: int) -> int | None:
        """A whole number in bounds; None where none is given."""
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.wrong(path, "wrong_type", expected="whole number")
            return None
        if not low <= value <= high:
            self.wrong(path, "out_of_bounds", high=high, low=low)
            return None
        return value


def shown(value: object) -> str:
    """A foreign key short and clean enough to stand in an error."""
    text = value if isinstance(value, str) else type(value).__name__
    return text[:80].encode("utf-8", "replace").decode()
