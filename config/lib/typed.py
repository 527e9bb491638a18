"""Numbers, instants and ids as people and programs send them, however odd: understood, or None."""

from datetime import datetime
from uuid import UUID

from django.utils.dateparse import parse_datetime

BIGGEST = 2**63 - 1  # what a bigint of the database holds


def whole(text: str, *, most: int = BIGGEST) -> int | None:
    """The number the digits say; None where they say none, or more than `most`. Python reads no 5,000 digits."""
    if not text.isdecimal() or len(text) > 20:
        return None
    number = int(text)
    return number if number <= most else None


def uid(text: str) -> UUID | None:
    """The id; None where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def uid_sought(text: str) -> UUID:
    """The id to look a row up by; where it is none the nil id (RFC 9562, 5.9), which no row has."""
    return uid(text) or UUID(int=0)


def instant(text: str) -> datetime | None:
    """An instant with its offset, of years that every zone and the database can hold; None where it is none."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None and 1970 <= found.year <= 9000 else None
