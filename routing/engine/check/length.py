"""How much it takes to tell the whole way leads are shared: what is treated alike is one sentence, all else another."""

from __future__ import annotations

from collections.abc import Iterator

from routing.engine.check.finding import Finding, Severity, finding
from routing.engine.ruleset import Rule, RuleSet, To
from routing.engine.world import World

MOST_SENTENCES = 3


def ways(rules: RuleSet, group: int, *, territories: bool) -> tuple[tuple[Rule, ...], ...]:
    """The rules that bring leads to the group, those together that treat them alike; in their order.

    `territories`: whether some of the group's would cover leads that a rule gives by territory.
    """
    found: dict[object, list[Rule]] = {}
    for rule in rules.rules:
        if goes_there(rule, group, territories=territories):
            alike = (rule.steps, rule.otherwise, rule.respond_within, rule.clock)
            found.setdefault(alike, []).append(rule)
    return tuple(tuple(alike) for alike in found.values())


def goes_there(rule: Rule, group: int, *, territories: bool) -> bool:
    """Whether the rule's leads come to the group first."""
    place = rule.destination
    return (place.to is To.GROUP and place.id == group) or (place.to is To.TERRITORY and territories)


def sentences(rules: RuleSet, group: int, *, territories: bool) -> int:
    """How many sentences the group's whole way takes at least."""
    found = ways(rules, group, territories=territories)
    told = sum(len(way) for way in found)
    return len(found) + (told < len(rules.rules))


def length(rules: RuleSet, world: World) -> Iterator[Finding]:
    """Groups whose way does not fit into three sentences, with the rules that make it long."""
    covered = {territory.group for territory in world.territories}
    named = {rule.destination.id for rule in rules.rules if rule.destination.to is To.GROUP}
    for group in sorted(key for key in world.groups if key in named or key in covered):
        takes = sentences(rules, group, territories=group in covered)
        if takes > MOST_SENTENCES:
            fit = MOST_SENTENCES - (takes - len(ways(rules, group, territories=group in covered)))
            for way in ways(rules, group, territories=group in covered)[fit:]:
                yield finding(Severity.WARNING, "long_way", way[0], group=group, sentences=takes)
