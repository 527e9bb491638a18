"""Reads what people and providers write loosely: names, sums of money, numbers of employees, websites."""

import re
from decimal import Decimal

from leads.qualify import normalise

_PARTICLES = frozenset(
    [
        "van",
        "von",
        "vom",
        "zu",
        "zur",
        "zum",
        "der",
        "den",
        "de",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "das",
        "do",
        "du",
        "la",
        "le",
        "el",
        "ten",
        "ter",
        "y",
        "e",
        "af",
        "av",
        "bin",
        "ibn",
    ]
)
_ROMAN = frozenset({"ii", "iii", "iv"})
_TITLES = {"dr": "Dr", "dr.": "Dr.", "prof": "Prof", "prof.": "Prof.", "ing.": "Ing.", "phd": "PhD", "mba": "MBA"}
_LARGEST = 10_000_000


def name(text: str) -> str:
    """A person's name without spare spaces; written all in capitals or all small, it gets capitals where they belong.

    A name in mixed case is left as it is: its owner knows best. So is a single word without a vowel, as initials are.
    """
    text = " ".join(text.split())
    letters = [c for c in text if c.isalpha()]
    if len(letters) < 3 or not (all(c.isupper() for c in letters) or all(c.islower() for c in letters)):
        return text
    if any(c.isdigit() for c in text) or "@" in text or ("." in text.rstrip(".") and " " not in text):
        return text
    words = text.lower().split(" ")
    return " ".join(_capital(word, first=n == 0, last=n == len(words) - 1) for n, word in enumerate(words))


def _capital(word: str, *, first: bool, last: bool) -> str:
    if word in _TITLES:
        return _TITLES[word]
    if word in _ROMAN and last and not first:
        return word.upper()
    if word in _PARTICLES and not last:
        # Van Gogh stands alone, Vincent van Gogh does not.
        return word if not first else word.capitalize()
    parts = re.split(r"([-'\u2019])", word)
    done = "".join(part if part in {"-", "'", "\u2019"} else part[:1].upper() + part[1:] for part in parts)
    if done.startswith("Mc") and len(done) > 3:
        done = "Mc" + done[2].upper() + done[3:]
    # It is an ending, not a name of its own: “Men's”.
    return re.sub(r"(['\u2019])S$", r"\1s", done)


_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "us$": "USD", "c$": "CAD", "a$": "AUD",
          "fr.": "CHF", "sfr.": "CHF", "zł": "PLN", "kč": "CZK", "₺": "TRY", "₪": "ILS", "r$": "BRL"}  # fmt: skip
_SCALES = {"": 1, "k": 10**3, "tsd": 10**3, "m": 10**6, "mio": 10**6, "mn": 10**6, "million": 10**6, "millionen": 10**6,
           "b": 10**9, "bn": 10**9, "mrd": 10**9}  # fmt: skip
_MONEY = re.compile(
    r"^\s*(?P<before>[^\d\s.,+-]{1,5})?\s*(?P<digits>\d[\d.,'\u2019\s\u00a0\u202f]{0,30})"
    r"(?P<scale>k|tsd\.?|m|mio\.?|mn|million(?:en)?|bn?|mrd\.?)?\s*(?P<after>[^\d\s.,+-][^\d\s,+-]{0,4})?\s*$",
    re.IGNORECASE,
)
_LONGEST_NUMBER = 60


def money(text: str) -> tuple[Decimal, str]:
    """Amount and currency (empty where it says none) of “€ 12,500”, “12.500,00 EUR”, “CHF 1'200.-”, “$50k”.

    Raises normalise.UnusableError.
    """
    cleaned = re.sub(r"[.,]?\s*[\u2013\u2014-]{1,2}\s*(?=\D*$)", " ", text[: _LONGEST_NUMBER + 1]).strip()
    match = _MONEY.match(cleaned) if len(text) <= _LONGEST_NUMBER else None
    if match is None:
        raise normalise.UnusableError("no sum of money")
    amount = number(match["digits"]) * _SCALES[(match["scale"] or "").lower().rstrip(".")]
    currencies = {c for c in (_currency(match["before"]), _currency(match["after"])) if c}
    if len(currencies) > 1:
        raise normalise.UnusableError("two currencies")
    return amount.quantize(Decimal("0.01")), next(iter(currencies), "")


def _currency(text: str | None) -> str:
    if not text:
        return ""
    found = _SIGNS.get(text.lower()) or text.upper()
    if len(found) != 3 or not (found.isascii() and found.isalpha()):
        raise normalise.UnusableError("no currency")
    return found


def number(text: str) -> Decimal:
    """A number with the marks of any country: the last mark followed by other than three digits is the decimal one.

    Raises normalise.UnusableError. “1.234” and “1,234” are both one thousand, as whole amounts are what people write.
    """
    bare = re.sub(r"[\s'\u2019\u00a0\u202f]", "", text).rstrip(".,")
    marks = [c for c in bare if c in ".,"]
    if not marks:
        return Decimal(bare) if bare.isdecimal() else _no_number()
    last = max(bare.rfind("."), bare.rfind(","))
    whole, rest = bare[:last], bare[last + 1 :]
    mark = bare[last]
    # Both kinds stand there: the last is the decimal one. One kind: three digits after it mean thousands.
    decimal = len(set(marks)) == 2 or (marks.count(mark) == 1 and len(rest) != 3)
    if len(set(marks)) == 2 and marks.count(mark) > 1:
        return _no_number()
    if not decimal:
        groups = bare.split(mark)
        if not all(len(g) == 3 for g in groups[1:]) or not groups[0]:
            return _no_number()
        whole, rest = bare, ""
    digits = whole.replace(".", "").replace(",", "")
    if not digits.isdecimal() or (rest and not rest.isdecimal()):
        return _no_number()
    return Decimal(f"{digits}.{rest or 0}")


def _no_number() -> Decimal:
    raise normalise.UnusableError("no number")


_COUNT = r"(\d[\d.,'\u2019\s\u00a0\u202f]*)\s*(k|tsd\.?|m|mio\.?)?"
_RANGE = re.compile(rf"^{_COUNT}\s*(?:-|\u2013|\u2014|to|bis|à|and|\.\.)\s*{_COUNT}$", re.IGNORECASE)
_ONE = re.compile(rf"^{_COUNT}\s*\+?$", re.IGNORECASE)
_AROUND = re.compile(
    r"^(?:about|approx\.?|around|circa|ca\.?|etwa|rund|env\.?|environ|"
    r"over|more than|über|mehr als|plus de|from|ab|>=?|~|≥)\s*",
    re.IGNORECASE,
)
_BELOW = re.compile(r"^(?:<|less than|under|fewer than|unter|weniger als|moins de|up to|bis zu|≤|<=)\s*", re.IGNORECASE)
_AFTER = re.compile(
    r"\s*(?:employees|people|staff|mitarbeiter(?:innen)?|mitarbeitende|ma|personen|salariés|ppl)\.?$", re.IGNORECASE
)


def employees(value: object) -> int:
    """The number of employees; of a range its lower end, so that no rule takes a company for larger than it may be.

    “51-200” is 51, “1,200+” is 1200, “10k” is 10000. Raises normalise.UnusableError.
    """
    if isinstance(value, bool):
        raise normalise.UnusableError("no number")
    if isinstance(value, int | float | Decimal):
        return _sane(Decimal(str(value)))
    text = str(value).strip() if isinstance(value, str) and len(value) <= _LONGEST_NUMBER else ""
    text = _AFTER.sub("", _AROUND.sub("", text)).strip()
    below = _BELOW.match(text)
    if below:
        text = text[below.end() :]
    match = _RANGE.match(text) or _ONE.match(text)
    if match is None:
        raise normalise.UnusableError("no number")
    scale = _SCALES[(match[2] or "").lower().rstrip(".")]
    if below:
        return 1
    return _sane(number(match[1].rstrip()) * scale)


def _sane(value: Decimal) -> int:
    if not value.is_finite() or not 0 <= value <= _LARGEST:
        raise normalise.UnusableError("out of range")
    return int(value)


_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_HOST = re.compile(r"^[^\s/?#@:\\<>\"']+\.[^\s/?#@:\\<>\"'.]{2,}$")


def is_harmless(text: str) -> bool:
    """Whether a text may stand where a website is meant: no scheme but those of the web, however it is hidden."""
    bare = "".join(c for c in text if c.isprintable() and not c.isspace())
    scheme = _SCHEME.match(bare)
    return scheme is None or scheme[0].lower() in {"http:", "https:"} or "." in scheme[0]


def website(text: str) -> str:
    """A web address with its scheme; “Company.example/de” gets https.

    Raises normalise.UnusableError, for any other scheme too.
    """
    text = text.strip()
    if not text:
        return ""
    if any(c.isspace() or ord(c) < 32 for c in text):
        raise normalise.UnusableError("no web address")
    lower = text.lower()
    if lower.startswith(("http://", "https://")):
        scheme, _sep, rest = text.partition("://")
    elif _SCHEME.match(text) and not re.match(r"^[^/:]+\.[^/:]+:\d+(/|$)", text):
        raise normalise.UnusableError("no web address")
    else:
        scheme, rest = "https", text.removeprefix("//")
    host = re.split(r"[/?#:]", rest, maxsplit=1)[0]
    if not _HOST.match(host):
        raise normalise.UnusableError("no web address")
    return f"{scheme.lower()}://{host.lower()}{rest[len(host) :]}"
