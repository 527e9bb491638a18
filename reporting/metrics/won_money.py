"""Money won: what the leads won were worth, in the base currency. Shown, and never used to rank or to weigh.

Formula: sum of the worth of leads won (the amount at the rate of its day) over spells that began in the period.

Caveats: one large deal moves it more than a year of good work: in simulations the highest revenue belonged to the
wrong rep three times out of four. Amounts without a rate of their day are left out, and so are those kept in another
base currency than today's.
"""

from reporting.metric import Answer, Counts, Metric, Over


def answer(counts: Counts) -> Answer:
    """The sum; `n` are the wins with a worth, `open` those without."""
    worth = counts["won_worth"]
    missing = counts["won_all"] - counts["won_valued"]
    return Answer(None if worth is None else float(worth), counts["won_valued"], counts["won_valued"], open=missing)


_VALUED = "ending = 'won' AND won_base IS NOT NULL AND won_base_currency = base_currency"
metric = Metric(
    name="won_money",
    unit="money",
    over=Over.SPELLS,
    counts={
        "won_worth": f"sum(won_base) FILTER (WHERE {_VALUED})",
        "won_valued": f"count(*) FILTER (WHERE {_VALUED})",
        "won_all": "count(*) FILTER (WHERE ending = 'won')",
    },
    answer=answer,
)
