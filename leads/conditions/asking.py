"""Asks: each question as a function of one folded value."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from leads.conditions.facts import Folded, Type
from leads.conditions.operators import Op

Test = Callable[[Folded], bool]


def known(kind: Type, value: Folded) -> bool:
    """Is there a value, and of this type?"""
    match kind:
        case Type.TEXT | Type.CHOICE | Type.DATE | Type.COUNTRY:
            return isinstance(value, str) and value != ""
        case Type.NUMBER:
            return isinstance(value, int | Decimal) and not isinstance(value, bool)
        case Type.MONEY:
            return isinstance(value, dict) and known(Type.NUMBER, value.get("base"))
        case Type.YES_NO:
            return isinstance(value, bool)
        case Type.LIST:
            return isinstance(value, list) and value != []


def test(kind: Type, op: Op, operand: Folded) -> Test:
    """The question as a function of one folded value; false for anything missing or of another type."""
    if op is Op.IS_KNOWN:
        return lambda value: known(kind, value)
    if op is Op.IS_EMPTY:
        return lambda value: not known(kind, value)
    if kind is Type.LIST:
        return _test_list(op, operand)
    if kind is Type.MONEY:
        plain = _test_plain(Type.NUMBER, op, operand)
        return lambda value: isinstance(value, dict) and plain(value.get("base"))
    return _test_plain(kind, op, operand)


def _test_list(op: Op, operand: Folded) -> Test:
    wanted = frozenset({operand}) if op is Op.CONTAINS else operand
    among = op is not Op.NONE_OF

    def asked(value: Folded) -> bool:
        found = any(isinstance(item, str) and item in wanted for item in value) if isinstance(value, list) else False
        return found if among else (known(Type.LIST, value) and not found)

    return asked


def _test_plain(kind: Type, op: Op, x: Folded) -> Test:
    """Each line asks first whether the value is known; `is` on texts need not, being false for all others."""
    if op is Op.IS and kind in {Type.TEXT, Type.CHOICE, Type.COUNTRY, Type.DATE}:
        return lambda value: bool(value == x)
    if op is Op.ONE_OF or op is Op.IN_REGION:
        return lambda value: isinstance(value, str) and value in x
    compare = _COMPARE[op](x)
    return lambda value: known(kind, value) and compare(value)


_COMPARE: dict[Op, Callable[[Folded], Test]] = {
    Op.IS: lambda x: lambda value: bool(value == x),
    Op.IS_NOT: lambda x: lambda value: bool(value != x),
    Op.NONE_OF: lambda x: lambda value: value not in x,
    Op.CONTAINS: lambda x: lambda value: x in value,
    Op.STARTS_WITH: lambda x: lambda value: value.startswith(x),
    Op.AT_LEAST: lambda x: lambda value: bool(value >= x),
    Op.AT_MOST: lambda x: lambda value: bool(value <= x),
    Op.BETWEEN: lambda x: lambda value: bool(x[0] <= value <= x[1]),
    Op.POSTAL_PREFIX: lambda x: lambda value: value.startswith(x),
    Op.POSTAL_BETWEEN: lambda x: lambda value: x[0] <= value[: len(x[0])] and value[: len(x[1])] <= x[1],
}
