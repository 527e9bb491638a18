"""Responded: the share of leads the rep contacted at all.

Formula: leads with a contact by the rep in the spell / leads assigned. A contact is a call attempt, a mail or message
sent, an answered call from the lead or a meeting; never a note, a stage moved by hand or an opened page.

Caveats: leads of the last hours have had less time. The interval is Wilson's, 95 %.
"""

from reporting.metric import Answer, Counts, Metric, share


def answer(counts: Counts) -> Answer:
    """The share, of all leads."""
    return share(counts["responded"], counts["leads"])


metric = Metric(name="responded", counts={"responded": "count(*) FILTER (WHERE touched)"}, answer=answer)
