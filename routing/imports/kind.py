"""What every kind of import does with a batch of rows: look at it, or bring it in."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from leads.files import Row

NEW, KNOWN, ENQUIRY, REFUSED = "new", "repeated", "enquiry", "refused"
CHANGED, SAME, ENDED = "changed", "same", "ended"


@dataclass(slots=True)
class Told:
    """What becomes of one row: its outcome, and the problems by field or what changes, in words."""

    row: Row
    outcome: str
    problems: dict[str, str] = field(default_factory=dict)
    says: str = ""

    @property
    def reasons(self) -> str:
        """For a cell of a table."""
        return "; ".join(f"{name}: {why}" for name, why in self.problems.items()) or self.says


@dataclass(slots=True)
class Batch:
    """What became of the rows of a batch: how many of each outcome, and those worth a word."""

    counts: Counter[str] = field(default_factory=Counter)
    told: list[Told] = field(default_factory=list)

    def add(self, told: Told) -> None:
        """Count one row, and keep it where there is something to say of it."""
        self.counts[told.outcome] += 1
        if told.problems or told.says:
            self.told.append(told)


# Called inside the transaction of the batch, last: moves the place in the file with the rows.
Along = Callable[[Batch], None]


class Kind(Protocol):
    """One kind of rows."""

    def look(self, rows: Sequence[Row]) -> Batch:
        """What would become of them; nothing is written."""

    def bring(self, rows: Sequence[Row], along: Along) -> None:
        """Write them in one transaction, `along` included."""
