"""Seals secrets before they are stored: AES by a key made of SECRET_KEY, which stands outside the database."""

import base64
import json
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_FOR = b"fairlead sealed secrets 1"


class UnsealedError(Exception):
    """It was sealed with another SECRET_KEY: put that back, or into SECRET_KEY_FALLBACKS, or enter the secret anew."""


def seal(value: Any) -> str:
    """A JSON value as text that tells nothing without the key."""
    return _box().encrypt(json.dumps(value).encode()).decode()


def unseal(text: str) -> Any:
    """The value again; an empty text is an empty object. Raises UnsealedError."""
    if not text:
        return {}
    try:
        return json.loads(_box().decrypt(text.encode()))
    except InvalidToken as error:
        raise UnsealedError from error


def _box() -> MultiFernet:
    return _made((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@cache
def _made(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=_FOR).derive(key.encode())
    return base64.urlsafe_b64encode(made)
