"""A mapping says which fact of a payload fills which field of ours: dotted places, the first that is filled; pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Rule = str | Sequence[str] | Mapping[str, Any]

# What a payload may hold before we stop looking for names in it.
MOST_FACTS = 2000
_DEEPEST = 12


class MappingError(ValueError):
    """The mapping is not one; `field` and the message say where and why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field


@dataclass(frozen=True, slots=True)
class Mapped:
    """Our fields with what stood in their places, and what nobody asked for."""

    values: dict[str, Any]
    rest: dict[str, Any]


def flatten(payload: object) -> dict[str, Any]:
    """Nested JSON as place -> value: {"a": {"b": [1, {"c": 2}]}} gives "a.b[0]" and "a.b[1].c"; empty ones left out.

    A list of plain values is one value, as people tick several boxes of one question. In a list of name-value pairs, as
    many forms send them, each value is found by its name, whatever the order: `fields[Budget]`.
    """
    found: dict[str, Any] = {}
    for place, value in _walk(payload, "", 0):
        if len(found) >= MOST_FACTS:
            break
        found[place] = value
    return found


def _walk(value: object, place: str, depth: int) -> Iterator[tuple[str, Any]]:
    if value is None or value == "" or depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _walk(inner, f"{place}.{key}" if place else str(key), depth + 1)
    elif isinstance(value, list | tuple):
        if all(not isinstance(item, Mapping | list | tuple) for item in value):
            plain = [item for item in value if item not in (None, "")]
            if plain:
                yield place, plain[0] if len(plain) == 1 else plain
            return
        for n, item in enumerate(value):
            name, inner = _pair(item) or (str(n), item)
            yield from _walk(inner, f"{place}[{name}]", depth + 1)
    else:
        yield place, value


_NAMES = ("column_id", "name", "key", "question", "label", "id")
_VALUES = ("value", "values", "string_value", "answer", "text", "content")


def _pair(item: object) -> tuple[str, object] | None:
    """Name and value, where the item is such a pair."""
    if not isinstance(item, Mapping):
        return None
    name = next((item[key] for key in _NAMES if isinstance(item.get(key), str) and item[key]), None)
    key = next((key for key in _VALUES if key in item), None)
    return (name, item[key]) if name and key else None


def check(mapping: object, known: Sequence[str]) -> dict[str, Rule]:
    """The mapping as it is used; None and {} are an empty one. Raises MappingError naming the field."""
    if not mapping:
        return {}
    if not isinstance(mapping, Mapping):
        raise MappingError("mapping", 'Write it as {"our field": "place in the payload"}.')
    for field, rule in mapping.items():
        if field not in known:
            raise MappingError(str(field)[:80], "There is no such field.")
        if isinstance(rule, Mapping):
            if set(rule) != {"text"} or not isinstance(rule["text"], str):
                raise MappingError(field, 'A fixed value is written as {"text": "..."}.')
        elif not isinstance(rule, str) and not (isinstance(rule, list) and all(isinstance(p, str) for p in rule)):
            raise MappingError(field, "Name one place in the payload, or a list of places.")
    return dict(mapping)


def apply(mapping: Mapping[str, Rule], facts: Mapping[str, Any]) -> Mapped:
    """Fill our fields from flattened facts. Places are compared without case; `*` at an end takes any one after it."""
    by_place = {place.casefold(): place for place in facts}
    values: dict[str, Any] = {}
    used: set[str] = set()
    for field, rule in mapping.items():
        if isinstance(rule, Mapping):
            values[field] = rule["text"]
            continue
        for wanted in [rule] if isinstance(rule, str) else rule:
            if place := _find(wanted.casefold(), by_place):
                values[field] = facts[place]
                used.add(place)
                break
    return Mapped(values, {place: value for place, value in facts.items() if place not in used})


def _find(wanted: str, by_place: Mapping[str, str]) -> str | None:
    if not wanted.endswith("*"):
        return by_place.get(wanted)
    return next((place for folded, place in by_place.items() if folded.startswith(wanted[:-1])), None)


_WORD = re.compile(r"[a-z0-9]+")

# What forms call the things we ask for, as words without separators; in the languages forms are mostly written in.
GUESSES: Mapping[str, tuple[str, ...]] = {
    "email": ("email", "emailaddress", "workemail", "mail", "emailadresse", "youremail", "businessemail", "courriel"),
    "first_name": ("firstname", "givenname", "fname", "vorname", "prenom", "nombre"),
    "last_name": ("lastname", "surname", "familyname", "lname", "nachname", "nom", "apellido", "apellidos"),
    "name": ("name", "fullname", "yourname", "contactname"),
    "phone": ("phone", "phonenumber", "mobile", "mobilephone", "tel", "telephone", "telefon", "telefono", "workphone"),
    "company": ("company", "companyname", "organization", "organisation", "firma", "entreprise", "empresa", "account"),
    "job_title": ("jobtitle", "title", "role", "position", "funktion"),
    "website": ("website", "url", "companywebsite", "domain", "web"),
    "country": ("country", "countrycode", "land", "pays", "pais"),
    "region": ("state", "region", "province", "bundesland"),
    "city": ("city", "town", "ort", "stadt", "ville", "ciudad"),
    "postal_code": ("zip", "zipcode", "postalcode", "postcode", "plz", "codepostal"),
    "employees": ("employees", "numberofemployees", "companysize", "employeecount", "mitarbeiter"),
    "industry": ("industry", "branche", "secteur"),
    "message": ("message", "comments", "comment", "description", "notes", "nachricht", "question", "body"),
    "product": ("product", "productinterest"),
    "language": ("language", "locale", "lang"),
    "profile_url": ("profileurl", "linkedin", "linkedinurl", "profilelink", "linkedinprofile", "profile"),
    "handle": ("handle", "username", "screenname"),
    "campaign": ("utmcampaign", "campaign", "campaignname"),
    "external_id": ("leadid", "externalid", "submissionid", "responseid", "uuid"),
}


def guess(facts: Mapping[str, Any]) -> dict[str, str]:
    """A mapping for a payload nobody described: by the last word of each place, the shortest place first."""
    found: dict[str, str] = {}
    for place in sorted(facts, key=lambda p: (p.count(".") + p.count("["), len(p))):
        word = word_of(place)
        for field, words in GUESSES.items():
            if field not in found and word in words:
                found[field] = place
                break
    return found


def word_of(place: str) -> str:
    """The last name in a place, without separators: `form.fields[First Name]` gives `firstname`."""
    return "".join(_WORD.findall(last_name(place).casefold()))


def last_name(place: str) -> str:
    """The last name in a place as it stands there; a number in a list is none, so the whole place then."""
    last = place[:-1].rpartition("[")[2] if place.endswith("]") else place.rpartition(".")[2]
    return place if last.isdigit() else last
