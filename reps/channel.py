"""The shape of a channel: a way to reach a person; each stands in its own file on the shelf `channels/`."""

from dataclasses import dataclass
from typing import Protocol


class NotReachedError(Exception):
    """The channel could not take the message now; the message says why, and it is tried again."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One message, rendered: subject and plain text always, HTML where a channel shows it."""

    uid: str
    to: str
    subject: str
    text: str
    html: str


class Channel(Protocol):
    """One way to reach a person."""

    def send(self, alerts: list[Alert]) -> list[NotReachedError | None]:
        """Hand over all messages; one entry per message, None where it was taken. Repeats carry the same uid."""
        ...
