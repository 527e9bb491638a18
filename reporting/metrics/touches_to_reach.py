"""Contacts until reached: how many contacts it takes until there is a conversation; the median.

Formula: the median by Kaplan-Meier over spells with a contact: the end is the number of contacts up to and with the
first two-way one (a connected or answered call, a meeting); a lead not reached counts as not reached after as many
contacts as it had.

Caveats: not reached means that less than half of the leads contacted were reached with the contacts they got; a team
that gives up early shows it here. Mails sent count as contacts, answers to them are not seen. Interval as for speed to
lead.
"""

from reporting.metric import Answer, Counts, Metric, Over, duration


def answer(counts: Counts) -> Answer:
    """Contacts; `open` are the leads contacted and not reached."""
    return duration(counts["reach_ended"] or (), counts["reach_waiting"] or ())


metric = Metric(
    name="touches_to_reach",
    unit="number",
    over=Over.SPELLS,
    counts={
        "reach_ended": "array_agg(touches_to_reach) FILTER (WHERE touches_to_reach IS NOT NULL)",
        "reach_waiting": "array_agg(touches) FILTER (WHERE touches_to_reach IS NULL AND touches > 0)",
    },
    answer=answer,
)
