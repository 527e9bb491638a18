"""A signed note in each drawn form: when it was drawn, and a number that makes sending it twice harmless."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core import signing

from leads.models import WebForm

VALID = timedelta(days=1)
_SALT = "leads.forms.token"
_TEST = "leads.forms.test"
_TEST_VALID = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Token:
    """`again`: drawn because something had to be mended, so a quick answer to it proves nothing."""

    number: str
    drawn_at: datetime
    again: bool

    def is_old(self, now: datetime) -> bool:
        """Older than a day, or from the future."""
        return not timedelta() <= now - self.drawn_at <= VALID


def draw(form: WebForm, *, now: datetime, again: bool = False) -> str:
    """The note for a form drawn now."""
    return _write(_SALT, {"f": form.uid.hex, "n": uuid.uuid4().hex, "t": now.timestamp(), "a": again})


def read(text: str, form: WebForm) -> Token | None:
    """The note, or None where it is missing, changed, or of another form."""
    found = _read(_SALT, text, form)
    if found is None:
        return None
    return Token(str(found["n"]), datetime.fromtimestamp(found["t"], UTC), bool(found["a"]))


def allow_test(form: WebForm, *, now: datetime) -> str:
    """Lets whoever opens the form with it send test leads, for some hours."""
    return _write(_TEST, {"f": form.uid.hex, "t": now.timestamp()})


def is_test(text: str, form: WebForm, *, now: datetime) -> bool:
    """Whether `allow_test` wrote this, not long ago."""
    found = _read(_TEST, text, form)
    return found is not None and timedelta() <= now - datetime.fromtimestamp(found["t"], UTC) <= _TEST_VALID


def _write(salt: str, values: dict[str, Any]) -> str:
    return signing.Signer(salt=salt).sign_object(values)


def _read(salt: str, text: str, form: WebForm) -> dict[str, Any] | None:
    if not text or len(text) > 500:
        return None
    try:
        found: dict[str, Any] = signing.Signer(salt=salt).unsign_object(text)
    except (signing.BadSignature, ValueError):
        return None
    return found if found.get("f") == form.uid.hex else None
