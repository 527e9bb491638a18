"""Rule sets: their shape, how they are read from JSON, and the index over their conditions."""

from routing.engine.ruleset.pass_over import RuleProblem, RuleSetError
from routing.engine.ruleset.reading import LAST_BAND, LONGEST_NAME, parse
from routing.engine.ruleset.shape import DEFAULT_BAND, Band, Directory, Place, Rule, RuleSet, To
from routing.engine.ruleset.steps import on_the_ledger, parse_escalation, parse_steps, shares_equally

__all__ = [
    "DEFAULT_BAND",
    "LAST_BAND",
    "LONGEST_NAME",
    "Band",
    "Directory",
    "Place",
    "Rule",
    "RuleProblem",
    "RuleSet",
    "RuleSetError",
    "To",
    "on_the_ledger",
    "parse",
    "parse_escalation",
    "parse_steps",
    "shares_equally",
]
