"""Endpoints of tests: any address, keys of a browser; and the way from a word to what went out."""

import base64

from django.utils import timezone

from config.lib import sealed
from leads import dispatch
from reps.models import Endpoint


def endpoint(user=None, channel="slack", url="https://hooks.slack.com/services/T0/B0/made-up", group=None, **address):
    """One whose address nobody checked, so that it may lead to a server of the test."""
    return Endpoint.objects.create(
        user=user, group=group, channel=channel, label=f"{channel} of {user or group}", digest=url[-64:],
        sealed=sealed.seal({"url": url, **address}), created_at=timezone.now(),
    )  # fmt: skip


def browser():
    """A browser's half of a subscription: its keys, and what it tells us of them."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    private = ec.generate_private_key(ec.SECP256R1())
    point = private.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    auth = b"sixteen bytes 01"
    return private, auth, {"p256dh": _text(point), "auth": _text(auth)}


def _text(value):
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def say(*words, now=None):
    """Plan and send."""
    now = now or timezone.now()
    dispatch.plan(words, now=now)
    dispatch.drain(now=now)
