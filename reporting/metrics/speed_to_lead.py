"""Speed to lead: how long the buyer waits, from the lead's arrival to the first contact by anyone, by the wall clock.

Formula: the median by Kaplan-Meier over the leads that arrived in the period: first time t by which half of them had
been contacted, with S falling at each contact by contacts / still waiting. Who still waits counts as waiting until
now, who was closed without a contact until the closing. Beside it the times by which a quarter and three quarters had
been contacted. The interval is Brookmeyer and Crowley's on log(-log S) with Greenwood's variance, 95 %.

Caveats: not reached means that less than half have been contacted; then the longest wait so far is told. The clock
runs at night and on holidays too, as the buyer's does. A contact logged for a time before the arrival counts as 0
seconds. Leads turned away are left out. A lead belongs to its first owner, whoever contacted it.
"""

from reporting.metric import Answer, Counts, Metric, Over, duration


def answer(counts: Counts) -> Answer:
    """Seconds; `open` are the leads without a contact."""
    return duration(counts["speed_ended"] or (), counts["speed_waiting"] or ())


metric = Metric(
    name="speed_to_lead",
    unit="seconds",
    over=Over.ARRIVALS,
    counts={
        "speed_ended": """array_agg(GREATEST(EXTRACT(EPOCH FROM responded_at - arrived_at), 0)::float8)
            FILTER (WHERE responded_at IS NOT NULL)""",
        "speed_waiting": """array_agg(
            GREATEST(EXTRACT(EPOCH FROM COALESCE(closed_at, asked_at) - arrived_at), 0)::float8
        ) FILTER (WHERE responded_at IS NULL)""",
    },
    answer=answer,
)
