"""A condition: a tree of all / any / none over leaves "field, operator, value", asked of folded facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from leads.conditions.asking import test
from leads.conditions.fields import Field
from leads.conditions.operators import WITHOUT_VALUE, Op

Holds = Callable[[Mapping[str, Any]], bool]


class Junction(StrEnum):
    """How the parts of a branch are joined."""

    ALL = "all"
    ANY = "any"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One question; `value` as people wrote it, `operand` as it is compared."""

    field: Field
    operator: Op
    value: Any
    operand: Any
    path: str


@dataclass(frozen=True, slots=True)
class Branch:
    """Several questions joined."""

    junction: Junction
    parts: tuple[Node, ...]
    path: str


Node = Leaf | Branch


@dataclass(frozen=True, slots=True)
class LeafVerdict:
    """One leaf asked of one lead: what the lead has (as people read it), what was expected, and whether it holds."""

    path: str
    field: str
    operator: Op
    value: Any
    expected: Any
    holds: bool


@dataclass(frozen=True, slots=True)
class BranchVerdict:
    """One branch asked of one lead, every part of it, whether or not the answer was clear before."""

    path: str
    junction: Junction
    parts: tuple[Verdict, ...]
    holds: bool


Verdict = LeafVerdict | BranchVerdict


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that has been read; `root` None asks nothing and holds for every lead."""

    root: Node | None
    holds: Holds = field(compare=False, repr=False)

    @property
    def asks(self) -> bool:
        """Does it ask anything?"""
        return self.root is not None

    def verdict(self, facts: Mapping[str, Any], folded: Mapping[str, Any]) -> Verdict | None:
        """Every leaf's value, what was expected and whether it holds; None where nothing is asked."""
        return None if self.root is None else _verdict(self.root, facts, folded)

    def leaves(self) -> Iterator[Leaf]:
        """All leaves, left to right."""
        return iter(()) if self.root is None else _leaves(self.root)

    def equalities(self) -> dict[str, frozenset[str]]:
        """Field -> texts one of which a lead must have for the condition to hold: what an index can stand on."""
        return {} if self.root is None else _equalities(self.root)

    def tree(self) -> dict[str, Any]:
        """The condition as JSON again."""
        return {} if self.root is None else _tree(self.root)


def always(_folded: Mapping[str, Any]) -> bool:
    """The answer of a condition that asks nothing."""
    return True


EVERYTHING = Condition(None, always)


def compile_node(node: Node) -> Holds:
    """The node as one function of folded facts."""
    if isinstance(node, Leaf):
        return _compile_leaf(node)
    parts = tuple(compile_node(part) for part in node.parts)
    if node.junction is Junction.ALL:
        return _all(parts)
    found = _any(parts)
    return found if node.junction is Junction.ANY else lambda folded: not found(folded)


def _compile_leaf(leaf: Leaf) -> Holds:
    key, ask = leaf.field.key, test(leaf.field.type, leaf.operator, leaf.operand)
    return lambda folded: ask(folded.get(key))


def _all(parts: tuple[Holds, ...]) -> Holds:
    def holds(folded: Mapping[str, Any]) -> bool:
        for part in parts:  # noqa: SIM110 - a generator costs half of the time here
            if not part(folded):
                return False
        return True

    return holds


def _any(parts: tuple[Holds, ...]) -> Holds:
    def holds(folded: Mapping[str, Any]) -> bool:
        for part in parts:  # noqa: SIM110 - a generator costs half of the time here
            if part(folded):
                return True
        return False

    return holds


def _verdict(node: Node, facts: Mapping[str, Any], folded: Mapping[str, Any]) -> Verdict:
    holds = compile_node(node)(folded)
    if isinstance(node, Leaf):
        return LeafVerdict(node.path, node.field.key, node.operator, facts.get(node.field.key), node.value, holds)
    return BranchVerdict(node.path, node.junction, tuple(_verdict(part, facts, folded) for part in node.parts), holds)


def _leaves(node: Node) -> Iterator[Leaf]:
    if isinstance(node, Leaf):
        yield node
    else:
        for part in node.parts:
            yield from _leaves(part)


def _equalities(node: Node) -> dict[str, frozenset[str]]:
    if isinstance(node, Leaf):
        if node.operator is Op.IS and isinstance(node.operand, str):
            return {node.field.key: frozenset({node.operand})}
        by_set = node.operator in {Op.ONE_OF, Op.IN_REGION} and node.field.type.value != "list"
        return {node.field.key: node.operand} if by_set else {}
    if node.junction is Junction.ALL:
        needed: dict[str, frozenset[str]] = {}
        for part in node.parts:
            for key, texts in _equalities(part).items():
                needed[key] = needed[key] & texts if key in needed else texts
        return needed
    if node.junction is Junction.ANY:
        return _common([_equalities(part) for part in node.parts])
    return {}


def _common(parts: list[dict[str, frozenset[str]]]) -> dict[str, frozenset[str]]:
    """Of alternatives, only fields that every one of them ties down are needed, with the texts of all."""
    keys = set(parts[0]).intersection(*parts[1:])
    return {key: frozenset().union(*(part[key] for part in parts)) for key in sorted(keys)}


def _tree(node: Node) -> dict[str, Any]:
    if isinstance(node, Branch):
        return {node.junction.value: [_tree(part) for part in node.parts]}
    leaf = {"field": node.field.key, "operator": node.operator.value}
    return leaf if node.operator in WITHOUT_VALUE else {**leaf, "value": node.value}
