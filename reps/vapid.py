"""The installation's key of browser push: made once, kept sealed in the database, the same for every browser."""

from typing import Any

from django.db import transaction

from config.lib import sealed
from reps.models import Switchboard


def public_key() -> str:
    """What browsers are given when they subscribe."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - pages that only link need none of it
    from py_vapid import Vapid02, b64urlencode  # noqa: PLC0415 - it loads slowly

    point = Vapid02.from_raw(private_key().encode()).public_key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return str(b64urlencode(point))


def private_key() -> str:
    """The key, raw in base64; made at the first call. Raises sealed.UnsealedError where SECRET_KEY is another one."""
    kept = Switchboard.objects.filter(pk=Switchboard.THE).values_list("push_key", flat=True).first()
    return _read(kept) if kept else _made()


@transaction.atomic
def renew() -> None:
    """Forget the key: every browser has to subscribe anew. For a SECRET_KEY that is lost."""
    Switchboard.objects.filter(pk=Switchboard.THE).update(push_key="")


@transaction.atomic
def _made() -> str:
    """Two that come at once make one key."""
    Switchboard.objects.bulk_create([Switchboard()], ignore_conflicts=True)
    board = Switchboard.objects.select_for_update().get(pk=Switchboard.THE)
    if not board.push_key:
        board.push_key = sealed.seal({"private": _new()})
        board.save(update_fields=["push_key"])
    return _read(board.push_key)


def _read(text: str) -> str:
    found: dict[str, Any] = sealed.unseal(text)
    return str(found["private"])


def _new() -> str:
    from py_vapid import Vapid02, b64urlencode  # noqa: PLC0415 - as above

    key = Vapid02()
    key.generate_keys()
    number = key.private_key.private_numbers().private_value
    return str(b64urlencode(number.to_bytes(32, "big")))
