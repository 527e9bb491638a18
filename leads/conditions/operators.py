"""The operators: what can be asked of a value of each type, and what people read."""

from __future__ import annotations

from enum import StrEnum

from leads.conditions.facts import Type


def gettext_noop(message: str) -> str:
    """Marks a sentence for translation at the edge; this package knows no language."""
    return message


class Op(StrEnum):
    """The operators; a missing value makes every one of them false except IS_EMPTY."""

    IS = "is"
    IS_NOT = "is_not"
    ONE_OF = "one_of"
    NONE_OF = "none_of"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    BETWEEN = "between"
    IN_REGION = "in_region"
    POSTAL_PREFIX = "postal_prefix"
    POSTAL_BETWEEN = "postal_between"
    IS_EMPTY = "is_empty"
    IS_KNOWN = "is_known"


LABELS: dict[Op, str] = {
    Op.IS: gettext_noop("is"),
    Op.IS_NOT: gettext_noop("is not"),
    Op.ONE_OF: gettext_noop("is one of"),
    Op.NONE_OF: gettext_noop("is none of"),
    Op.CONTAINS: gettext_noop("contains"),
    Op.STARTS_WITH: gettext_noop("starts with"),
    Op.AT_LEAST: gettext_noop("is at least"),
    Op.AT_MOST: gettext_noop("is at most"),
    Op.BETWEEN: gettext_noop("is between"),
    Op.IN_REGION: gettext_noop("is in the region"),
    Op.POSTAL_PREFIX: gettext_noop("begins with one of"),
    Op.POSTAL_BETWEEN: gettext_noop("is in the range"),
    Op.IS_EMPTY: gettext_noop("is empty"),
    Op.IS_KNOWN: gettext_noop("is known"),
}

WITHOUT_VALUE = frozenset({Op.IS_EMPTY, Op.IS_KNOWN})
WITH_LIST = frozenset({Op.ONE_OF, Op.NONE_OF, Op.IN_REGION, Op.POSTAL_PREFIX})
WITH_PAIR = frozenset({Op.BETWEEN, Op.POSTAL_BETWEEN})
POSTAL = (Op.POSTAL_PREFIX, Op.POSTAL_BETWEEN)

_ENDS = (Op.IS_EMPTY, Op.IS_KNOWN)
_ONE = (Op.IS, Op.IS_NOT)
_MANY = (Op.ONE_OF, Op.NONE_OF)
_ORDER = (Op.AT_LEAST, Op.AT_MOST, Op.BETWEEN)
BY_TYPE: dict[Type, tuple[Op, ...]] = {
    Type.TEXT: (*_ONE, *_MANY, Op.CONTAINS, Op.STARTS_WITH, *_ENDS),
    Type.CHOICE: (*_ONE, *_MANY, *_ENDS),
    Type.NUMBER: (*_ONE, *_ORDER, *_ENDS),
    Type.MONEY: (*_ONE, *_ORDER, *_ENDS),
    Type.YES_NO: (Op.IS, *_ENDS),
    Type.DATE: (*_ONE, *_ORDER, *_ENDS),
    Type.COUNTRY: (*_ONE, *_MANY, Op.IN_REGION, *_ENDS),
    Type.LIST: (Op.CONTAINS, *_MANY, *_ENDS),
}
