"""Meetings booked: leads that came as far as a booked meeting in the rep's hands, of all the rep was given.

Formula: leads with a meeting / leads assigned. A lead has one where its furthest stage is at or beyond the first stage
that feeds "meeting booked" (where a pipeline has none: "meeting held", then "opportunity", then "won"), or where the
rep logged a meeting. Skipped stages count as passed. The furthest stage of a spell is the highest among those its
stage changes led to, won included; lost and unqualified say nothing of how far it came, so a lost lead counts for the
stages it passed before. Where the present owner's lead stands now counts too if it came there during the spell, which
is all that imports know.

Caveats: a meeting counts for the rep who moved the lead there, not for whoever has it now; leads of the last days have
had less time. The interval is Wilson's, 95 %.
"""

from reporting.metric import Answer, Counts, Metric, share


def answer(counts: Counts) -> Answer:
    """The share of leads; `count` is the number of leads with a meeting."""
    return share(counts["meetings"], counts["leads"])


metric = Metric(name="meetings", counts={"meetings": "count(*) FILTER (WHERE booked)"}, answer=answer)
