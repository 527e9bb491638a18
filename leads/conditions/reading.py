"""Reads a condition from a JSON tree and lists everything that is wrong with it, each with its path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leads.conditions.fields import Catalogue, Field
from leads.conditions.operators import WITHOUT_VALUE, Op
from leads.conditions.tree import EVERYTHING, Branch, Condition, Junction, Leaf, Node, compile_node
from leads.conditions.values import MESSAGES, Fault, Unread, read

DEEPEST = 6
MOST_PARTS = 200
LEAF_KEYS = ("field", "operator", "value")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a condition: where (as "all[1].value"), a code, and what fills its sentence in MESSAGES."""

    path: str
    code: Fault
    params: tuple[tuple[str, int | str], ...] = ()

    @property
    def message(self) -> str:
        """The sentence to translate; fill it with `dict(params)`."""
        return MESSAGES[self.code]

    def __str__(self) -> str:
        return f"{self.path or 'condition'}: {self.message % dict(self.params)}"


class ConditionError(ValueError):
    """The condition cannot be read; `problems` lists everything that is wrong with it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


def parse(tree: object, catalogue: Catalogue) -> Condition:
    """The condition of this JSON tree, or ConditionError with every problem; None, {}, an empty "all" ask nothing."""
    if tree is None or tree in ({}, {"all": []}):
        return EVERYTHING
    reading = _Reading(catalogue)
    root = reading.node(tree, "", 1)
    if root is None or reading.problems:
        raise ConditionError(tuple(reading.problems))
    return Condition(root, compile_node(root))


class _Reading:
    """One pass over a tree that collects what is wrong instead of stopping at it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.problems: list[Problem] = []
        self.parts = 0

    def wrong(self, path: str, code: Fault, **params: int | str) -> None:
        self.problems.append(Problem(path, code, tuple(sorted(params.items()))))

    def node(self, tree: object, path: str, depth: int) -> Node | None:
        self.parts += 1
        if self.parts > MOST_PARTS:
            if self.parts == MOST_PARTS + 1:
                self.wrong(path, Fault.TOO_MANY, most=MOST_PARTS)
            return None
        if not isinstance(tree, Mapping):
            self.wrong(path, Fault.NOT_AN_OBJECT)
            return None
        junctions = [junction for junction in Junction if junction.value in tree]
        if len(junctions) == 1:
            return self.branch(junctions[0], tree, path, depth)
        if junctions or not any(key in tree for key in LEAF_KEYS):
            self.wrong(path, Fault.NOT_A_CONDITION)
            return None
        return self.leaf(tree, path)

    def branch(self, junction: Junction, tree: Mapping[Any, Any], path: str, depth: int) -> Branch | None:
        own = _below(path, junction.value)
        for key in tree:
            if key != junction.value:
                self.wrong(path, Fault.UNKNOWN_KEY, key=_shown(key))
        parts = tree[junction.value]
        if not isinstance(parts, list | tuple):
            self.wrong(own, Fault.NOT_A_LIST)
            return None
        if not parts:
            self.wrong(own, Fault.EMPTY)
            return None
        if depth > DEEPEST:
            self.wrong(own, Fault.TOO_DEEP, most=DEEPEST)
            return None
        nodes = []
        for i, part in enumerate(parts):
            if self.parts > MOST_PARTS:
                break
            nodes.append(self.node(part, f"{own}[{i}]", depth + 1))
        return Branch(junction, tuple(node for node in nodes if node is not None), path)

    def leaf(self, tree: Mapping[Any, Any], path: str) -> Leaf | None:
        for key in tree:
            if key not in LEAF_KEYS:
                self.wrong(path, Fault.UNKNOWN_KEY, key=_shown(key))
        found = self.field(tree, path)
        op = self.operator(tree, path, found)
        if found is None or op is None:
            return None
        if op not in WITHOUT_VALUE and "value" not in tree:
            self.wrong(path, Fault.MISSING_KEY, key="value")
            return None
        value = tree.get("value")
        try:
            return Leaf(found, op, value, read(op, found.asked, value), path)
        except Unread as unread:
            self.wrong(_below(path, "value") + unread.where, unread.fault, **unread.params)
            return None

    def field(self, tree: Mapping[Any, Any], path: str) -> Field | None:
        if "field" not in tree:
            self.wrong(path, Fault.MISSING_KEY, key="field")
            return None
        key = tree["field"]
        found = self.catalogue.get(key) if isinstance(key, str) else None
        if found is None:
            self.wrong(_below(path, "field"), Fault.UNKNOWN_FIELD, field=_shown(key))
        return found

    def operator(self, tree: Mapping[Any, Any], path: str, asked: Field | None) -> Op | None:
        if "operator" not in tree:
            self.wrong(path, Fault.MISSING_KEY, key="operator")
            return None
        name = tree["operator"]
        own = _below(path, "operator")
        if not isinstance(name, str) or name not in set(Op):
            self.wrong(own, Fault.UNKNOWN_OPERATOR, operator=_shown(name))
            return None
        op = Op(name)
        if asked is not None and op not in asked.operators:
            self.wrong(own, Fault.WRONG_OPERATOR, operator=op.value, type=asked.type.value)
            return None
        return op


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _shown(value: object) -> str:
    """A foreign value short enough, and clean enough, to stand in an error."""
    text = value if isinstance(value, str) else type(value).__name__
    return text[:80].encode("utf-8", "replace").decode()
