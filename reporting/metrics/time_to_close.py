"""Time to close: from the assignment to the win, by the calendar; the median of the leads won.

Formula: median(closed - assigned) over spells of ownership that began in the period and ended with a win.

Caveats: a young period knows only its quick wins, so compare periods of the same age; the curve of wins by age on the
report of a rep has those still open in it. The interval is made of the ranks around the middle, 95 %, from 6 wins on.
"""

from reporting.medians import median_of
from reporting.metric import Answer, Counts, Metric, Over


def answer(counts: Counts) -> Answer:
    """Seconds, of the leads won."""
    return median_of(counts["won_after"] or ())


metric = Metric(
    name="time_to_close",
    unit="seconds",
    over=Over.SPELLS,
    counts={
        "won_after": "array_agg(EXTRACT(EPOCH FROM closed_at - starts_at)::float8) FILTER (WHERE ending = 'won')",
    },
    answer=answer,
)
