"""Leads in: how many leads came in the period, owned or not.

Formula: count of leads whose arrival lies in the period; those turned away before anybody had them are left out. A lead
belongs to its first owner and that owner's group; before it has one, to the group it waits in.

Caveats: a lead that came before the period and was only assigned in it is under *Leads assigned*, not here. Imported
leads count at the instant they arrived where they came from.
"""

from reporting.metric import Answer, Counts, Metric, Over


def answer(counts: Counts) -> Answer:
    """The number."""
    return Answer(float(counts["arrived"]), counts["arrived"], counts["arrived"])


metric = Metric(name="arrived", unit="count", over=Over.ARRIVALS, counts={"arrived": "count(*)"}, answer=answer)
