"""The first run: from what a team is like to groups, reps, published rules and a web form, in one go."""

from routing.start.build import AlreadyStartedError, Made, Person, Team, Wanted, build, has_started
from routing.start.shapes import HOURS, SHAPES, Shape, Split

__all__ = [
    "HOURS",
    "SHAPES",
    "AlreadyStartedError",
    "Made",
    "Person",
    "Shape",
    "Split",
    "Team",
    "Wanted",
    "build",
    "has_started",
]
