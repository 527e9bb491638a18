"""How many a figure needs before any page shows it: one place, so that no two pages disagree."""

# An interval of a median needs so many: of fewer, least and most enclose it in less than 95 of 100 samples.
ENOUGH_FOR_MEDIAN = 6
