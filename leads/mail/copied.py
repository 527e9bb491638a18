"""Mails that a rep copies to an address of their own: known by its shape alone, whoever it belongs to; pure."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from email.errors import MessageError
from email.message import Message
from email.parser import BytesHeaderParser

from leads.connector import Copied
from leads.mail import forwarded, ignored
from leads.mail.message import BrokenError, Mail, addresses_in, headers_of, key_of
from leads.mail.reading import IsOurs, original_of

MARK = "log-"
_SHAPE = re.compile(rf"(?<![a-z0-9.\-]){MARK}([a-z2-7]{{20}})@")
# A BCC stands in no header of the mail as it was sent; whoever delivers it notes whom it was for.
_HEADERS = (
    "delivered-to", "x-delivered-to", "x-original-to", "x-forwarded-to", "x-envelope-to", "envelope-to", "x-rcpt-to",
    "apparently-to", "received", "to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc",
)  # fmt: skip
_LONGEST, _MOST_PEOPLE = 5_000, 50


def tokens_of(mail: Mail) -> tuple[str, ...]:
    """The secret parts of the addresses it was copied to, each once; none where it is a mail like any other."""
    return _tokens(mail.headers, mail.envelope)


def delivery_key(parsed: Message, *, envelope: Sequence[str] = ()) -> str:
    """By what a delivery of the mail is known: one to a rep's address is not the repeat of one to the door itself."""
    key = key_of(parsed)
    tokens = _tokens(headers_of(parsed), envelope)
    return f"{key}+{hashlib.sha256(' '.join(sorted(tokens)).encode()).hexdigest()[:12]}" if tokens else key


def delivery_key_of_raw(raw: bytes) -> str:
    """The same of raw bytes, of which only the headers are parsed. Raises BrokenError."""
    raw = raw.lstrip(b"\r\n")
    try:
        return delivery_key(BytesHeaderParser().parsebytes(raw))
    except (RecursionError, MessageError, ValueError, LookupError) as error:
        raise BrokenError("This cannot be read as a mail.") from error


def _tokens(headers: Mapping[str, Sequence[str]], envelope: Sequence[str]) -> tuple[str, ...]:
    written = [value for name in _HEADERS for value in headers.get(name, ())]
    found = (match[1] for value in (*envelope, *written) for match in _SHAPE.finditer(value.casefold()))
    return tuple(dict.fromkeys(found))


def read(mail: Mail, tokens: tuple[str, ...], *, own: str, is_ours: IsOurs) -> Copied:
    """What a copied mail tells: who wrote to whom. Raises BrokenError where nobody sent it."""
    if mail.sender is None:
        raise BrokenError("It names no sender: there is no address after From.")
    why = ignored.never(mail, own=own, lists=False)
    if not why and ignored.by_machine(mail):
        why = "A machine wrote it."
    original = original_of(mail, is_ours=is_ours)
    people = [one.email for name in ("to", "cc") for one in addresses_in(mail.headers.get(name, ()))]
    return Copied(
        id=mail.key,
        tokens=tokens,
        sender=mail.sender.email,
        writer=original.sender.email,
        people=tuple(dict.fromkeys(one for one in people if not _SHAPE.search(one)))[:_MOST_PEOPLE],
        subject=original.subject,
        text=forwarded.fresh(original.text)[:_LONGEST],
        at=mail.at,
        ignored=why,
    )
