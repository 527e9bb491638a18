"""Opportunities: leads that became an opportunity in the rep's hands, of all the rep was given.

Formula: leads with a furthest stage at or beyond the first stage that feeds "opportunity" (where a pipeline has none:
"won") / leads assigned.

Caveats: as for meetings booked. The interval is Wilson's, 95 %.
"""

from reporting.metric import Answer, Counts, Metric, share


def answer(counts: Counts) -> Answer:
    """The share of leads; `count` is the number of opportunities."""
    return share(counts["opportunities"], counts["leads"])


metric = Metric(name="opportunities", counts={"opportunities": "count(*) FILTER (WHERE opportunity)"}, answer=answer)
