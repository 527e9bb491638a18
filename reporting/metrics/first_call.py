"""Reached at first call: of the leads a rep called, the share whose first call was answered.

Formula: spells whose first call attempt was two-way / spells with a call attempt. The first is the earliest by when it
took place; an answered call from the lead is no attempt, and leaves the spell out until the rep calls.

Caveats: a spell without a call is in neither part, so whoever writes mails first is not judged by it. The interval is
Wilson's, 95 %.
"""

from reporting.metric import Answer, Counts, Metric, Over, share


def answer(counts: Counts) -> Answer:
    """The share, of the spells with a call."""
    return share(counts["first_call_reached"], counts["first_called"])


metric = Metric(
    name="first_call",
    over=Over.SPELLS,
    counts={"first_called": "count(first_call)", "first_call_reached": "count(*) FILTER (WHERE first_call)"},
    answer=answer,
)
