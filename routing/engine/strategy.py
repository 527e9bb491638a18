"""The one shape of all strategies, and the reading of their options."""

from __future__ import annotations

import types
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from routing.engine.slate import Slate
from routing.engine.trace import Numbers
from routing.engine.world import Lead, World

LARGEST = 10**12
LONGEST = 200
TYPE_WORDS: dict[type, str] = {int: "whole number", Decimal: "number", str: "text", bool: "true or false"}


class Phrase(NamedTuple):
    """A clause of the plain words: the key of a sentence in routing/wording.py and what fills it."""

    key: str
    params: Numbers = ()


@dataclass(frozen=True, slots=True)
class NoOptions:
    """For strategies that have nothing to choose."""


Opts = TypeVar("Opts")


class Part(IntEnum):
    """What a step does, in the only order that makes sense: leave out, prefer, share, end."""

    NARROW = 1
    PREFER = 2
    SHARE = 3
    END = 4


class Asks(StrEnum):
    """What a strategy asks of a lead or of the world beyond roster, load and ledger: loaded and kept only if asked."""

    AGE = "age"
    SEEN = "seen"
    ACCOUNT = "account"
    LAST_OWNER = "last_owner"


class Strategy(ABC, Generic[Opts]):
    """Narrows, prefers, orders or ends a slate; the docstring of each is its manual page."""

    name: ClassVar[str]
    part: ClassVar[Part]
    repeats: ClassVar[bool] = False  # may stand more than once among the steps
    Options: type[Opts]
    EXAMPLE: ClassVar[Mapping[str, Any]] = {}  # options as its page shows them in use

    @abstractmethod
    def says(self, options: Opts) -> Phrase:
        """Its clause in the plain words of a rule."""

    def asks(self, options: Opts) -> frozenset[Asks]:
        """What it needs beyond roster, load and ledger."""
        return frozenset()

    @abstractmethod
    def narrow(self, slate: Slate, lead: Lead, world: World, options: Opts) -> Slate:
        """The slate after this step."""


class OptionFault(NamedTuple):
    """One option that cannot be read: its name, a code, and what was expected."""

    option: str
    code: str
    numbers: Numbers = ()


def read_options(shape: type[Any], raw: object) -> tuple[Any, list[OptionFault]]:
    """The options as `shape`, or every fault by the name of its option; never raises."""
    if not isinstance(raw, Mapping):
        return None, [OptionFault("", "not_an_object")]
    known = {field.name: field for field in fields(shape)}
    faults = [OptionFault(str(name)[:60], "unknown_option") for name in raw if name not in known]
    values: dict[str, Any] = {}
    hints = get_type_hints(shape)
    for name, field in known.items():
        if name not in raw:
            if field.default is MISSING and field.default_factory is MISSING:
                faults.append(OptionFault(name, "missing_option"))
            continue
        value, fault = _read(field, hints[name], raw[name])
        if fault is None:
            values[name] = value
        else:
            faults.append(fault)
    if faults:
        return None, faults
    options = shape(**values)
    faults = list(options.faults()) if hasattr(options, "faults") else []  # what only the whole can tell
    return (None if faults else options), faults


def _read(field: Field[Any], hint: Any, value: object) -> tuple[Any, OptionFault | None]:
    """One option against its type, its choices and its bounds."""
    allowed = get_args(hint) if get_origin(hint) in {Union, types.UnionType} else (hint,)
    if value is None and type(None) in allowed:
        return None, None
    wanted = next(kind for kind in allowed if kind is not type(None))
    if wanted is Decimal and type(value) in {int, float, Decimal}:
        value = Decimal(repr(value)) if isinstance(value, float) else Decimal(str(value))
    if type(value) is not wanted:  # exact: True is no whole number here
        return None, OptionFault(field.name, "wrong_type", (("expected", TYPE_WORDS[wanted]),))
    if isinstance(value, str) and (fault := _text_fault(field, value)):
        return None, fault
    choices = field.metadata.get("choices")
    if choices and value not in choices:
        return None, OptionFault(field.name, "wrong_choice", (("expected", ", ".join(choices)),))
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and not _in_bounds(field, value):
        low, high = field.metadata.get("low", 0), field.metadata.get("high", LARGEST)
        return None, OptionFault(field.name, "out_of_bounds", (("high", high), ("low", low)))
    return value, None


def _text_fault(field: Field[Any], value: str) -> OptionFault | None:
    """A text that says nothing, cannot be stored, or is no name any more."""
    if not value.strip():
        return OptionFault(field.name, "missing")
    if any(c == "\x00" or "\ud800" <= c <= "\udfff" for c in value):
        return OptionFault(field.name, "bad_text")
    return OptionFault(field.name, "too_long", (("most", LONGEST),)) if len(value) > LONGEST else None


def _in_bounds(field: Field[Any], value: int | Decimal) -> bool:
    if isinstance(value, Decimal) and not value.is_finite():
        return False
    return bool(field.metadata.get("low", 0) <= value <= field.metadata.get("high", LARGEST))
