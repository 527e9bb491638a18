"""Reads a lead out of a text that somebody typed or pasted: addresses, numbers, links, and what is left of it; pure."""

import re
from urllib.parse import unquote

import phonenumbers

_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}")
_LINK = re.compile(r"https?://[^\s<>|\"']{1,500}")
_PROFILES = ("linkedin.com/in/", "linkedin.com/pub/", "xing.com/profile/", "facebook.com/", "instagram.com/", "x.com/")
_LONGEST = 20_000
_LONGEST_NAME = 80


def read(text: str, *, country: str = "") -> dict[str, str]:
    """Our fields as far as they can be told: email, phone, profile_url, website, name, company, and the whole as
    message.

    A short first line of words, as in `Ann Bauer, Bauer Marine`, is taken for name and company.
    """
    text = text[:_LONGEST].strip()
    found: dict[str, str] = {}
    if match := _EMAIL.search(text):
        found["email"] = match[0].strip(".'")
    rest = _EMAIL.sub(" ", text)
    for raw in _LINK.findall(rest):
        link = raw.rstrip(".,;)")
        is_profile = any(place in link.casefold() for place in _PROFILES)
        found.setdefault("profile_url" if is_profile else "website", link)
    rest = _LINK.sub(" ", rest)
    number = next(iter(phonenumbers.PhoneNumberMatcher(rest[:2000], country or None, max_tries=20)), None)
    if number:
        found["phone"] = number.raw_string
        rest = rest.replace(number.raw_string, " ")
    found |= _who(rest)
    if text:
        found["message"] = text
    return found


def name_of_profile(url: str) -> str:
    """The person's name as an address such as linkedin.com/in/anna-bauer-1a2b3c spells it; empty where it does not."""
    found = re.search(r"/(?:in|pub|profile)/([^/?#\s]{3,100})", url)
    words = re.split(r"[-_.]", unquote(found[1])) if found else []
    words = [word for word in words if word.isalpha()]
    return " ".join(word.capitalize() for word in words) if 2 <= len(words) <= 4 else ""


# As a conversation is copied: who wrote stands above the text, with when.
_WROTE = re.compile(
    r"^(?P<name>[^\n,;|]{2,80}?)\s+"
    r"(?:sent the following messages?\b|hat (?:folgende|die folgenden)\b|(?:\u2022\s*)?\d{1,2}[:.]\d{2}\b)"
)


def _who(rest: str) -> dict[str, str]:
    """Name and company of the first line, where it is short and has no sentence in it."""
    if (wrote := _WROTE.match(rest.strip())) and _is_name(wrote["name"]):
        return {"name": wrote["name"].strip()}
    first = next((line.strip(" ,;|-\t") for line in rest.splitlines() if line.strip(" ,;|-\t")), "")
    parts = [part.strip() for part in re.split(r"[,;|\t]|\s+(?:at|@|from|bei|von)\s+", first) if part.strip()]
    if not parts or not _is_name(parts[0]):
        return {}
    found = {"name": parts[0]}
    if len(parts) > 1 and len(parts[1]) <= _LONGEST_NAME and len(parts[1].split()) <= 6:
        found["company"] = parts[1]
    return found


# How a message begins that has no name at its head.
_GREETINGS = frozenset(
    {"hi", "hello", "hey", "hallo", "dear", "good", "guten", "sehr", "liebe", "lieber", "moin", "servus", "bonjour"}
    | {
        "salut",
        "hola",
        "buenos",
        "ciao",
        "buongiorno",
        "hej",
        "hei",
        "ola",
        "olá",
        "thanks",
        "thank",
        "danke",
        "please",
    }
)


def _is_name(text: str) -> bool:
    words = text.split()
    if words and words[0].casefold().strip("!.:") in _GREETINGS:
        return False
    return len(text) <= _LONGEST_NAME and 1 <= len(words) <= 5 and all(w[0].isalpha() and w[0].isupper() for w in words)
