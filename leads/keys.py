"""Makes API keys and finds them again."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from django.db.models import Q

from leads.models import ApiKey, Connection
from reps.models import User

# A key reads fl_PREFIX_SECRET; the prefix finds the row, the whole is hashed.
_MARK = "fl"
_NOTE_USE_EVERY = timedelta(minutes=1)


def make_key(
    *, name: str, scopes: list[str], connection: Connection, now: datetime, by: User | None = None
) -> tuple[ApiKey, str]:
    """A new key and its only copy in plain text."""
    prefix = secrets.token_hex(6)
    plain = f"{_MARK}_{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        name=name,
        prefix=prefix,
        digest=_digest(plain),
        scopes=sorted(set(scopes)),
        connection=connection,
        created_by=by,
        created_at=now,
    )
    return key, plain


def find_key(plain: str, *, now: datetime) -> ApiKey | None:
    """The live key this text is, or None; notes its use at most once a minute."""
    parts = plain.split("_", 2)
    if len(parts) != 3 or parts[0] != _MARK:
        return None
    live = Q(expires_at=None) | Q(expires_at__gt=now)
    key = (
        ApiKey.objects.select_related("connection")
        .filter(live, prefix=parts[1][:12], revoked_at=None, connection__active=True)
        .first()
    )
    if key is None or not hmac.compare_digest(key.digest, _digest(plain)):
        return None
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _NOTE_USE_EVERY)
    if key.last_used_at is None or key.last_used_at < now - _NOTE_USE_EVERY:
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
    return key


def revoke_keys(*, keys: "list[ApiKey]", now: datetime) -> int:
    """Switch keys off for good; returns how many were on."""
    return ApiKey.objects.filter(pk__in=[k.pk for k in keys], revoked_at=None).update(revoked_at=now)


def _digest(plain: str) -> str:
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()
