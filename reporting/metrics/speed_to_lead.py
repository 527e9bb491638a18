"""Speed to lead: from the lead's arrival to the first contact by anyone, by the wall clock; the median over leads.

Formula: median(responded_at - arrived_at) over the leads of the period that have been contacted, each lead once,
however many reps had it. The median of an even number is the mean of the two in the middle.

Caveats: leads still silent are not in the median but counted beside it (`open`), so a median over few answered leads
flatters while many wait; a curve that counts them in comes later. The clock runs at night and on holidays
too, as the buyer's does. A contact logged for a time before the arrival counts as none taken, 0 seconds. The interval
is made of the ranks around the middle, 95 %, from 6 leads on.
"""

from reporting.metric import Answer, Counts, Metric, median_answer, median_counts

_WAIT = "GREATEST(EXTRACT(EPOCH FROM responded_at - arrived_at), 0)"


def answer(counts: Counts) -> Answer:
    """Seconds, of the leads contacted; those that wait are open."""
    return median_answer(counts, "speed", waiting=counts["speed_open"])


metric = Metric(
    name="speed_to_lead",
    unit="seconds",
    counts={
        **median_counts("speed", _WAIT, "nth = 1 AND responded_at IS NOT NULL"),
        "speed_open": "count(*) FILTER (WHERE nth = 1 AND responded_at IS NULL AND closed_at IS NULL)",
    },
    answer=answer,
)
