"""Return rate: the share of leads the rep gave back as not fit to be worked.

Formula: spells of ownership that ended with a return / spells that began in the period.

Caveats: it counts what was returned, whatever was ruled afterwards; a source with a high rate sends bad leads, a rep
with a higher rate than others on the same sources picks. Leads put back into a pool are no returns. The interval is
Wilson's, 95 %.
"""

from reporting.metric import Answer, Counts, Metric, Over, share


def answer(counts: Counts) -> Answer:
    """The share, of all spells."""
    return share(counts["returned"], counts["spells"])


metric = Metric(
    name="return_rate",
    over=Over.SPELLS,
    counts={"returned": "count(*) FILTER (WHERE \"end\" = 'returned')", "spells": "count(*)"},
    answer=answer,
)
