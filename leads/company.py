"""One spelling of company names, and how alike two of them are; pure."""

import re
import unicodedata

from rapidfuzz import fuzz

# What says how a company is registered and not what it is called; as words, after dots between initials are gone.
_FORMS = """
    ab|ad|ag|ag co|aktiengesellschaft|aps|as|asa|a s|bhd|sdn bhd|bt|bv|b v|cie|co|company|corp|corporation|cv|dd
    |doo|d o o|ead|eg|eirl|ek|ev|eood|gbr|gesmbh|ges mbh|gesellschaft mbh|ggmbh|gk|gmbh|hb|inc|incorporated|ivs
    |kb|kft|kg|kgaa|kk|lda|limitada|limited|llc|llp|lp|ltd|ltda|mbh|nv|n v|nyrt|og|ohg|ood|oy|oyj|pc|plc|pllc
    |pte|pty|pvt|private limited|pty limited|sa|s a|sa de cv|sapi de cv|s de rl de cv|sa rl|s a r l|sarl|sas
    |sasu|se|sl|slu|snc|spa|s p a|sp j|sp k|sp z oo|sp zoo|spolka z oo|spol s ro|spol sro|sprl|srl|s r l|sro
    |s ro|ug|ug haftungsbeschrankt|vof|zrt
"""
_TAILS = frozenset(tuple(form.split()) for form in _FORMS.replace("\n", " ").split("|"))
_LONGEST = max(map(len, _TAILS))
# Some countries write the form first.
_HEADS = frozenset({("ab",), ("ooo",), ("oy",), ("pt",), ("sia",), ("uab",)})
_JOINS = frozenset({"and", "et", "und", "y"})
# Letters that have no accent to drop.
_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\N{LATIN SMALL LETTER DOTLESS I}": "i"}
)
_APOSTROPHES = "'`\N{RIGHT SINGLE QUOTATION MARK}\N{ACUTE ACCENT}"
_INITIALS = re.compile(r"\b\w(?:\.\w)+\b")
_SPACED_OTHERWISE, _ORDERED_OTHERWISE = 98, 99  # the very same name comes before


def key_of(name: str) -> str:
    """The name without case, accents, punctuation and legal form: "Müller & Söhne GmbH & Co. KG" is "muller sohne".

    A name that is nothing but a legal form keeps it.
    """
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold()).translate(_LETTERS)
    text = "".join(c for c in text if not unicodedata.combining(c) and c not in _APOSTROPHES)
    text = _INITIALS.sub(lambda found: found.group().replace(".", ""), text)
    words = "".join(c if c.isalnum() else " " for c in text).split()
    return " ".join(_without_head(_without_tail(words)))[:200].strip()


def _without_tail(words: list[str]) -> list[str]:
    while True:
        for size in range(min(_LONGEST, len(words) - 1), 0, -1):
            if tuple(words[-size:]) in _TAILS:
                words = words[:-size]
                break
        else:
            return words
        # "& Co", "und Co": what joined the form goes with it.
        if len(words) > 1 and words[-1] in _JOINS:
            words = words[:-1]


def _without_head(words: list[str]) -> list[str]:
    return words[1:] if len(words) > 1 and tuple(words[:1]) in _HEADS else words


def alike(one: str, other: str) -> int:
    """How alike two keys are, 0 to 100: no more than their least alike words, whatever the order of the words.

    A word that only one of them has is never forgiven: "delta" is not "delta air lines", and the Hamburg branch not the
    Homburg one, however long the rest that they share.
    """
    if one == other:
        return 100 if one else 0
    left, right = one.split(), other.split()
    if "".join(left) == "".join(right):
        return _SPACED_OTHERWISE
    if len(left) == len(right):
        ordered_otherwise = min(_weakest(sorted(left), sorted(right)), _ORDERED_OTHERWISE)
        return int(max(_weakest(left, right), ordered_otherwise))
    shared = min(len(left), len(right)) / max(len(left), len(right))
    return int(fuzz.ratio(one, other) * shared)


def _weakest(left: list[str], right: list[str]) -> float:
    return min(fuzz.ratio(a, b) for a, b in zip(left, right, strict=True))
