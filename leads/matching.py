"""Conditions asked of rows: the division's catalogue of fields, and a condition as a Q over LeadFacts."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.sql.compiler import SQLCompiler

from leads import conditions
from leads.conditions.operators import Op
from leads.conditions.tree import Junction, Leaf, Node

Type = conditions.Type

# What "known" means by type. `{at}` is the value as jsonb, `{text}` as text; each line says its type before anything
# else, and no function in this file can fail on a value of another type, in whatever order PostgreSQL asks.
TEXT = "jsonb_typeof({at}) = 'string' AND {text} <> ''"
KNOWN = {
    Type.TEXT: TEXT,
    Type.CHOICE: TEXT,
    Type.DATE: TEXT,
    Type.COUNTRY: TEXT,
    Type.NUMBER: "jsonb_typeof({at}) = 'number'",
    Type.MONEY: "jsonb_typeof({at}) = 'number'",
    Type.YES_NO: "jsonb_typeof({at}) = 'boolean'",
    Type.LIST: "jsonb_typeof({at}) = 'array' AND {at} <> '[]'::jsonb",
}
# Byte order is code point order, as in Python; the database's own collation is nobody's business here.
TEXTS = {
    Op.IS: "{text} = {x}",
    Op.IS_NOT: "{text} <> {x}",
    Op.ONE_OF: "{text} = ANY({x}::text[])",
    Op.NONE_OF: "{text} <> ALL({x}::text[])",
    Op.IN_REGION: "{text} = ANY({x}::text[])",
    Op.CONTAINS: "strpos({text}, {x}) > 0",
    Op.STARTS_WITH: "starts_with({text}, {x})",
    Op.AT_LEAST: '{text} COLLATE "C" >= {x}',
    Op.AT_MOST: '{text} COLLATE "C" <= {x}',
    Op.BETWEEN: '{text} COLLATE "C" >= {low} AND {text} COLLATE "C" <= {high}',
    Op.POSTAL_PREFIX: "EXISTS (SELECT 1 FROM unnest({x}::text[]) AS prefix WHERE starts_with({text}, prefix))",
    Op.POSTAL_BETWEEN: (
        'left({text}, length({low})) COLLATE "C" >= {low} AND left({text}, length({high})) COLLATE "C" <= {high}'
    ),
}
# jsonb compares numbers exactly and never fails on other types, which a cast would.
NUMBERS = {
    Op.IS: "{at} = to_jsonb({x}::numeric)",
    Op.IS_NOT: "{at} <> to_jsonb({x}::numeric)",
    Op.AT_LEAST: "{at} >= to_jsonb({x}::numeric)",
    Op.AT_MOST: "{at} <= to_jsonb({x}::numeric)",
    Op.BETWEEN: "{at} >= to_jsonb({low}::numeric) AND {at} <= to_jsonb({high}::numeric)",
}
LISTS = {
    Op.CONTAINS: "jsonb_exists({at}, {x})",
    Op.ONE_OF: "jsonb_exists_any({at}, {x}::text[])",
    Op.NONE_OF: "NOT jsonb_exists_any({at}, {x}::text[])",
}
YES_NO = {Op.IS: "{at} = to_jsonb({x}::boolean)"}
ASKED = {Type.NUMBER: NUMBERS, Type.MONEY: NUMBERS, Type.LIST: LISTS, Type.YES_NO: YES_NO}


def matching(condition: conditions.Condition, *, column: str = "folded") -> Q:
    """The rows whose folded facts meet the condition; `column` is the path to them from the model asked."""
    if condition.root is None:
        return Q(Value(True))  # an empty Q would exclude nothing, where this excludes all
    return _q(condition.root, column)


def _q(node: Node, column: str) -> Q:
    if isinstance(node, Leaf):
        return Q(Asks(F(column), leaf=node))
    parts = [_q(part, column) for part in node.parts]
    if node.junction is Junction.ALL:
        return reduce(and_, parts)
    found = reduce(or_, parts)
    return found if node.junction is Junction.ANY else ~found


class Asks(Func):
    """One leaf as SQL that is true or false and never null, so that NOT means what it means in Python."""

    output_field = models.BooleanField()

    def __init__(self, column: Combinable, *, leaf: Leaf) -> None:
        super().__init__(column)
        self.leaf = leaf

    def as_sql(  # type: ignore[override] # the stubs foresee no lists among the parameters
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        **_: Any,
    ) -> tuple[str, tuple[Any, ...]]:
        """The column is compiled, everything else is a parameter."""
        column, before = compiler.compile(self.source_expressions[0])
        writing = _Writing(column, list(before), self.leaf)
        known = f"COALESCE({writing.sql(KNOWN[self.leaf.field.type])}, FALSE)"
        if self.leaf.operator is Op.IS_KNOWN:
            return known, tuple(writing.params)
        if self.leaf.operator is Op.IS_EMPTY:
            return f"NOT {known}", tuple(writing.params)
        asked = ASKED.get(self.leaf.field.type, TEXTS)[self.leaf.operator]
        return f"({known} AND COALESCE({writing.sql(asked)}, FALSE))", tuple(writing.params)


class _Writing:
    """Writes templates piece by piece, so that parameters stand in the order of their marks."""

    def __init__(self, column: str, before: list[Any], leaf: Leaf) -> None:
        self.column, self.before, self.params = column, before, list[Any]()
        self.key, self.money = leaf.field.key, leaf.field.type is Type.MONEY
        operand = sorted(leaf.operand) if isinstance(leaf.operand, frozenset) else leaf.operand
        operand = list(operand) if leaf.operator is Op.POSTAL_PREFIX else operand
        pair = operand if isinstance(operand, tuple) else (None, None)
        self.marks = {"x": operand, "low": pair[0], "high": pair[1]}

    def sql(self, template: str) -> str:
        """The template with its marks written out."""
        pieces = []
        for piece in _pieces(template):
            if piece in self.marks:
                self.params.append(self.marks[piece])
                pieces.append("%s")
            elif piece in {"at", "text"}:
                pieces.append(self._value(as_text=piece == "text"))
            else:
                pieces.append(piece)
        return "".join(pieces)

    def _value(self, *, as_text: bool) -> str:
        self.params += [*self.before, self.key]
        path = f"{self.column} -> %s -> 'base'" if self.money else f"{self.column} {'->>' if as_text else '->'} %s"
        return f"({path})"


def _pieces(template: str) -> list[str]:
    """'a {x} b' as 'a ', 'x', ' b'."""
    return template.replace("{", "}").split("}")
