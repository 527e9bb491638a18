"""Leads per hour on duty: how many leads a rep was given for each hour they could be given one.

Formula: leads assigned in the period / hours on duty in it.

Caveats: leads given by hand while the rep was off duty count above and not below. Without an hour on duty there is no
figure. A rep who shares a busy group gets more an hour than one of a quiet group, whatever they do.
"""

from collections.abc import Mapping


def leads_per_hour(leads: Mapping[int, int], hours: Mapping[int, float]) -> dict[int, float | None]:
    """Of each rep who has hours or leads."""
    return {rep: leads.get(rep, 0) / hours[rep] if hours.get(rep) else None for rep in sorted({*leads, *hours})}
