"""Looks a rule set over before it is published: errors block, warnings are shown beside the rule."""

from __future__ import annotations

from routing.engine.check.finding import Finding, Severity
from routing.engine.check.length import MOST_SENTENCES, length, sentences, ways
from routing.engine.check.order import loops, shadows, whole
from routing.engine.check.places import asks_territories, overlaps, places
from routing.engine.ruleset import RuleSet
from routing.engine.world import World

__all__ = ["MOST_SENTENCES", "Finding", "Severity", "check", "sentences", "ways"]


def check(rules: RuleSet, world: World | None = None) -> tuple[Finding, ...]:
    """Everything found, errors first, in the order of the rules; with a world, ids and groups are looked at too."""
    found = [*whole(rules), *shadows(rules)]
    for rule in rules.rules:
        found += loops(rule)
        if world is not None:
            found += places(rule, world)
    if world is not None:
        found += length(rules, world)
    if world is not None and asks_territories(rules, world):
        found += overlaps(world)
    return tuple(sorted(found, key=lambda finding: finding.severity is Severity.WARNING))
