"""The network address a request came from, believing only the proxies that stand before us."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

_NONE = "0.0.0.0"  # noqa: S104 - nothing listens on it


def client_address(request: HttpRequest) -> str:
    """The address as text; of IPv6 the network, as one caller has a whole one. Empty where it is no address.

    `TRUSTED_PROXIES` proxies each add one entry at the end of X-Forwarded-For; what stands before those was written by
    the caller, who may write anything.
    """
    return _network(_told(request))


def exact_address(request: HttpRequest) -> str:
    """The same as one address, of IPv6 too: for those who list whom they know. Empty where it is no address."""
    try:
        address = ipaddress.ip_address(_told(request))
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def _told(request: HttpRequest) -> str:
    proxies: int = settings.TRUSTED_PROXIES
    told = request.META.get("REMOTE_ADDR", "")
    if proxies > 0:
        entries = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        if len(entries) >= proxies:
            told = entries[-proxies]
    return str(told).strip("[]")


def caller_of_sign_in(request: HttpRequest) -> str:
    """The same as one address, as failed sign-ins are kept by it: of IPv6 the first of the network, of none zero."""
    return client_address(request).partition("/")[0] or _NONE


def _network(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((int(address), 64), strict=False))
    return str(address)
