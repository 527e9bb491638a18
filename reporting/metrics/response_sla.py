"""Within response time: the share of spells of ownership whose first contact came before it was due.

Formula: in time / (in time + late + missed). In time or late is what the first contact of the spell was judged
(Touch.within_sla); missed is a spell without contact whose due instant has passed while the rep had the lead.

Caveats: a spell that still runs, or that ended untouched before it was due (put back, returned, reassigned, closed),
is in neither part. Spells without a due instant (imports, leads given outside a group) are left out. The interval is
Wilson's, 95 %.
"""

from reporting.metric import Answer, Counts, Metric, Over, share


def answer(counts: Counts) -> Answer:
    """The share, of the spells that are decided."""
    return share(counts["sla_kept"], counts["sla_kept"] + counts["sla_late"] + counts["sla_missed"])


metric = Metric(
    name="response_sla",
    over=Over.SPELLS,
    counts={
        "sla_kept": "count(*) FILTER (WHERE within_sla)",
        "sla_late": "count(*) FILTER (WHERE NOT within_sla)",
        "sla_missed": "count(*) FILTER (WHERE touches = 0 AND due_at < COALESCE(ended_at, asked_at))",
    },
    answer=answer,
)
