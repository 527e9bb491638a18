"""Call duration: how long the conversations by telephone lasted; the median over calls.

Formula: median(Touch.duration_seconds) over the calls of the spells that both ways spoke in, made or answered, where
a duration was logged.

Caveats: calls without a duration are left out, so it is only as good as the log. The interval is made of the ranks
around the middle, 95 %, from 6 calls on.
"""

from reporting.medians import median_of
from reporting.metric import Answer, Counts, Metric, Over


def answer(counts: Counts) -> Answer:
    """Seconds, of the calls."""
    return median_of(int(seconds) for seconds in (counts["talks"] or "").split(",") if seconds)


metric = Metric(
    name="call_duration",
    unit="seconds",
    over=Over.SPELLS,
    counts={"talks": "string_agg(array_to_string(talks, ','), ',') FILTER (WHERE talks <> '{}')"},
    answer=answer,
)
