"""Walks the rules: the first that holds, its destination, its steps, and its otherwise chain to an outcome."""

from __future__ import annotations

from datetime import datetime

from routing.engine.decide.decision import Decision
from routing.engine.ruleset.shape import RuleSet
from routing.engine.trace import Trace
from routing.engine.world import Lead, World


def decide(lead: Lead, world: World, rules: RuleSet | None, *, at: datetime, trace: Trace | None = None) -> Decision:
    """Who gets the lead at this instant, and why; never raises, whatever is missing in the world."""
    raise NotImplementedError
