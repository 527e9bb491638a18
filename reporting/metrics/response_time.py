"""Rep response time: from getting the lead to this rep's first contact, in the rep's working time.

Formula: the median by Kaplan-Meier over the spells of ownership that began in the period. The end is the rep's first
contact, in working seconds as they were measured then. A spell without contact counts as waiting until now, or until
it ended (reassigned, returned, put back, taken back, closed), in working seconds by the roster as it was. Beside it
the times by which a quarter and three quarters had been contacted; interval as for speed to lead.

Caveats: not reached means that less than half of the leads have been contacted; then the longest wait so far is told.
Imported spells without a measured clock are left out. Working time stands still while the rep is off duty, away or
paused.
"""

from reporting.metric import Answer, Counts, Metric, Over, duration


def answer(counts: Counts) -> Answer:
    """Working seconds; `open` are the spells without a contact."""
    return duration(counts["response_ended"] or (), counts["response_waiting"] or ())


metric = Metric(
    name="response_time",
    unit="seconds",
    over=Over.SPELLS,
    counts={
        "response_ended": "array_agg(response_seconds) FILTER (WHERE response_seconds IS NOT NULL)",
        # Rep, beginning and end in seconds: reporting/cohort.py makes the rep's working seconds of each.
        "response_waiting": """array_agg(ARRAY[
            rep_id, EXTRACT(EPOCH FROM starts_at)::bigint, EXTRACT(EPOCH FROM COALESCE(ended_at, asked_at))::bigint
        ]) FILTER (WHERE touches = 0 AND how <> 'history')""",
    },
    answer=answer,
)
