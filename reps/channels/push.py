"""Browser push (Web Push, RFC 8030): sealed for the browser (RFC 8291), signed with the installation's key (RFC 8292).

The key is made once and kept sealed in the database. Messages pass through the browser maker's service, which cannot
read them. A subscription the service no longer knows (404, 410) is closed.
"""

import base64
import binascii
import json
import time
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.lib.addresses import RefusedError, check_url
from reps.channel import AddressError, Alert, Channel, host_of, parts_of, post

_KEEP = 4 * 3600  # seconds the service keeps it for a browser that is closed
_ROOM = 1200  # characters of brief: with the rest below the 4 KB every service takes
_SIGNED_FOR = 12 * 3600


class Push(Channel):
    """A notification of this browser, even while Fairlead is closed. Nothing is asked before you click.

    On an iPhone, add Fairlead to the home screen first.
    """

    name = "push"
    label = gettext_lazy("browser")
    has_endpoints: ClassVar[bool] = True

    def read(self, text: str) -> dict[str, Any]:
        """A subscription as the browser tells it: an https address and two keys."""
        try:
            given = json.loads(text)
            url, keys = given["endpoint"], given["keys"]
            p256dh, auth = _bytes(keys["p256dh"]), _bytes(keys["auth"])
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise AddressError(_("This is no subscription of a browser.")) from error
        if not isinstance(url, str) or len(p256dh) != 65 or p256dh[0] != 4 or len(auth) != 16:
            raise AddressError(_("This is no subscription of a browser."))
        if parts_of(url).scheme != "https":
            raise AddressError(_("The address of a subscription begins with https."))
        try:
            check_url(url)
        except RefusedError as error:
            raise AddressError(str(error)) from error
        return {"url": url, "p256dh": str(keys["p256dh"]), "auth": str(keys["auth"])}

    def send_one(self, alert: Alert) -> None:
        """Seal, sign, send; `address` holds the subscription, and the installation's key as `key`."""
        address = alert.address
        headers = {
            **signed(address["url"], str(address["key"])),
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(_KEEP),
            "Urgency": "high",
        }
        post(address["url"], body=sealed_for(address, self.message(alert)), headers=headers)

    def message(self, alert: Alert) -> bytes:
        """What the service worker reads."""
        words = {"title": alert.subject, "body": alert.brief[:_ROOM], "url": alert.url, "tag": alert.uid}
        return json.dumps(words, ensure_ascii=False).encode()


def signed(url: str, key: str) -> dict[str, str]:
    """The header that says who sends."""
    from py_vapid import Vapid02  # noqa: PLC0415 - few processes send, and it loads slowly

    parts = urlsplit(url)
    about = host_of(settings.PUBLIC_URL)
    claims = {
        "sub": settings.PUBLIC_URL if settings.PUBLIC_URL.startswith("https:") else f"mailto:fairlead@{about}",
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + _SIGNED_FOR,
    }
    return dict(Vapid02.from_raw(key.encode()).sign(claims))


def sealed_for(address: Mapping[str, Any], message: bytes) -> bytes:
    """The message as only that browser can read it."""
    from pywebpush import WebPusher, WebPushException  # noqa: PLC0415 - as above

    keys = {"p256dh": address["p256dh"], "auth": address["auth"]}
    try:
        return bytes(WebPusher({"endpoint": address["url"], "keys": keys}).encode(message)["body"])
    except (WebPushException, ValueError) as error:
        from reps.channel import GoneError  # noqa: PLC0415 - only here

        raise GoneError(_("The keys of this subscription are not valid.")) from error


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError(text[:20]) from error


channel = Push()
