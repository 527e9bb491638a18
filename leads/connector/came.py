"""One request as it came to a source, and how its body is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs

from config.lib import strict_json


class UnreadableError(ValueError):
    """The payload is not what the connector reads; the message names the place and why. Trying again is no use."""


@dataclass(frozen=True)
class Came:
    """One request as it came: names of headers in lower case, the body's raw bytes."""

    method: str
    url: str  # the public one, as the sender wrote it
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    at: datetime

    def header(self, name: str) -> str:
        """The header's text, empty where it is missing."""
        return self.headers.get(name.lower(), "")

    @cached_property
    def text(self) -> str:
        """The body as UTF-8. Raises UnreadableError."""
        try:
            return self.body.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise UnreadableError(f"The body is not UTF-8: byte {error.start}.") from error

    @cached_property
    def json(self) -> Any:
        """The body as JSON, read strictly, without what could not be stored in its texts. Raises UnreadableError."""
        return json_in(self.text)

    @cached_property
    def object(self) -> dict[str, Any]:
        """The body as one JSON object. Raises UnreadableError."""
        if not isinstance(self.json, dict):
            raise UnreadableError("The body must be a JSON object.")
        return self.json

    @cached_property
    def form(self) -> dict[str, str]:
        """The body as a form: each name with its last value. Raises UnreadableError."""
        try:
            values = parse_qs(self.text, keep_blank_values=True, max_num_fields=1000, errors="strict")
        except ValueError as error:
            raise UnreadableError(f"The body is no form: {error}.") from error
        found: dict[str, str] = strict_json.cleaned({name: texts[-1] for name, texts in values.items()})
        return found

    @property
    def is_form(self) -> bool:
        """Whether it says to be a form."""
        return self.header("content-type").partition(";")[0].strip().lower() == "application/x-www-form-urlencoded"


def json_in(text: str) -> Any:
    """A text as JSON, read strictly, without what could not be stored in its texts. Raises UnreadableError."""
    try:
        value = strict_json.loads(text)
        strict_json.check_depth(value)
    except strict_json.NotJSONError as error:
        raise UnreadableError(str(error)) from error
    return strict_json.cleaned(value)
