"""The only writer of ownership: holds the turn, and writes decisions, ledger, spells of ownership and news set-wise."""

from routing.assign.move import Alarm, Move
from routing.assign.reopen import reopen
from routing.assign.turn import Errand, Turn, turn
from routing.assign.write import NotYoursError, kind_of, write, write_balances, write_timers

__all__ = [
    "Alarm",
    "Errand",
    "Move",
    "NotYoursError",
    "Turn",
    "kind_of",
    "reopen",
    "turn",
    "write",
    "write_balances",
    "write_timers",
]
