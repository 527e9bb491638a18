"""Leads assigned: how many different leads a rep was given in the period, by rule, by claim, by hand or reassigned.

Formula: count of leads with a spell of ownership that began in the period, each lead once.

Caveats: imported spells count, at the instant the import gives, because a rep did have those leads; leads given back,
put back or reassigned count too. Test leads never count, nor those merged into another. Over all reps a lead counts
once, so the sum of the reps may be higher.
"""

from reporting.metric import Answer, Counts, Metric


def answer(counts: Counts) -> Answer:
    """The number."""
    return Answer(float(counts["leads"]), counts["leads"], counts["leads"])


metric = Metric(name="leads", unit="count", counts={"leads": "count(*)"}, answer=answer)
