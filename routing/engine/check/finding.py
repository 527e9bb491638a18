"""One thing found in a rule set: errors block publishing, warnings are shown beside the rule."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from routing.engine.ruleset import Rule
from routing.engine.trace import Number, Numbers


class Severity(StrEnum):
    """Does it block publishing?"""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: how bad, a code, the key of the rule (None: the whole set) and its numbers."""

    severity: Severity
    code: str
    rule: str | None
    numbers: Numbers = ()


def finding(severity: Severity, code: str, rule: Rule | None = None, **numbers: Number) -> Finding:
    """A finding with its numbers in order."""
    return Finding(severity, code, rule.key if rule else None, tuple(sorted(numbers.items())))
