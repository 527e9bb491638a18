"""Rules found in what people give by hand, offered to whoever writes the rules."""

from routing.hand_rules.offers import (
    GoneError,
    bring_back,
    by_hand,
    divisions,
    find,
    put,
    put_aside,
    says,
)
from routing.hand_rules.words import told, which

__all__ = ["GoneError", "bring_back", "by_hand", "divisions", "find", "put", "put_aside", "says", "told", "which"]
