"""Rows of reporting: spells in figures, counts of days, targets, the state of alerts, and proposals of weights."""

from .daily import Daily
from .mailed import MailedReport
from .plans import AlertState, Target
from .spell import Recount, Spell, Stale
from .weights import WeightPlan, WeightProposal

__all__ = ["AlertState", "Daily", "MailedReport", "Recount", "Spell", "Stale", "Target", "WeightPlan", "WeightProposal"]
