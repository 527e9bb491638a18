"""Rows of routing, one noun a file."""

from .assignment import Assignment, Offer, Return, Timer
from .decision import Decision
from .ledger import LedgerEntry, Share
from .ruleset import Band, Rule, RuleSet, RuleSetVersion, SavedExample
from .simulation import Simulation

__all__ = [
    "Assignment",
    "Band",
    "Decision",
    "LedgerEntry",
    "Offer",
    "Return",
    "Rule",
    "RuleSet",
    "RuleSetVersion",
    "SavedExample",
    "Share",
    "Simulation",
    "Timer",
]
