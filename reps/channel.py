"""The shape of a channel: a way to reach a person; each stands in its own file on the shelf `channels/`."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _

from config.lib import http
from config.lib.http import FailedError, Failure, RefusedError

# What an endpoint may take of our time, first byte to last.
SECONDS = 4.0
# Names that would ring everybody in a room, wherever the room minds them.
_CALLS_ALL = re.compile(r"@(?=(?:everyone|here|channel|all)\b)", re.IGNORECASE)


class NotReachedError(Exception):
    """The channel could not take the message now; the message says why, and it is tried again."""


class GoneError(NotReachedError):
    """Nobody is reached there any more: the endpoint is closed, and nothing is tried again."""


class AddressError(ValueError):
    """This is no address of the channel; the message says what is wrong, in people's words."""


@dataclass(frozen=True, slots=True)
class Button:
    """Something the reader can do from the message, where the channel can carry it back; `value` tells nothing."""

    act: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Alert:
    """One message, rendered: subject and plain text always, HTML where a channel shows it, `brief` where room is short.

    `to` is the e-mail address; `address` is the unsealed address of the endpoint, of the channels that have one.
    """

    uid: str
    to: str
    subject: str
    text: str
    html: str
    brief: str = ""
    act: str = ""
    url: str = ""
    buttons: tuple[Button, ...] = ()
    address: Mapping[str, Any] = field(default_factory=dict, repr=False)
    # Of an e-mail: from whom, where not from the installation itself, and headers beside the usual ones.
    sender: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Channel:
    """One way to reach a person. Its docstring is its manual, `EXAMPLE` what a person enters as the address.

    One without endpoints has no addresses: it reads none and shows none.
    """

    name: ClassVar[str]
    label: ClassVar[Any]
    icon: ClassVar[str] = "bell"
    asks: ClassVar[Any] = ""  # the label of the address field; empty where nobody types one
    EXAMPLE: ClassVar[str] = ""
    has_endpoints: ClassVar[bool] = True
    for_groups: ClassVar[bool] = False

    def read(self, text: str) -> dict[str, Any]:
        """What is kept of an address as somebody entered it. Raises AddressError."""
        if self.has_endpoints:
            raise NotImplementedError
        raise AddressError(_("Nobody enters an address for this channel."))

    def shown(self, address: Mapping[str, Any]) -> str:
        """As much of the address as may be shown."""
        return host_of(str(address.get("url", "")))

    def send(self, alerts: Sequence[Alert]) -> list[NotReachedError | None]:
        """Hand over all messages; one entry per message, None where it was taken. Repeats carry the same uid.

        It may run beside others in a thread, so it asks nothing of the database.
        """
        return [self._tried(alert) for alert in alerts]

    def send_one(self, alert: Alert) -> None:
        """Hand over one. Raises NotReachedError, GoneError."""
        raise NotImplementedError

    def _tried(self, alert: Alert) -> NotReachedError | None:
        try:
            self.send_one(alert)
        except NotReachedError as error:
            return error
        return None


def post(
    url: str, *, body: bytes, headers: Mapping[str, str] | None = None, gone: frozenset[int] = frozenset({404, 410})
) -> http.Answer:
    """Send by the one door out: no redirects, no inner network, a few seconds at most. Raises NotReachedError."""
    try:
        answer = http.request("POST", url, headers=headers, body=body, timeout=SECONDS)
    except RefusedError as error:
        raise GoneError(str(error)) from error
    except FailedError as error:
        raise NotReachedError(_says(error)) from error
    if answer.status in gone:
        raise GoneError(_("It answered %d: nobody is reached there any more.") % answer.status)
    if not answer.ok:
        raise NotReachedError(_("It answered %d.") % answer.status)
    return answer


def json_body(value: Any) -> bytes:
    """A value as the bytes of JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def disarmed(text: str) -> str:
    """The text with words that would ring a whole room taken apart by a sign nobody sees."""
    return _CALLS_ALL.sub("@\u2060", text)


def host_of(url: str) -> str:
    """The host of a web address; empty where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def parts_of(url: str) -> SplitResult:
    """The parts of a web address as somebody entered it; all empty where it is none."""
    try:
        return urlsplit(url.strip())
    except ValueError:
        return urlsplit("")


def _says(error: FailedError) -> str:
    words = {
        Failure.UNKNOWN_NAME: _("Its name is not known."),
        Failure.UNREACHABLE: _("It could not be reached."),
        Failure.INSECURE: _("Its certificate could not be trusted."),
        Failure.TIMEOUT: _("It did not answer in time."),
        Failure.TOO_LARGE: _("It answered with more than anybody can read."),
        Failure.REDIRECTED: _("It answered with a redirect, and redirects are not followed."),
        Failure.LEFT_ALONE: _("It failed several times in a row, and is left alone for a minute."),
    }
    return words.get(error.failure, _("It could not be reached."))
