"""Rule sets: their shape, how they are read from JSON, and the index over their conditions."""

from routing.engine.ruleset.reading import RuleProblem, RuleSetError, parse, parse_escalation, parse_steps
from routing.engine.ruleset.shape import DEFAULT_BAND, Band, Directory, Place, Rule, RuleSet, To

__all__ = [
    "DEFAULT_BAND",
    "Band",
    "Directory",
    "Place",
    "Rule",
    "RuleProblem",
    "RuleSet",
    "RuleSetError",
    "To",
    "parse",
    "parse_escalation",
    "parse_steps",
]
