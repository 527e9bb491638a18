"""Close rate: of the rep's leads that are won or lost, the share that is won.

Formula: won / (won + lost), over leads the rep got in the period and still owned when they were closed, whenever that
was. The interval is Wilson's, 95 %.

Caveats: unqualified leads are in neither part; open leads are not counted, so a young period leans to whatever closes
fast. Under 30 leads it is not shown: the order of such shares would be luck.
"""

from reporting.metric import Answer, Counts, Metric, share


def answer(counts: Counts) -> Answer:
    """The share, of leads won or lost; `open` are those neither won nor lost."""
    closed = counts["won"] + counts["lost"]
    found = share(counts["won"], closed)
    return Answer(found.value, found.n, found.count, found.low, found.high, open=counts["leads"] - closed)


metric = Metric(
    name="close_rate",
    counts={
        "won": "count(*) FILTER (WHERE won)",
        "lost": "count(*) FILTER (WHERE lost)",
    },
    answer=answer,
)
