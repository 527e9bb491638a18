"""The shape of a source: whose requests it takes, what it answers, and the news in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from config.lib import signing
from leads.connector.came import Came
from leads.connector.news import NewLead, News
from leads.connector.plug import Configured, Connector, Door, Example, Kind, Setting

# Of our field: where it stands in the facts of a payload (the first that is filled), or {"text": "always this"}.
Mapping_ = Mapping[str, "str | Sequence[str] | Mapping[str, str]"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender is told."""

    body: str = '{"received": true}'
    content_type: str = "application/json"
    status: int = 200
    location: str = ""  # where a browser goes next


# Every source has it: whose requests are taken at all.
ONLY_FROM = Setting(
    "only_from", "Only from these addresses", "IP addresses or networks, separated by commas. Empty = from anywhere."
)


# For those that tell whose meeting was booked, or who took the call.
HOST_KEEPS = Setting(
    "host_keeps",
    "Who was booked or called keeps the lead",
    "Off: the rules decide, whoever the meeting was booked with or took the call.",
    Kind.YES_NO,
    default="yes",
)


class Source(Connector):
    """Brings news: leads, contacts made, remarks. All but `read` is asked while the sender waits: no network."""

    # In which words the vendor's fields are ours; ops change a copy of it.
    MAPPING: ClassVar[Mapping_] = {}
    # Where facts the mapping did not use go: into the answers of the lead, or nowhere (the raw body keeps them).
    keeps_rest: ClassVar[bool] = False
    examples: ClassVar[tuple[Example, ...]] = ()
    # Whether it proves who sent it; those that cannot are guarded by their secret address only.
    signed: ClassVar[bool] = True
    # How large a delivery may be; 0 = as large as anything else that is sent to us.
    most_bytes: ClassVar[int] = 0

    def proves(self, configured: Configured) -> bool:
        """Whether what passes `verify` proves who sent it, as this connection is set up."""
        return self.signed

    def greet(self, came: Came, configured: Configured) -> Answer | None:
        """The answer to a handshake, which is no delivery; None for everything else."""
        return None

    def verify(self, came: Came, configured: Configured) -> None:
        """Raise `config.lib.signing.NotSignedError` unless the vendor sent it."""

    def delivery_id(self, came: Came, configured: Configured) -> str:
        """By what a repeated delivery is known; empty where the vendor says nothing. Raises UnreadableError."""
        return ""

    def answer(self, came: Came, configured: Configured) -> Answer:
        """What the vendor wants to hear once the delivery is kept."""
        return Answer()

    def read(self, came: Came, configured: Configured, door: Door) -> list[News]:
        """The news in a delivery. Raises UnreadableError, UnansweredError."""
        raise NotImplementedError


class Posted(Source):
    """A source that posts plain JSON or a form and signs nothing: guarded by its address, and a key where ops set
    one.

    The key comes as `X-Fairlead-Key: KEY` or `Authorization: Bearer KEY`.
    """

    signed = False
    keeps_rest = True
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("key", "Key", "Sent as header X-Fairlead-Key, or Authorization: Bearer. May be empty.", Kind.SECRET),
    )
    channel: ClassVar[str] = "form"

    def verify(self, came: Came, configured: Configured) -> None:
        """The key, where one is set."""
        if keys := configured.secrets.get("key"):
            bearer = came.header("authorization").partition(" ")
            given = came.header("x-fairlead-key") or (bearer[2] if bearer[0].lower() == "bearer" else "")
            signing.check_key(given.strip(), keys)

    def proves(self, configured: Configured) -> bool:
        """Where a key is set."""
        return bool(configured.secrets.get("key"))

    def delivery_id(self, came: Came, configured: Configured) -> str:
        """Nothing is said of repeats; what is no JSON or form is refused at once."""
        self.payload(came)
        return ""

    def payload(self, came: Came) -> dict[str, Any]:
        """The body's one object."""
        return dict(came.form) if came.is_form else came.object

    def read(self, came: Came, configured: Configured, door: Door) -> list[News]:
        """One lead."""
        facts = self.payload(came)
        return [NewLead(self.id_of(facts), facts, {"channel": self.channel})]

    def id_of(self, facts: Mapping[str, Any]) -> str:
        """The vendor's id of the lead, empty where there is none."""
        return ""
