"""Reads a rule set from JSON; whatever is wrong is listed with its path, never raised as anything else."""

from __future__ import annotations

from dataclasses import dataclass

from leads.conditions.fields import Catalogue
from routing.engine.ruleset.shape import Directory, RuleSet
from routing.engine.trace import Numbers


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """One thing wrong in a rule set: where (as `rules[2].steps[0].options.rep`), a code, and its numbers."""

    path: str
    code: str
    numbers: Numbers = ()


class RuleSetError(ValueError):
    """The rule set cannot be read; `problems` lists everything that is wrong with it."""

    def __init__(self, problems: tuple[RuleProblem, ...]) -> None:
        super().__init__("; ".join(f"{problem.path}: {problem.code}" for problem in problems))
        self.problems = problems


def parse(body: object, catalogue: Catalogue, *, version: int = 0, directory: Directory | None = None) -> RuleSet:
    """The rule set of this JSON body, or RuleSetError with every problem."""
    raise NotImplementedError
