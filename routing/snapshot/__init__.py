"""Reads rows into the World that decisions are made in: only what these leads can touch, in constant queries."""

from routing.snapshot.roster import (
    Roster,
    duty_of,
    edges_of,
    forget,
    hours_of,
    limits_of,
    members_of,
    roster_now,
    roster_of,
)
from routing.snapshot.territories import read_areas
from routing.snapshot.world import at_limit, snapshot, whole_roster, world_at, world_of

__all__ = [
    "Roster",
    "at_limit",
    "duty_of",
    "edges_of",
    "forget",
    "hours_of",
    "limits_of",
    "members_of",
    "read_areas",
    "roster_now",
    "roster_of",
    "snapshot",
    "whole_roster",
    "world_at",
    "world_of",
]
