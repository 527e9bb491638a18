"""Reached: the share of leads with a conversation both ways while the rep had them.

Formula: leads reached / leads. A spell is reached where one of its contacts was two-way (a connected or answered
call, a meeting), or where the lead was first reached (Lead.reached_at) while it lasted, as imports know it.

Caveats: leads of the last days have had less time to be reached. Every lead the rep got in the period is in the
denominator, returned ones too. The interval is Wilson's, 95 %.
"""

from reporting.metric import Answer, Counts, Metric, share


def answer(counts: Counts) -> Answer:
    """The share, of all leads."""
    return share(counts["reached"], counts["leads"])


metric = Metric(name="reached", counts={"reached": "count(*) FILTER (WHERE reached)"}, answer=answer)
