"""The only writer of ownership: holds the turn, and writes decisions, ledger, spells of ownership and news set-wise."""

from routing.assign.move import Move
from routing.assign.turn import Turn, turn
from routing.assign.write import NotYoursError, kind_of, write

__all__ = ["Move", "NotYoursError", "Turn", "kind_of", "turn", "write"]
