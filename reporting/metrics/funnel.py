"""Funnel: how many of the leads were contacted, reached, met and won; each step as a share of all leads.

Formula: contacted = a contact by the rep in the spell; reached, meeting and won as their own files say. A lead may
enter a later step without an earlier one (a meeting booked online before any call), so steps need not shrink.

Caveats: the steps are of leads got in the period and whatever became of them since; the last days lag behind.
"""

from dataclasses import dataclass

from reporting.metric import Answer, Counts, Metric, share

STEPS = ("leads", "contacted", "reached", "meetings", "won")


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


def answer(counts: Counts) -> Answer:
    """The share of leads contacted, which no other metric counts."""
    return share(counts["contacted"], counts["leads"])


metric = Metric(name="funnel", counts={"contacted": "count(DISTINCT lead_id) FILTER (WHERE touched)"}, answer=answer)
