"""Reads JSON that strangers wrote: bounded depth, no NaN, no twin names, only what can be stored; decimals exact."""

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

from django.utils.translation import gettext as _

DEEPEST = 40
_SURROGATE = re.compile("[\ud800-\udfff]")
_LARGEST_EXPONENT = 300  # beyond any float, so a mistake


class NotJSONError(ValueError):
    """The text is not JSON as we take it; the message says why."""


class UnstorableError(NotJSONError):
    """A text in it cannot be stored; `path` says where."""

    def __init__(self, path: str) -> None:
        super().__init__(_("Holds a character that cannot be stored."))
        self.path = path


def loads(text: str) -> Any:
    """The value. Raises NotJSONError; texts in it are not looked at, see `check`."""
    try:
        value = json.loads(text, parse_float=_number, parse_constant=_no_constant, object_pairs_hook=_no_twins)
    except RecursionError as error:
        raise NotJSONError(_("It is nested too deeply.")) from error
    except ValueError as error:
        raise NotJSONError(_("It is not JSON: %s.") % str(error).rstrip(".")) from error
    return value


def check(value: object, path: str = "", depth: int = 0) -> None:
    """Raise UnstorableError naming the place of a text that PostgreSQL could not keep, NotJSONError for the depth."""
    if depth > DEEPEST:
        raise NotJSONError(_("It is nested too deeply."))
    if isinstance(value, str):
        if "\x00" in value or _SURROGATE.search(value):
            raise UnstorableError(path)
    elif isinstance(value, dict):
        for key, inner in value.items():
            name = _SURROGATE.sub("?", key).replace("\x00", "?") if isinstance(key, str) else str(key)
            check(key, name, depth)
            check(inner, f"{path}.{name}" if path else name, depth + 1)
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            check(inner, f"{path}[{n}]", depth + 1)


def cleaned(value: Any) -> Any:
    """The value without what PostgreSQL could not keep in its texts: NUL away, lone surrogates as question marks.

    For deliveries of machines, whose raw body is kept beside it; people are told instead (`check`).
    """
    if isinstance(value, str):
        return _SURROGATE.sub("?", value.replace("\x00", ""))
    if isinstance(value, dict):
        return {cleaned(key): cleaned(inner) for key, inner in value.items()}
    return [cleaned(inner) for inner in value] if isinstance(value, list) else value


def check_depth(value: object, depth: int = 0) -> None:
    """Raise NotJSONError where it is nested deeper than we read."""
    if depth > DEEPEST:
        raise NotJSONError(_("It is nested too deeply."))
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        check_depth(inner, depth + 1)


def _number(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite() or abs(number.adjusted()) > _LARGEST_EXPONENT:
        raise ValueError(_("the number %s is out of range") % text[:40])
    return number


def _no_constant(text: str) -> NoReturn:
    raise ValueError(_("%s is not a number") % text)


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        raise ValueError(_("the name “%s” comes twice") % next(n for n in names if names.count(n) > 1)[:60])
    return found
