"""Meetings held: leads whose meeting took place in the rep's hands, of all the rep was given.

Formula: leads with a meeting held / leads assigned. Held is a logged meeting, or a furthest stage at or beyond the
first stage that feeds "meeting held" (where a pipeline has none: "opportunity", then "won").

Caveats: as for meetings booked. The difference between the two are meetings to come, moved, called off and not kept.
The interval is Wilson's, 95 %.
"""

from reporting.metric import Answer, Counts, Metric, share


def answer(counts: Counts) -> Answer:
    """The share of leads; `count` is the number of leads with a meeting held."""
    return share(counts["meetings_held"], counts["leads"])


metric = Metric(name="meetings_held", counts={"meetings_held": "count(*) FILTER (WHERE held)"}, answer=answer)
