"""Handles of leads before their claim: another one for each viewer, telling neither order nor number.

Deterministic authenticated encryption (AES-SIV, RFC 5297) of (viewer, lead): nothing is stored, nothing can be forged.
"""

import base64
import binascii
import hashlib
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings


def seal(*, viewer: int, lead: int) -> str:
    """The viewer's handle of the lead: 32 letters, digits, - and _."""
    sealed = _cipher(settings.SECRET_KEY).encrypt(lead.to_bytes(8, "big"), [viewer.to_bytes(8, "big")])
    return base64.urlsafe_b64encode(sealed).decode("ascii")


def unseal(handle: str, *, viewer: int) -> int | None:
    """The lead behind the viewer's own handle; None for any other text."""
    try:
        sealed = base64.urlsafe_b64decode(handle.encode("ascii"))
        return int.from_bytes(_cipher(settings.SECRET_KEY).decrypt(sealed, [viewer.to_bytes(8, "big")]), "big")
    except (binascii.Error, ValueError, InvalidTag):
        return None


@cache
def _cipher(secret: str) -> AESSIV:
    return AESSIV(hashlib.sha512(b"handles:" + secret.encode()).digest())
