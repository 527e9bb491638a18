"""The shape of a connector: code for one vendor, a source of news or an enricher; each on the shelf `connectors/`.

A connector knows nothing of our rows: it turns what came into news, or what is known of a lead into more facts.
What ops fill in for one installation (a `Setting` each) stands in the `Connection`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar, Protocol
from urllib.parse import parse_qs

from config.lib import signing, strict_json

# Of our field: where it stands in the facts of a payload (the first that is filled), or {"text": "always this"}.
Mapping_ = Mapping[str, "str | Sequence[str] | Mapping[str, str]"]


class UnreadableError(ValueError):
    """The payload is not what the connector reads; the message names the place and why. Trying again is no use."""


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


class Door(Protocol):
    """The way out to the vendor: JSON in, JSON out. Raises UnansweredError where it should be tried again."""

    def get(self, url: str, *, headers: Mapping[str, str] = ..., params: Mapping[str, str] = ...) -> Any:
        """The answer's JSON; None for 404."""

    def post(self, url: str, *, json: Any, headers: Mapping[str, str] = ...) -> Any:
        """The answer's JSON; None for 404."""


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


# --- news: what a source makes of a payload --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NewLead:
    """Somebody wants to be sold to. `facts` is the vendor's payload as nested JSON; the mapping picks from it.

    `id` is the vendor's own: the same id through the same connection is the same lead. `defaults` are our fields for
    which the vendor has no words (the channel, an intent); what the connection says goes before them. `host` is the
    mail address of the person the vendor gave the lead to (whose meeting was booked).
    """

    id: str
    facts: Mapping[str, Any]
    defaults: Mapping[str, str] = field(default_factory=dict)
    test: bool = False
    at: datetime | None = None
    host: str = ""


@dataclass(frozen=True, slots=True)
class Who:
    """Which person: any of what they are known by."""

    email: str = ""
    phone: str = ""
    lead_id: str = ""  # the id under which this connection brought the lead


@dataclass(frozen=True, slots=True)
class Contacted:
    """A contact with a person, made (or answered) by one of ours; `kind` and `outcome` as in `leads.life`.

    Where nobody knows the person and `stranger` is given, that becomes a lead first.
    """

    id: str
    who: Who
    by: Who
    kind: str
    at: datetime
    outcome: str = ""
    seconds: int | None = None
    stranger: NewLead | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """Something to keep on the timeline of the person's lead: a meeting was cancelled, their data is to be erased."""

    id: str
    who: Who
    text: str
    tell: bool = False  # the owner, or else the managers, get word


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing to do, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Copied:
    """A mail that a rep copied to an address of their own; never a lead. `tokens` are what the addresses hide.

    `writer` is who wrote it first, where somebody passed it on; `ignored` why it is nothing, empty where it is.
    """

    id: str
    tokens: tuple[str, ...]
    sender: str
    writer: str
    people: tuple[str, ...]  # to whom it went
    subject: str
    text: str
    at: datetime | None = None
    ignored: str = ""


News = NewLead | Contacted | Noted | Ignored | Copied


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender is told."""

    body: str = '{"received": true}'
    content_type: str = "application/json"
    status: int = 200
    location: str = ""  # where a browser goes next


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


class Connector:
    """What all have: a name, a label, a manual (the docstring), and what ops fill in."""

    name: ClassVar[str]
    label: ClassVar[str]
    settings: ClassVar[tuple[Setting, ...]] = ()

    def problems(self, given: Mapping[str, Any], kept: Collection[str]) -> dict[str, str]:
        """Setting -> what is wrong with it beside the others; `kept` names the secrets that were filled in before."""
        return {}


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


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of a lead when an enricher is asked; texts, empty where unknown. `domain` is never free mail's."""

    email: str = ""
    domain: str = ""
    company: str = ""
    name: str = ""
    phone: str = ""
    website: str = ""
    country: str = ""
    division: int = 0


class Enricher(Connector):
    """Adds facts about a lead's person or company."""

    # Every enricher asks these of ops; its own come before them.
    ORDER: ClassVar[tuple[Setting, ...]] = (
        Setting(
            "order", "Order", help="Enrichers are asked in this order, the smallest number first. Empty = as they come."
        ),
        Setting(
            "prefer",
            "Its values go before what the person wrote",
            help="Off: only what is empty is filled.",
            kind=Kind.YES_NO,
        ),
    )
    settings = ORDER
    examples: ClassVar[tuple[Example, ...]] = ()
    # Whether it asks the network, and so has a budget and may fail.
    asks_network: ClassVar[bool] = True
    # Where nothing else is said: smaller numbers are asked first.
    order: ClassVar[int] = 50
    # Whether it only guesses, so that anything anybody else says goes before it.
    guesses: ClassVar[bool] = False

    def about(self, asked: Asked, configured: Configured) -> str:
        """Whom it would ask about: an address, or a domain, under which its answer is kept; empty = it is not asked."""
        return asked.email or asked.domain

    def lookup(self, asked: Asked, configured: Configured, door: Door) -> Mapping[str, Any]:
        """Our fields (names as in `Arrival`) that it knows; empty where it knows nothing. Raises UnansweredError.

        Values may be loose (“51-200”, “Germany”): they are read as if a person had written them.
        """
        raise NotImplementedError

    def lookup_many(self, asked: Sequence[Asked], configured: Configured) -> list[Mapping[str, Any]]:
        """The same of many leads at once, of those that ask no network."""
        raise NotImplementedError
