"""What a simulation is asked to do, and the errors of asking."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

ROSTERS = ("now", "then")
AGAINST = ("live", "happened")
MOST_DAYS = 400

Progress = Callable[[int, int], None]


class NotSimulatedError(Exception):
    """It cannot be done; `field` says which wish is at fault, the message why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class CancelledError(Exception):
    """Somebody stopped it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The period (half-open), whose roster, what the outcome is held against, and what is assumed otherwise."""

    since: datetime
    until: datetime
    roster: str = "then"
    against: str = "live"
    empty: bool = False  # begin without open leads and with an even fair share
    lapse: bool = False  # leads that really were not contacted in time are taken back once, where the rules say so
