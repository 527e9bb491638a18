"""Rows of reporting: spells in figures, targets, the state of alerts, and proposals of weights."""

from .plans import AlertState, Target, WeightProposal
from .spell import Recount, Spell, Stale

__all__ = ["AlertState", "Recount", "Spell", "Stale", "Target", "WeightProposal"]
