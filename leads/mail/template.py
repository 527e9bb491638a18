"""Finds a person's facts in the text of a mail: in lines like `Name: Ann`, or by a pattern made of an example; pure.

A pattern is plain text before and after, never an expression that runs.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leads.mail.message import address_in
from leads.mail.words import FROM, field_of, letters

_MOST_LINES, _MOST_KEYS = 2_000, 100
_LONGEST_KEY, _LONGEST_VALUE = 60, 5_000
_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}")
_NUMBER = re.compile(r"\+[0-9][0-9 ()./-]{6,24}")
_GAP = re.compile(r"\t| {3,}|\s\|\s")
_TOLD = ("email", "phone", "name", "first_name", "last_name", "company", "profile_url")
_ANSWER = "answers."


@dataclass(slots=True)
class Found:
    """What stands in a mail: values of our fields, and of what only the mail has a name for."""

    fields: dict[str, str] = field(default_factory=dict)
    lines: dict[str, str] = field(default_factory=dict)

    def tells_who(self) -> bool:
        """Whether somebody is in it."""
        return any(self.fields.get(name) for name in _TOLD)

    def is_a_form(self) -> bool:
        """Whether it is about somebody else than who sent it: a signature has a number, too, but names nobody."""
        names = ("name", "first_name", "last_name", "email")
        return any(self.fields.get(name) for name in names)

    def add(self, key: str, value: str) -> None:
        """The first of each name counts; what no field of ours is called keeps its own name."""
        value = value.strip()[:_LONGEST_VALUE]
        if not value:
            return
        name = field_of(key)
        if not name and letters(key) in FROM and (who := address_in(value)):
            self.fields.setdefault("email", who.email)
            name, value = "name", who.name
            if not value:
                return
        if name and name not in self.fields:
            self.fields[name] = _cleaned(name, value)
        elif not name and len(self.lines) < _MOST_KEYS:
            self.lines.setdefault(plain_key(key), value)


def plain_key(key: str) -> str:
    """A name that can stand in a place of the mapping."""
    return " ".join(re.sub(r"[\[\]*•]", " ", key).split())[:_LONGEST_KEY]


def _cleaned(name: str, value: str) -> str:
    """Without what mail programs put beside addresses: `ann@example.net <mailto:ann@example.net>`."""
    if name == "email" and (match := _EMAIL.search(value)):
        return match[0].strip(".'")
    if name in {"phone", "website", "profile_url"}:
        value = re.sub(r"\s*[<(\[](?:tel|mailto|https?)[:/][^<>()\[\]]{0,500}[>)\]]\s*$", "", value) or value
    return value


# --- lines like "Name: Ann" -------------------------------------------------------------------------------------------


def read_lines(text: str) -> Found:
    """Each `key: value`, a key above its value, two cells of a table, or a table with its keys on top."""
    lines = [line.strip(" \t>*•-\u2013") for line in text.split("\n")[:_MOST_LINES]]
    found = Found()
    n = 0
    while n < len(lines):
        n = _read_one(lines, n, found)
    if not found.fields.get("email"):
        _recognise(found)
    return found


def _read_one(lines: Sequence[str], n: int, found: Found) -> int:
    """Reads what begins on line n; returns the line where to go on."""
    line = lines[n]
    if not line:
        return n + 1
    keys = [cell.strip(" :*") for cell in line.split("\t")]
    if len(keys) > 2 and n + 1 < len(lines) and sum(bool(field_of(key)) for key in keys) * 2 > len(keys):
        for key, value in zip(keys, lines[n + 1].split("\t"), strict=False):
            found.add(key, value)
        return n + 2
    key, value = _split(line)
    if key and value:
        if field_of(key) == "message":
            return _read_message(lines, n, key, value, found)
        found.add(key, value)
        return n + 1
    key = key or (line.strip("*: ") if field_of(line.strip("*: ")) else "")
    return _read_below(lines, n, key, found) if key else n + 1


def _read_below(lines: Sequence[str], n: int, key: str, found: Found) -> int:
    """A key that stands alone: its value is the next line, unless that is a key itself."""
    below = n + 1
    while below < len(lines) and not lines[below] and below < n + 3:
        below += 1
    if below >= len(lines) or not lines[below] or _is_key(lines[below]):
        return n + 1
    if field_of(key) == "message":
        return _read_message(lines, below, key, lines[below], found)
    found.add(key, lines[below])
    return below + 1


def _read_message(lines: Sequence[str], n: int, key: str, value: str, found: Found) -> int:
    """A message goes on until the next line that has a key we know."""
    end = n + 1
    while end < len(lines) and not _is_key(lines[end]):
        end += 1
    found.add(key, "\n".join([value, *lines[n + 1 : end]]))
    return end


def _is_key(line: str) -> bool:
    key, _value = _split(line)
    return bool(field_of(key or line.strip("*: ")))


def _split(line: str) -> tuple[str, str]:
    """Key and value of a line; the key is empty where there is none."""
    head, colon, rest = line.replace("\uff1a", ":", 1).partition(":")
    if colon and _may_be_key(head) and not rest.startswith("//"):
        return head.strip(" *\t|"), rest.strip(" *\t|")
    parts = _GAP.split(line, maxsplit=1)
    if len(parts) == 2 and field_of(parts[0].strip(" *|")):
        return parts[0].strip(" *|"), parts[1].strip(" *\t|")
    return "", ""


def _may_be_key(text: str) -> bool:
    """Whether it reads like the name of a field and not like a sentence, a time or a link."""
    text = text.strip(" *\t|")
    if not 0 < len(text) <= _LONGEST_KEY or len(text.split()) > 8:
        return False
    return any(c.isalpha() for c in text) and not any(c in text for c in '@<>"{}=') and text.casefold() not in _SCHEMES


_SCHEMES = frozenset({"http", "https", "mailto", "tel", "ftp"})


def _recognise(found: Found) -> None:
    """Keys in a language we do not know: an address and a number show what they are by themselves."""
    for key, value in list(found.lines.items()):
        if _EMAIL.fullmatch(value) and "email" not in found.fields:
            found.fields["email"] = found.lines.pop(key)
        elif _NUMBER.fullmatch(value) and "phone" not in found.fields:
            found.fields["phone"] = found.lines.pop(key)


# --- patterns made of an example --------------------------------------------------------------------------------------


class UntellableError(ValueError):
    """No pattern can be made of the example; the message says why."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """The text after `start`, up to `end` or the end of the line; with `below`, all of the line after `start`."""

    field: str
    start: str
    end: str = ""
    below: bool = False

    def find(self, text: str) -> str:
        """What stands there, empty where the mail is written otherwise."""
        place = _place(text, self.start)
        if place < 0:
            return ""
        if self.below:
            rest = text[place:].partition("\n")[2].lstrip("\n")
            line = rest.partition("\n")[0]
            return line.strip()[:_LONGEST_VALUE]
        rest = text[place:]
        if self.end:
            return _before(rest, self.end)
        return rest.partition("\n")[0].strip()[:_LONGEST_VALUE]

    def stored(self) -> dict[str, Any]:
        """As it stands among the settings of a mailbox."""
        return {"field": self.field, "start": self.start, "end": self.end, "below": self.below}


def _place(text: str, start: str) -> int:
    """Where the text after `start` begins: what begins a line is looked for where lines begin, first of all."""
    if not start:
        return -1
    at_line = 0 if text.startswith(start) else text.find(f"\n{start}") + 1
    if at_line or text.startswith(start):
        return at_line + len(start)
    anywhere = text.find(start)
    return anywhere + len(start) if anywhere >= 0 else -1


def _before(text: str, end: str) -> str:
    value, there, _rest = text[: _LONGEST_VALUE + len(end)].partition(end)
    return value.strip() if there else ""


def patterns_of(stored: object) -> list[Pattern]:
    """From the settings of a mailbox; what is no pattern is passed over."""
    listed = [one for one in (stored if isinstance(stored, list) else []) if isinstance(one, Mapping)]
    return [
        Pattern(one["field"], one["start"], str(one.get("end") or ""), bool(one.get("below")))
        for one in listed[:_MOST_KEYS]
        if isinstance(one.get("field"), str) and isinstance(one.get("start"), str)
    ]


def read_patterns(text: str, patterns: Iterable[Pattern]) -> Found:
    """What the patterns find; answers keep the name ops gave them."""
    found = Found()
    for pattern in patterns:
        value = pattern.find(text)
        if value and pattern.field.startswith(_ANSWER):
            found.lines.setdefault(plain_key(pattern.field.removeprefix(_ANSWER)), value)
        elif value:
            found.fields.setdefault(pattern.field, _cleaned(pattern.field, value))
    return found


def pattern_from(*, sample: str, field: str, value: str) -> Pattern:
    """The pattern that finds the value in the sample, told by what stands around it. Raises UntellableError.

    What stands before it on its line, and after it; where it begins its line, the line above.
    """
    value = value.strip()
    if not value:
        raise UntellableError("Write the value as it stands in the sample.")
    at = sample.find(value)
    if at < 0:
        raise UntellableError("This does not stand in the sample.")
    while at >= 0:
        for pattern in _around(sample, field, at, value):
            if pattern.find(sample) == value:
                return pattern
        at = sample.find(value, at + 1)
    raise UntellableError("Nothing stands before it by which it could be found again.")


def _around(sample: str, field: str, at: int, value: str) -> list[Pattern]:
    """Ways to tell the place, the plainest first."""
    line_start = sample.rfind("\n", 0, at) + 1
    line_end = sample.find("\n", at + len(value))
    before = sample[line_start:at]
    after = sample[at + len(value) : line_end if line_end >= 0 else len(sample)]
    if before.strip():
        if "\n" in value:  # several lines: up to the next line that says something
            return [Pattern(field, before, end) for end in _line_after(sample, at + len(value))]
        return [Pattern(field, before, after[:40].rstrip() if after.strip() else "")]
    above = sample[:line_start].rstrip("\n").rpartition("\n")[2]
    if not above.strip():
        return []
    if "\n" in value or after.strip():
        ends = [after[:40].rstrip()] if after.strip() else _line_after(sample, at + len(value))
        return [Pattern(field, f"{above}\n", end) for end in ends]
    return [Pattern(field, above, below=True)]


def _line_after(sample: str, at: int) -> list[str]:
    following = next((line for line in sample[at:].split("\n")[1:] if line.strip()), "")
    return [f"\n{following[:40]}"] if following else []
