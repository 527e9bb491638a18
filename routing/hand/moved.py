"""What a verb over many leads answers: how many moved, and why the others stayed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from leads.models import Lead

CHUNK = 200  # leads in one turn: nobody else waits longer than for a batch


@dataclass(slots=True)
class Moved:
    """The leads that moved, and how many stayed for which reason (codes of `wording.stays_because`)."""

    leads: list[int] = field(default_factory=list)
    stayed: Counter[str] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        """How many moved."""
        return len(self.leads)

    def add(self, other: "Moved") -> None:
        """Another chunk."""
        self.leads += other.leads
        self.stayed += other.stayed


@dataclass(slots=True)
class Split:
    """Leads sorted for a verb: those that go, and by lead why it stays."""

    going: list[Lead] = field(default_factory=list)
    stays: dict[int, str] = field(default_factory=dict)

    def place(self, lead: Lead, why: str) -> None:
        """It stays where there is a reason."""
        if why:
            self.stays[lead.pk] = why
        else:
            self.going.append(lead)

    def stayed(self) -> Counter[str]:
        """How many stay for which reason."""
        return Counter(self.stays.values())


def chunks(leads: Sequence[Lead]) -> Iterator[tuple[int, list[int]]]:
    """By division, at most 200 at a time."""
    for division in sorted({lead.division_id for lead in leads}):
        wanted = sorted({lead.pk for lead in leads if lead.division_id == division})
        for start in range(0, len(wanted), CHUNK):
            yield division, wanted[start : start + CHUNK]


def locked(pks: Sequence[int]) -> list[Lead]:
    """The rows under the turn, by number."""
    return list(Lead.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk"))
