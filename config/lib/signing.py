"""Signatures of web hooks, in and out: HMAC over the raw bytes, compared in constant time, stale ones refused."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

# How old a signed request may be where the sender names no window of its own (Standard Webhooks, Slack: 5 minutes).
WINDOW = timedelta(minutes=5)
# No base64, nothing after its prefix; or a body that is no text.
_NO_SECRET = (ValueError, EmptyWebhookSecretError)
_SECONDS = re.compile(r"[0-9]{1,12}")


class NotSignedError(Exception):
    """The request does not prove who sent it; the message says what is wrong, and nothing of the secret."""


def hex_of(key: bytes, message: bytes) -> str:
    """HMAC-SHA256 in lower-case hexadecimal."""
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def base64_of(key: bytes, message: bytes) -> str:
    """HMAC-SHA256 in base64."""
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


def same(given: str, expected: str) -> bool:
    """Whether two texts are one, told in a time that does not depend on where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode())


def check(given: str, expected: Iterable[str]) -> None:
    """Raise NotSignedError unless the signature is one of those expected (several while a secret is changed)."""
    if not given:
        raise NotSignedError("It is not signed.")
    if not _is_one_of(given, expected):
        raise NotSignedError("The signature does not fit.")


def check_sha256(given: str, body: bytes, secrets: Iterable[str]) -> None:
    """Raise NotSignedError unless it is `sha256=` and the HMAC-SHA256 of the raw body by one of the secrets, in hex."""
    version, _equals, signature = given.partition("=")
    if version != "sha256":
        raise NotSignedError("It is not signed with SHA-256." if given else "It is not signed.")
    check(signature.lower(), [hex_of(secret.encode(), body) for secret in secrets])


def check_key(given: object, expected: Iterable[str], *, what: str = "key") -> None:
    """Raise NotSignedError unless what was sent is one of those expected; `what` it is is told to who sent it."""
    if not given or not isinstance(given, str):
        raise NotSignedError(f"It came without the {what}.")
    if not _is_one_of(given, expected):
        raise NotSignedError(f"The {what} is another one.")


def _is_one_of(given: str, expected: Iterable[str]) -> bool:
    """All are compared: which of two secrets fits takes the same time."""
    return any([same(given, one) for one in expected])  # noqa: C419 - a generator would stop at the first that fits


def check_fresh(seconds: str, *, now: datetime, window: timedelta = WINDOW) -> None:
    """Raise NotSignedError unless the timestamp (Unix seconds as text) lies within the window around now."""
    if not _SECONDS.fullmatch(seconds):
        raise NotSignedError("Its timestamp is missing or no number.")
    if abs(now.timestamp() - int(seconds)) > window.total_seconds():
        raise NotSignedError("Its timestamp is too old, or lies ahead.")


def unhex(text: str) -> bytes:
    """The bytes of a key written in hexadecimal. Raises NotSignedError, as no signature can fit such a key."""
    try:
        return binascii.unhexlify(text.strip())
    except ValueError as error:
        raise NotSignedError("The secret kept here is not hexadecimal: copy it again.") from error


def is_standard_secret(secret: str) -> bool:
    """Whether Standard Webhooks can sign with it: base64, with or without `whsec_` before it."""
    try:
        Webhook(secret)
    except _NO_SECRET:
        return False
    return True


def fresh_secret() -> str:
    """A secret for Standard Webhooks: 32 random bytes."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def standard_headers(uid: str, body: bytes, keys: Iterable[str], *, now: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks 1.0.0, signed with each key (two while one is changed), the newest first."""
    signed = " ".join(Webhook(key).sign(uid, now.astimezone(UTC), body.decode()) for key in keys)
    return {"webhook-id": uid, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signed}


def check_standard(headers: Mapping[str, str], body: bytes, secrets: Iterable[str], *, now: datetime) -> None:
    """Raise NotSignedError unless signed as Standard Webhooks 1.0.0 say: `id.timestamp.body` by one of the secrets."""
    given = headers.get("webhook-signature", "")
    seconds = headers.get("webhook-timestamp", "")
    check_fresh(seconds, now=now)
    at = datetime.fromtimestamp(int(seconds), tz=UTC)
    expected = []
    for secret in secrets:
        try:
            expected.append(Webhook(secret).sign(headers.get("webhook-id", ""), at, body.decode()))
        except _NO_SECRET as error:
            raise NotSignedError(
                "The secret kept here, or the body, cannot be read as the signature needs it."
            ) from error
    # A sender that is changing its secret signs with both, separated by spaces; only version v1 counts.
    for one in given.split() or [""]:
        try:
            return check(one, expected)
        except NotSignedError:
            continue
    raise NotSignedError("The signature does not fit." if given else "It is not signed.")
