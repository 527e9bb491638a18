"""The one shape of all strategies, and the reading of their options."""

from __future__ import annotations

import types
from abc import ABC, abstractmethod
from dataclasses import MISSING, dataclass, fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, TypeVar, get_args, get_type_hints

if TYPE_CHECKING:
    from routing.engine.slate import Slate
    from routing.engine.world import Lead, World


class Phrase(NamedTuple):
    """A clause of the plain words: the key of a sentence in routing/wording.py and what fills it."""

    key: str
    params: tuple[tuple[str, int | str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class NoOptions:
    """For strategies that have nothing to choose."""


O = TypeVar("O")  # noqa: E741 - the options of a strategy


class Strategy(ABC, Generic[O]):
    """Narrows, prefers, orders or ends; the docstring of each is its manual page."""

    name: ClassVar[str]
    Options: type[O]

    @abstractmethod
    def says(self, options: O) -> Phrase:
        """Its clause in the plain words of a rule."""

    @abstractmethod
    def narrow(self, slate: Slate, lead: Lead, world: World, options: O) -> Slate:
        """The slate after this step."""


class OptionFault(NamedTuple):
    """One option that cannot be read: its name, a code, and what was expected."""

    option: str
    code: str
    numbers: tuple[tuple[str, int | str | None], ...] = ()
