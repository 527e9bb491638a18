"""Finds the mail that somebody passed on in the text of another, in the manner of many mail programs; pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from leads.mail import words
from leads.mail.message import Address, address_in, decoded

DEEPEST = 30
_MOST_LINES = 5_000
_HEADER_LINES = 12
_QUOTE = re.compile(r"^(?:[>|]\s?)+")
# Stripped and not matched: a pattern for the end of a line takes the square of its length.
_BLANKS = "".join(sign for sign in map(chr, range(0x3001)) if sign.isspace())
_BEFORE, _AFTER = f"{_BLANKS}*_>|-", f"{_BLANKS}*_-"


@dataclass(frozen=True, slots=True)
class Inner:
    """A mail inside the text of another."""

    sender: Address
    subject: str
    text: str
    above: str  # what was written before it
    marked: bool  # a line above says that it was forwarded


def inside(text: str) -> Inner | None:
    """The first mail quoted with its header in the text; None where there is none."""
    lines = text.split("\n")[:_MOST_LINES]
    for n, line in enumerate(lines):
        if _key(line)[0] in words.FROM and (found := _header(lines, n)):
            return found
    return None


def _header(lines: Sequence[str], n: int) -> Inner | None:
    """The mail whose header has its sender on line n, and at least two lines more that belong to a header."""
    told: dict[str, str] = {}
    start = end = n
    while start > 0 and n - start < _HEADER_LINES and _name(_key(lines[start - 1])[0]):
        start -= 1
    for place in range(start, min(start + _HEADER_LINES, len(lines))):
        key, value = _key(lines[place])
        name = _name(key)
        if name:
            told.setdefault(name, value)
        elif not _plain(lines[place]):
            if len(told) > 1:
                break
            continue
        elif not told or not _goes_on(lines[place]):
            break
        end = place
    if "from" not in told or len(told) < 3:
        return None
    # Some programs write the name only.
    sender = address_in(told["from"]) or Address(told["from"].strip(" \"'<>")[:200], "")
    if not sender.email and not sender.name:
        return None
    depth = _depth(lines[n])
    body = "\n".join(_unquoted(line, depth) for line in lines[end + 1 :]).strip()
    above = [line for line in lines[:start] if _plain(line)]
    marked = bool(above) and is_mark(above[-1])
    note = "\n".join(above[:-1] if marked else above).strip()
    return Inner(sender, decoded(told.get("subject", "")), body, note, marked)


def is_mark(line: str) -> bool:
    """Whether the line says that another mail begins."""
    return any(mark in words.letters(line[:200]) for mark in words.MARKS)


def fresh(text: str) -> str:
    """What was written anew: without the mails below it, to which it answers."""
    lines = text.split("\n")[:_MOST_LINES]
    kept: list[str] = []
    for n, line in enumerate(lines):
        if is_mark(line) or (_key(line)[0] in words.FROM and _header(lines, n)):
            break
        if _QUOTE.match(line):
            # "On Monday Ann wrote:" stands above a quotation, now and then on two lines.
            while kept and not kept[-1]:
                kept.pop()
            if kept and kept[-1].endswith(":"):
                kept.pop()
            continue
        kept.append(line)
    return "\n".join(kept).strip() or text


def _key(line: str) -> tuple[str, str]:
    head, colon, rest = _plain(line)[:2000].replace("\uff1a", ":", 1).partition(":")
    return (words.letters(head), rest.strip(" *\t")) if colon and len(head) <= 30 else ("", "")


def _name(key: str) -> str:
    for name, known in (("from", words.FROM), ("subject", words.SUBJECT), ("date", words.DATE), ("to", words.TO)):
        if key in known:
            return name
    return "copy" if key in words.COPY else ""


def _goes_on(line: str) -> bool:
    """Whether it is the rest of a long line above, as of many recipients."""
    return line.startswith((" ", "\t")) or "@" in line


def _plain(line: str) -> str:
    return _QUOTE.sub("", line).lstrip(_BEFORE).rstrip(_AFTER)


def _depth(line: str) -> int:
    quoted = _QUOTE.match(line)
    return quoted[0].count(">") + quoted[0].count("|") if quoted else 0


def _unquoted(line: str, depth: int) -> str:
    """The line without the marks of quotation of the mail it stands in."""
    for _mark in range(depth):
        line = re.sub(r"^[>|]\s?", "", line, count=1)
    return line
