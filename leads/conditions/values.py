"""Reads what a question expects from JSON, and says what is wrong with it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from leads.conditions.facts import Folded, Type, exact, fold_postal, fold_text, iso_date
from leads.conditions.operators import WITH_LIST, WITH_PAIR, WITHOUT_VALUE, Op, gettext_noop
from leads.conditions.regions import COUNTRIES, REGIONS

LONGEST_TEXT = 500
MOST_VALUES = 1000


class Fault(StrEnum):
    """What can be wrong with a condition; sentences in MESSAGES."""

    NOT_AN_OBJECT = "not_an_object"
    NOT_A_CONDITION = "not_a_condition"
    NOT_A_LIST = "not_a_list"
    EMPTY = "empty"
    TOO_DEEP = "too_deep"
    TOO_MANY = "too_many"
    UNKNOWN_KEY = "unknown_key"
    MISSING_KEY = "missing_key"
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_OPERATOR = "unknown_operator"
    WRONG_OPERATOR = "wrong_operator"
    UNEXPECTED_VALUE = "unexpected_value"
    WRONG_TYPE = "wrong_type"
    WRONG_OPTION = "wrong_option"
    WRONG_COUNTRY = "wrong_country"
    WRONG_REGION = "wrong_region"
    TOO_LONG = "too_long"
    BAD_TEXT = "bad_text"
    REVERSED = "reversed"


MESSAGES: dict[Fault, str] = {
    Fault.NOT_AN_OBJECT: gettext_noop("must be an object"),
    Fault.NOT_A_CONDITION: gettext_noop('must be one of "all", "any", "none", or have "field" and "operator"'),
    Fault.NOT_A_LIST: gettext_noop("must be a list"),
    Fault.EMPTY: gettext_noop("must not be empty"),
    Fault.TOO_DEEP: gettext_noop("is nested deeper than %(most)s levels"),
    Fault.TOO_MANY: gettext_noop("has more than %(most)s entries"),
    Fault.UNKNOWN_KEY: gettext_noop('"%(key)s" is not expected here'),
    Fault.MISSING_KEY: gettext_noop('"%(key)s" is missing'),
    Fault.UNKNOWN_FIELD: gettext_noop('there is no field "%(field)s"'),
    Fault.UNKNOWN_OPERATOR: gettext_noop('there is no operator "%(operator)s"'),
    Fault.WRONG_OPERATOR: gettext_noop('a field of type %(type)s cannot be asked "%(operator)s"'),
    Fault.UNEXPECTED_VALUE: gettext_noop('"%(operator)s" takes no value'),
    Fault.WRONG_TYPE: gettext_noop("must be a value of type %(type)s"),
    Fault.WRONG_OPTION: gettext_noop('"%(value)s" is not one of the options'),
    Fault.WRONG_COUNTRY: gettext_noop('"%(value)s" is not a country code'),
    Fault.WRONG_REGION: gettext_noop('"%(value)s" is not a region'),
    Fault.TOO_LONG: gettext_noop("is longer than %(most)s characters"),
    Fault.BAD_TEXT: gettext_noop("has characters that no text can hold"),
    Fault.REVERSED: gettext_noop("the second value must not be below the first"),
}


class Unread(Exception):  # noqa: N818 - a signal inside this package, turned into a problem with its path
    """A value that cannot be read: where below `value`, which fault, and what fills its sentence."""

    def __init__(self, fault: Fault, where: str = "", **params: int | str) -> None:
        super().__init__(fault)
        self.fault, self.where, self.params = fault, where, params


class Asked(NamedTuple):
    """What reading needs to know of a field."""

    type: Type
    options: frozenset[str]  # folded; empty: any value
    postal: bool = False


def read(op: Op, asked: Asked, value: object) -> Folded:
    """The value in the form the test compares, or Unread."""
    if op in WITHOUT_VALUE:
        if value is not None:
            raise Unread(Fault.UNEXPECTED_VALUE, operator=op.value)
        return None
    if op in WITH_LIST:
        return _read_many(op, asked, value)
    if op in WITH_PAIR:
        return _read_pair(op, asked, value)
    return _read_one(op, asked, value)


def _listed(value: object) -> list[object]:
    if not isinstance(value, list | tuple):
        raise Unread(Fault.NOT_A_LIST)
    if not value:
        raise Unread(Fault.EMPTY)
    if len(value) > MOST_VALUES:
        raise Unread(Fault.TOO_MANY, most=MOST_VALUES)
    return list(value)


def _read_many(op: Op, asked: Asked, value: object) -> frozenset[str] | tuple[str, ...]:
    found: set[str] = set()
    for i, item in enumerate(_listed(value)):
        try:
            read_item = _read_places(op, item) if asked.type is Type.COUNTRY else {_read_one(op, asked, item)}
        except Unread as unread:
            raise Unread(unread.fault, f"[{i}]", **unread.params) from None
        found |= read_item
    return tuple(sorted(found)) if op is Op.POSTAL_PREFIX else frozenset(found)


def _read_pair(op: Op, asked: Asked, value: object) -> tuple[Folded, Folded]:
    pair = _listed(value)
    if len(pair) != 2:
        raise Unread(Fault.WRONG_TYPE, type="[from, to]")
    read_pair = []
    for i, item in enumerate(pair):
        try:
            read_pair.append(_read_one(op, asked, item))
        except Unread as unread:
            raise Unread(unread.fault, f"[{i}]", **unread.params) from None
    low, high = read_pair
    # a postal range is a range of prefixes: '9' to '80' is reversed, '80' to '8' holds all that begins with 8
    if (low[: len(high)] > high) if op is Op.POSTAL_BETWEEN else (high < low):
        raise Unread(Fault.REVERSED)
    return low, high


def _read_one(op: Op, asked: Asked, value: object) -> Folded:
    match asked.type:
        case Type.TEXT | Type.CHOICE | Type.LIST:
            return _read_text(asked, value, options=op is not Op.STARTS_WITH)
        case Type.NUMBER | Type.MONEY:
            number = exact(value)
            if number is None:
                raise Unread(Fault.WRONG_TYPE, type=Type.NUMBER.value)
            return number
        case Type.YES_NO:
            if not isinstance(value, bool):
                raise Unread(Fault.WRONG_TYPE, type=Type.YES_NO.value)
            return value
        case Type.DATE:
            day = iso_date(value)
            if day is None:
                raise Unread(Fault.WRONG_TYPE, type="date (YYYY-MM-DD)")
            return day
        case Type.COUNTRY:
            return _read_country(value)


def _read_text(asked: Asked, value: object, *, options: bool) -> str:
    text = _clean(value)
    folded = fold_postal(text) if asked.postal else fold_text(text)
    if not folded:
        raise Unread(Fault.EMPTY)
    if options and asked.options and folded not in asked.options:
        raise Unread(Fault.WRONG_OPTION, value=text[:80])
    return folded


def _clean(value: object) -> str:
    if not isinstance(value, str):
        raise Unread(Fault.WRONG_TYPE, type=Type.TEXT.value)
    if len(value) > LONGEST_TEXT:
        raise Unread(Fault.TOO_LONG, most=LONGEST_TEXT)
    if any(c == "\x00" or "\ud800" <= c <= "\udfff" for c in value):
        raise Unread(Fault.BAD_TEXT)
    return value


def _read_country(value: object) -> str:
    code = _clean(value).strip().upper()
    if code not in COUNTRIES:
        raise Unread(Fault.WRONG_COUNTRY, value=code[:80])
    return code


def _read_places(op: Op, value: object) -> frozenset[str]:
    """A region as its countries, or a country by itself (where not a region is asked for)."""
    code = _clean(value).strip().upper()
    if code in REGIONS:
        return REGIONS[code]
    if op is Op.IN_REGION:
        raise Unread(Fault.WRONG_REGION, value=code[:80])
    return frozenset({_read_country(value)})
