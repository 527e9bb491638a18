"""Funnel: how many of the leads were contacted, reached, met and won; each step as a share of all leads.

Formula: each step is the count of the metric of that name. A lead may enter a later step without an earlier one (a
meeting booked online before any call), so steps need not shrink.

Caveats: the steps are of leads got in the period and whatever became of them since; the last days lag behind.
"""

from dataclasses import dataclass

from reporting.metric import Counts

STEPS = ("leads", "responded", "reached", "meetings", "meetings_held", "opportunities", "won")


@dataclass(frozen=True, slots=True)
class Step:
    """One step, its number of leads, and their share of all (None for the first)."""

    name: str
    count: int
    share: float | None


def steps(counts: Counts) -> list[Step]:
    """All steps in order, from the counts of the metrics together."""
    whole = counts["leads"]
    return [Step(name, counts[name], None if name == "leads" or not whole else counts[name] / whole) for name in STEPS]
