"""A mail as we read it: who sent it, what it says, what hangs on it; read from raw bytes, however broken; pure."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import HeaderParseError, MessageError
from email.header import decode_header
from email.message import Message
from email.utils import collapse_rfc2231_value, getaddresses, parsedate_to_datetime

from leads.mail.html_text import text_of

# Larger mails are not fetched; a mailbox says so with their headers alone, and their size under this name.
MOST_BYTES = 25 << 20
CUT = "x-fairlead-cut"
# Longer texts are cut: a mail somebody wrote, and thirty forwards of it, are far shorter.
LONGEST = 200_000
_LONGEST_HTML = 500_000
_LONGEST_HEADER = 5_000
_MOST_PARTS, _DEEPEST, _MOST_NAMES = 500, 60, 20
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_ADDRESS = re.compile(r"[^\s@<>\"(),;:]{1,64}@[^\s@<>\"(),;:]{1,189}")
# As some programs write addresses: [mailto:ann@example.net], and names with a comma that should have been quoted.
_MAILTO = re.compile(r"[<\[]mailto:([^\s<>\[\]]{3,254})[>\]]")
_COMMA = re.compile(r"([^<>\"@,;:]{1,60},[^<>\"@,;:]{1,60})<([^\s@<>\"(),;:]{1,64}@[^\s@<>\"(),;:]{1,189})>")
# Codecs that are no charsets of mails: slow, or able to do more than spell.
_NO_CHARSETS = frozenset({"idna", "punycode", "unicodeescape", "rawunicodeescape", "undefined", "mbcs", "oem"})
_STUB = 60  # a plain part shorter than that beside a long HTML one only says to open another program


class BrokenError(ValueError):
    """There is no mail in it."""


@dataclass(frozen=True, slots=True)
class Address:
    """One of a mail: the name as it was written, the address in small letters."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Mail:
    """What is left of a mail once charsets, encodings and HTML are gone."""

    sender: Address | None
    subject: str
    text: str
    reply_to: Address | None = None
    at: datetime | None = None
    key: str = ""
    headers: Mapping[str, Sequence[str]] = field(default_factory=dict)  # by name in small letters, as they were written
    content_type: str = ""
    calendar: str = ""  # the method of a calendar entry in it, "-" where it names none
    attachments: tuple[str, ...] = ()
    attached: tuple[Message, ...] = ()  # mails that hang on it
    envelope: tuple[str, ...] = ()  # whom a provider says it was delivered to

    def header(self, name: str) -> str:
        """The first of that name, decoded; empty where there is none."""
        return decoded(next(iter(self.headers.get(name, ())), ""))


def parse(raw: bytes) -> Mail:
    """The mail in these bytes. Raises BrokenError."""
    try:
        return mail_of(message_from_bytes(raw.lstrip(b"\r\n")))
    except (RecursionError, MessageError, ValueError, LookupError) as error:
        raise BrokenError("This cannot be read as a mail.") from error


def mail_of(message: Message, *, envelope: Sequence[str] = ()) -> Mail:
    """The same of a message that is parsed already."""
    headers = headers_of(message)
    plain, html, names, attached, calendar = _parts(message)
    text = "\n\n".join(plain)
    if html and len(text.strip()) < _STUB:
        from_html = "\n\n".join(text_of(one[:_LONGEST_HTML]) for one in html)
        text = from_html if len(from_html) > 2 * len(text) or not text.strip() else text
    sender = _first(headers, "from") or _first(headers, "sender")
    return Mail(
        sender=sender,
        reply_to=_first(headers, "reply-to"),
        subject=decoded(next(iter(headers.get("subject", ())), ""))[:500],
        text=tidy(text[:LONGEST]),
        at=_date(headers),
        key=key_of(message),
        headers=headers,
        content_type=_type(message),
        calendar=calendar,
        attachments=tuple(dict.fromkeys(names))[:_MOST_NAMES],
        attached=tuple(attached),
        envelope=tuple(envelope),
    )


def key_of(message: Message) -> str:
    """By what the mail is known when it comes again: its Message-ID, else what it says."""
    headers = headers_of(message)
    given = "".join(next(iter(headers.get("message-id", ())), "").split())
    if len(given) > len("<@>"):
        return (
            f"mail:{given}"
            if len(given) <= 180 and given.isprintable()
            else f"mail:{_digest(given.encode('utf-8', 'replace'))}"
        )
    said = [next(iter(headers.get(name, ())), "") for name in ("from", "date", "subject")]
    content = "\n".join(" ".join(text.split()) for text in said).encode("utf-8", "replace")
    return f"mail:{_digest(content + _body(message))}"


def _body(message: Message) -> bytes:
    """What stands below the headers; ends of lines and blanks at the end change on the way, so they do not count."""
    payload = _stored(message)
    if isinstance(payload, str):
        whole = payload.encode("utf-8", "surrogatepass")
    else:
        whole = (
            b"\n".join(_body(part) for part in payload if isinstance(part, Message))
            if isinstance(payload, list)
            else b""
        )
    return b"\n".join(line.rstrip() for line in whole.splitlines()).strip()


def _stored(part: Message) -> object:
    """Its parts, or its text as it came: asked in the usual way the text is decoded first, which may fail."""
    return vars(part).get("_payload")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# --- headers ----------------------------------------------------------------------------------------------------------


def headers_of(message: Message) -> dict[str, list[str]]:
    """By name in small letters, as they were written."""
    found: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        listed = found.setdefault(str(name).casefold(), [])
        if len(listed) < 100:
            listed.append(str(value)[:_LONGEST_HEADER])
    return found


def decoded(raw: str) -> str:
    """A header as it was meant, on one line: what could start another header or hide is gone."""
    text = _bytes_as_text(raw.replace("\r", " ").replace("\n", " "))
    try:
        parts = decode_header(text)
    except (HeaderParseError, ValueError):
        parts = [(text, None)]
    whole = "".join(part if isinstance(part, str) else in_charset(part, charset or "") for part, charset in parts)
    return " ".join(_UNSEEN.sub(" ", whole).split())


def _bytes_as_text(raw: str) -> str:
    """Headers with bare bytes in them hold each as a surrogate: mostly they are UTF-8."""
    try:
        raw.encode("utf-8")
    except UnicodeEncodeError:
        return in_charset(raw.encode("utf-8", "surrogateescape"), "")
    return raw


def _first(headers: Mapping[str, list[str]], name: str) -> Address | None:
    """The first usable address of a header."""
    raw = " ".join(" ".join(headers.get(name, ())).split())
    return address_in(raw)


def addresses_in(values: Sequence[str]) -> list[Address]:
    """All usable addresses of headers that hold several."""
    raw = [_bytes_as_text(" ".join(value.split())[:_LONGEST_HEADER]) for value in values]
    pairs = ((name, email.strip()) for name, email in getaddresses(raw))
    return [
        Address(_name(decoded(name), email), email.casefold()) for name, email in pairs if _ADDRESS.fullmatch(email)
    ]


def address_in(raw: str) -> Address | None:
    """The first usable address in a text like `"Bauer, Ann" <ann@example.net>`."""
    raw = _MAILTO.sub(r"<\1>", _bytes_as_text(raw[:_LONGEST_HEADER]))
    if plain := _COMMA.fullmatch(raw.strip()):
        return Address(_name(decoded(plain[1]), plain[2]), plain[2].casefold())
    for name, email in getaddresses([raw]):
        if _ADDRESS.fullmatch(email.strip()):
            return Address(_name(decoded(name), email), email.strip().casefold())
    # Names with what should have been quoted, encoded words that hold the address, and the like.
    text = decoded(raw)
    match = _ADDRESS.search(text)
    if match is None:
        return None
    email = match[0].strip("'.")
    return Address(_name(text[: match.start()].strip(" <\"'[(:"), email), email.casefold())


def _name(name: str, email: str) -> str:
    name = name.strip(" \"'").removeprefix("mailto:")[:200]
    return "" if name.casefold() == email.casefold() else name


def _date(headers: Mapping[str, list[str]]) -> datetime | None:
    try:
        found = parsedate_to_datetime(next(iter(headers.get("date", ())), ""))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


# --- parts ------------------------------------------------------------------------------------------------------------


def _parts(message: Message) -> tuple[list[str], list[str], list[str], list[Message], str]:
    plain: list[str] = []
    html: list[str] = []
    names: list[str] = []
    attached: list[Message] = []
    calendar = ""
    for part in _leaves(message):
        kind, name = _type(part), _file_name(part)
        if kind == "text/calendar":
            calendar = _param(part, "method").upper() or "-"
        if kind == "message/rfc822" and isinstance(_stored(part), list):
            attached += _mails(part)
        elif name or _is_attachment(part) or kind not in {"text/plain", "text/html"}:
            names.append(name or kind)
        elif kind == "text/html":
            html.append(_text(part))
        else:
            plain.append(_text(part))
    return plain, html, names, attached, calendar


def _leaves(message: Message) -> Iterator[Message]:
    """Parts that hold something, in their order; a mail that hangs on it is one part."""
    waiting, seen = [(message, 0)], 0
    while waiting and seen < _MOST_PARTS:
        part, depth = waiting.pop()
        seen += 1
        payload = _stored(part)
        if isinstance(payload, list) and _type(part) != "message/rfc822":
            if depth < _DEEPEST:
                waiting += [(one, depth + 1) for one in reversed(payload) if isinstance(one, Message)]
        else:
            yield part


def _mails(part: Message) -> list[Message]:
    payload = _stored(part)
    return [one for one in payload if isinstance(one, Message)][:1] if isinstance(payload, list) else []


def _type(part: Message) -> str:
    try:
        return part.get_content_type()
    except Exception:  # noqa: BLE001 - the parser of this header raises whatever its author did not think of
        return "text/plain"


def _param(part: Message, name: str, header: str = "content-type") -> str:
    try:
        value = part.get_param(name, "", header)
        return decoded(collapse_rfc2231_value(value)) if value else ""
    except Exception:  # noqa: BLE001 - see _type
        return ""


def _file_name(part: Message) -> str:
    name = _param(part, "filename", "content-disposition") or _param(part, "name")
    return re.split(r"[\\/]", name)[-1].strip(". ")[:100]


def _is_attachment(part: Message) -> bool:
    written = str(part.get("content-disposition", "")).lstrip().casefold()
    return written.startswith("attachment")


def _text(part: Message) -> str:
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError):  # it asks for its charset, which may be anything
        payload = str(_stored(part)).encode("utf-8", "surrogateescape")
    return in_charset(payload, _param(part, "charset")) if isinstance(payload, bytes) else ""


def in_charset(raw: bytes, charset: str) -> str:
    """Bytes as text: as they say they are written, else as they can be read; never an error."""
    folded = re.sub(r"[^a-z0-9]", "", charset.casefold())
    named = [] if folded in _NO_CHARSETS | {""} else [charset]
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        named = ["utf-16", *named]
    for name in [*named, "utf-8"]:
        try:
            return raw.decode(name)
        except (LookupError, UnicodeError, ValueError):
            continue
    return raw.decode("cp1252", "replace")


def tidy(text: str) -> str:
    """Without what cannot be stored or seen; one kind of line end, never more than two empty lines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    text = _UNSEEN.sub("", text)
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip()
