"""The rules among each other: a last one for everything, names given twice, rules never reached, chains that loop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from leads.conditions import Condition
from leads.conditions.operators import Op
from leads.conditions.tree import Junction, Leaf, Node
from routing.engine.check.finding import Finding, Severity, finding
from routing.engine.ruleset import Rule, RuleSet, To


def whole(rules: RuleSet) -> Iterator[Finding]:
    """No rules, no rule for everything else, names given twice."""
    if not rules.rules:
        yield finding(Severity.ERROR, "no_rules")
    elif rules.rules[-1].condition.asks:
        yield finding(Severity.ERROR, "no_default_rule", rules.rules[-1])
    first: dict[str, int] = {}
    for number, rule in enumerate(rules.rules, start=1):
        name = rule.name.casefold()
        if name in first:
            yield finding(Severity.ERROR, "name_twice", rule, first=first[name], name=rule.name)
        first.setdefault(name, number)


class _Seen(NamedTuple):
    """A condition as shadows are told by: worked out once, because every rule is held against every earlier one."""

    tree: dict[str, Any]
    needed: dict[str, frozenset[str]]
    only_equalities: bool  # `needed` says all that is asked

    @classmethod
    def of(cls, condition: Condition) -> _Seen:
        plain = condition.root is None or _only_equalities(condition.root)
        return cls(condition.tree(), condition.equalities(), plain)

    def covers(self, later: _Seen) -> bool:
        """Does every lead of the later condition plainly meet this one?"""
        if self.tree == later.tree:
            return True
        if not self.only_equalities:
            return False
        return all(key in later.needed and later.needed[key] <= texts for key, texts in self.needed.items())


def shadows(rules: RuleSet) -> Iterator[Finding]:
    """Rules that no lead can reach, as far as that is plain: nothing asked before, the same, or less."""
    before: list[tuple[int, Rule, _Seen]] = []
    for number, rule in enumerate(rules.rules, start=1):
        seen = _Seen.of(rule.condition)
        if not all(seen.needed.values()):
            yield finding(Severity.WARNING, "never_matches", rule)
            continue
        shadow = next(((at, earlier) for at, earlier, other in before if other.covers(seen)), None)
        if shadow is not None:
            yield finding(Severity.WARNING, "never_reached", rule, by=shadow[0], name=shadow[1].name)
        elif not _passes_on(rule):
            before.append((number, rule, seen))


def _passes_on(rule: Rule) -> bool:
    """Can the rule hand a lead it matched to the next rule?"""
    final = rule.destination.to in {To.DESK, To.REJECT}
    return not final and any(place.to is To.NEXT_RULE for place in rule.otherwise)


def _only_equalities(node: Node) -> bool:
    """Is the node nothing but texts that must be among others, all together?"""
    if isinstance(node, Leaf):
        return node.operator in {Op.IS, Op.ONE_OF, Op.IN_REGION} and node.field.type.value in {
            "text",
            "choice",
            "country",
        }
    return node.junction is Junction.ALL and all(_only_equalities(part) for part in node.parts)


def loops(rule: Rule) -> Iterator[Finding]:
    """A group that comes up again in its own chain has already said that nobody is left."""
    seen = {rule.destination.id} if rule.destination.to is To.GROUP else set()
    for place in rule.otherwise:
        if place.to is To.GROUP:
            if place.id in seen:
                yield finding(Severity.ERROR, "loop", rule, group=place.id)
            seen.add(place.id)
