"""The only reader and writer of a connection's secrets: address, signing secrets and tokens, sealed in one column."""

import hashlib
import secrets as random
from collections.abc import Mapping
from datetime import datetime, timedelta

from config.lib import sealed
from leads.connector import Configured
from leads.models import Connection

_ADDRESS = " address"  # no setting has a space in its name
# How long an old secret is still good after it was changed, so that no delivery on its way is refused.
OVERLAP = timedelta(hours=24)

# name -> [value, until when it is good or None], the newest first
_Kept = dict[str, list[tuple[str, str | None]]]


def give_address(connection: Connection) -> str:
    """A new secret address in place of the old one, which stops at once; the connection is not saved."""
    address = random.token_urlsafe(24)
    kept = _kept_or_anew(connection)
    kept[_ADDRESS] = [(address, None)]
    connection.secret = sealed.seal(kept)
    connection.address_digest = digest(address)
    return address


def address_of(connection: Connection) -> str:
    """The secret part of the address, empty where it has none. Raises sealed.UnsealedError."""
    return next((value for value, _until in _kept(connection).get(_ADDRESS, [])), "")


def digest(address: str) -> str:
    """By what a connection is found when something comes: addresses are never stored as they are."""
    return hashlib.sha256(address.encode("utf-8", "surrogatepass")).hexdigest()


def put(connection: Connection, values: Mapping[str, str], *, now: datetime) -> None:
    """Fill in secrets; an old value stays good for a day, an empty one is taken out at once. Not saved."""
    kept = _kept_or_anew(connection)
    for name, value in values.items():
        if not value:
            kept.pop(name, None)
            continue
        until = (now + OVERLAP).isoformat()
        old = [(v, u or until) for v, u in kept.get(name, []) if v != value and _is_good(u, now)]
        kept[name] = [(value, None), *old[:1]]
    connection.secret = sealed.seal(kept)


def names_of(connection: Connection) -> set[str]:
    """Which secrets are filled in; none where they cannot be opened, as they must be entered anew."""
    return set(_kept_or_anew(connection)) - {_ADDRESS}


def configured(connection: Connection, *, now: datetime) -> Configured:
    """What a connector is given: settings, and all secrets that are good now. Raises sealed.UnsealedError."""
    kept = _kept(connection)
    good = {name: tuple(v for v, until in values if _is_good(until, now)) for name, values in kept.items()}
    return Configured(settings=connection.settings, secrets={k: v for k, v in good.items() if v and k != _ADDRESS})


def _kept(connection: Connection) -> _Kept:
    found: _Kept = sealed.unseal(connection.secret)
    return {name: [(value, until) for value, until in values] for name, values in found.items()}


def _kept_or_anew(connection: Connection) -> _Kept:
    """For who writes them: what was sealed with a key that is gone gives way to what is entered now."""
    try:
        return _kept(connection)
    except sealed.UnsealedError:
        return {}


def _is_good(until: str | None, now: datetime) -> bool:
    return until is None or datetime.fromisoformat(until) > now
