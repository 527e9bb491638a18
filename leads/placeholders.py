"""Words in double brackets that stand for something of a lead or its rep; whatever else is written stays as it is.

Pure, and no template language: a text is looked through once, so what is filled in is never read again.
"""

import re
from collections.abc import Mapping

# Each with what it stands for, in the order a page lists them; pages translate the second.
NAMES: Mapping[str, str] = {
    "first name": "the first name of the lead",
    "company": "the company of the lead",
    "rep": "the rep's name",
    "booking link": "the rep's booking page",
    "working hours": "the rep's working hours in words",
    "division": "the name of the division",
}
# A line that has nothing to say without these is left out where they are not known.
_LINES = frozenset({"booking link", "working hours"})
_PLACE = re.compile(r"\[\[([^\[\]\n|]{0,60})(?:\|([^\[\]\n]{0,60}))?\]\]")
_NOT_SEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
# Whoever fills in a form may write anything under any address: no link of theirs goes out in our name.
_LINK = re.compile(r"[/\\@:<>\[\]]|\w\.\w|www\b", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_]+(?:['’\-.][^\W\d_]+)*\.?")  # noqa: RUF001 - as names are written
_LONGEST_NAME, _LONGEST = 40, 80
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof", "herr", "frau", "mme", "m", "sr", "sra"})


def unknown(text: str) -> list[str]:
    """The placeholders in a text that stand for nothing, each once."""
    found = (match[1].strip() for match in _PLACE.finditer(text))
    return list(dict.fromkeys(name for name in found if _key(name) not in NAMES))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled in; `[[first name|there]]` says “there” where the name is not known."""
    lines = (_line(line, values) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line for line in lines if line is not None)).strip()


def _line(line: str, values: Mapping[str, str]) -> str | None:
    empty = False

    def word(match: re.Match[str]) -> str:
        nonlocal empty
        found = values.get(_key(match[1]), "") or (match[2] or "").strip()
        empty = empty or (not found and _key(match[1]) in _LINES)
        return found or "\x00"

    filled = _PLACE.sub(word, line)
    # Without its word no blank is left over: "Hello [[first name]]," says "Hello,".
    return None if empty else re.sub(r"[ \t]?\x00", "", filled)


def first_name(name: str) -> str:
    """The first of a person's names; empty where it does not look like a name."""
    if _LINK.search(_TITLED.sub("", name)):
        return ""
    words = clean(name).split()
    while words and words[0].rstrip(".").casefold() in _TITLES:
        words.pop(0)
    found = words[0].strip(",;") if words and not words[0].endswith(",") else ""
    return found if _NAME.fullmatch(found) and len(found) <= _LONGEST_NAME else ""


_TITLED = re.compile(rf"\b(?:{'|'.join(sorted(_TITLES))})\.", re.IGNORECASE)


def plain(text: str) -> str:
    """What a stranger wrote, short and on one line; empty where it holds a link or an address."""
    found = clean(text)
    return "" if _LINK.search(found) or len(found) > _LONGEST else found


def clean(text: str) -> str:
    """On one line, without signs nobody sees: safe in a header."""
    return " ".join(_NOT_SEEN.sub(" ", text).split())


def _key(name: str) -> str:
    return " ".join(name.casefold().split())
