"""What every connector has: a name, a manual, examples, what ops fill in, and the way out to its vendor."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Protocol


class UnansweredError(Exception):
    """The vendor could not be asked just now; it is tried again later."""


class Kind(StrEnum):
    """How a setting is filled in."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105 - a kind of setting; sealed when stored, never shown again
    YES_NO = "yes_no"
    CHOICE = "choice"
    URL = "url"
    HOST = "host"  # of the open internet, or one the operator named
    PORT = "port"


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing ops fill in; texts are marked for translation, translated at the edge."""

    name: str
    label: str
    help: str = ""
    kind: Kind = Kind.TEXT
    required: bool = False
    default: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Configured:
    """What ops filled in: `secrets` hold every value that is valid now (two while one is being changed)."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def setting(self, name: str) -> str:
        """One setting as text, empty where it was left out."""
        return str(self.settings.get(name) or "")

    def on(self, name: str) -> bool:
        """Whether a yes-or-no is switched on."""
        return self.settings.get(name) is True

    def secret(self, name: str) -> str:
        """The newest value of a secret, empty where there is none."""
        return next(iter(self.secrets.get(name, ())), "")


@dataclass(frozen=True, slots=True)
class Example:
    """A payload as the vendor sends it and what is made of it: shown by the manual, asserted by the contract test."""

    name: str
    body: str
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)  # made up
    # What the vendor answers when asked, by the end of the address.
    answers: Mapping[str, Any] = field(default_factory=dict)
    gives: Mapping[str, Any] = field(default_factory=dict)  # our fields of the lead, where one is made


class Door(Protocol):
    """The way out to the vendor: JSON in, JSON out. Raises UnansweredError where it should be tried again."""

    def get(self, url: str, *, headers: Mapping[str, str] = ..., params: Mapping[str, str] = ...) -> Any:
        """The answer's JSON; None for 404."""

    def post(self, url: str, *, json: Any, headers: Mapping[str, str] = ...) -> Any:
        """The answer's JSON; None for 404."""


class Connector:
    """What all have: a name, a label, a manual (the docstring), and what ops fill in."""

    name: ClassVar[str]
    label: ClassVar[str]
    settings: ClassVar[tuple[Setting, ...]] = ()

    def problems(self, given: Mapping[str, Any], kept: Collection[str]) -> dict[str, str]:
        """Setting -> what is wrong with it beside the others; `kept` names the secrets that were filled in before."""
        return {}
