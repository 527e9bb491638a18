"""Assigned to close: of the leads the rep was given, the share won.

Formula: leads won while the rep owned them / leads assigned in the period.

Caveats: unlike the close rate, every lead given counts, open, unqualified and returned ones too, so it tells what came
out of what went in. A young period is lower, as its leads have had less time. After a handoff the win is the second
rep's; *sourced by* tells whose lead it was. The interval is Wilson's, 95 %.
"""

from reporting.metric import Answer, Counts, Metric, share


def answer(counts: Counts) -> Answer:
    """The share of all leads."""
    return share(counts["closed_won"], counts["leads"])


metric = Metric(name="assigned_to_close", counts={"closed_won": "count(*) FILTER (WHERE won)"}, answer=answer)
