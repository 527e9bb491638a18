"""Rep response time: from getting the lead to this rep's first contact, in the rep's working time; the median.

Formula: median(Touch.response_seconds) over spells of ownership that began in the period and have a first contact.

Caveats: a spell without contact has no response time; it is counted beside the median (`open`) while it runs, and
counts as missed in the share within the response time. Imported spells without a measured clock are left out. The
interval is made of the ranks around the middle, 95 %, from 6 spells on.
"""

from reporting.metric import Answer, Counts, Metric, median_answer, median_counts


def answer(counts: Counts) -> Answer:
    """Working seconds, of the spells answered; those that still wait are open."""
    return median_answer(counts, "response", waiting=counts["response_open"])


metric = Metric(
    name="response_time",
    unit="seconds",
    counts={
        **median_counts("response", "response_seconds"),
        "response_open": "count(*) FILTER (WHERE response_seconds IS NULL AND due_at IS NOT NULL AND ended_at IS NULL)",
    },
    answer=answer,
)
