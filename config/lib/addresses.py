"""Which addresses we may call: those of the open internet, never this machine or the network behind it."""

import ipaddress
import re
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import httpx2
from django.conf import settings
from django.utils.translation import gettext as _

IP = ipaddress.IPv4Address | ipaddress.IPv6Address

_LONGEST = 2000
_SCHEMES = {"http": 80, "https": 443}
_UNWRITABLE = re.compile(r"[\x00-\x20\x7f-\xa0\\\u200b-\u200f\u2028\u2029\u202a-\u202e\ufeff]")
_AFTER_HOST = re.compile(r"[/?#]")
_LAST_IS_NUMBER = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$", re.IGNORECASE)
_LABEL = re.compile(r"^(?!-)[a-z0-9_-]{1,63}(?<!-)$")
# Names that stand for this machine or its network wherever they are resolved.
_INNER = ("localhost", "localdomain", "local", "internal", "intranet", "lan", "home", "corp", "private", "home.arpa")
# Services that speak no HTTP but could be made to obey lines of it.
_ODD = frozenset({1433, 1521, 2049, 3306, 5432, 5672, 6000, 6379, 6380, 11211, 27017})
# What `is_global` lets pass: forms of IPv6 that carry an IPv4 address, and the inner server of one cloud.
_ALSO_REFUSED = [
    ipaddress.ip_network(text)
    for text in ("::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "168.63.129.16/32")
]


class RefusedError(ValueError):
    """We do not call this address; the message says why, in people's words."""


@dataclass(frozen=True, slots=True)
class Checked:
    """An address that may be called: whoever sends connects to one of `ips` and to nothing else."""

    url: httpx2.URL
    ips: tuple[IP, ...]


def check_url(url: str) -> None:
    """Raise RefusedError unless this may be stored as an address to call.

    A name nobody knows yet passes here, as it may be set up later; it is looked up again each time it is called.
    """
    parsed = _parsed(url)
    try:
        found = resolve(parsed.host)
    except UnknownNameError:
        return
    _check_all(parsed, found)


def checked(url: str, *, seconds: float) -> Checked:
    """The address with the IPs its name has now, each of them allowed. Raises RefusedError, UnknownNameError."""
    parsed = _parsed(url)
    found = resolve(parsed.host, seconds=seconds)
    _check_all(parsed, found)
    return Checked(parsed, tuple(found))


def check_host(host: str, *, port: int, usual: frozenset[int]) -> None:
    """Raise RefusedError unless this may be stored as a server to call on that port, `usual` or one above 1023."""
    parsed = _parsed_host(host, port, usual)
    try:
        found = resolve(parsed.host)
    except UnknownNameError:
        return
    _check_all(parsed, found)


def checked_host(host: str, *, port: int, usual: frozenset[int], seconds: float) -> tuple[IP, ...]:
    """The IPs the server's name has now, each of them allowed. Raises RefusedError, UnknownNameError."""
    parsed = _parsed_host(host, port, usual)
    found = resolve(parsed.host, seconds=seconds)
    _check_all(parsed, found)
    return tuple(found)


def _parsed_host(host: str, port: int, usual: frozenset[int]) -> httpx2.URL:
    written = f"[{host}]" if host.count(":") > 1 else host
    parsed = _parsed(f"https://{written}/")
    if parsed.port is not None or parsed.raw_path != b"/" or parsed.fragment:
        raise RefusedError(_("Write the name of the server alone, like imap.example.com."))
    if not is_allowed_inside(parsed.host) and port not in usual and (not 1024 <= port <= 65535 or port in _ODD):
        raise RefusedError(_("Port %d is not called.") % port)
    return parsed


class UnknownNameError(Exception):
    """No address is known for the name just now."""


def resolve(host: str, *, seconds: float = 3) -> Sequence[IP]:
    """The IPs of a name or of a written address. Raises UnknownNameError, at the latest after those seconds.

    The lookup itself knows no deadline, so it runs beside us and may outlive its use.
    """
    try:
        return [ipaddress.ip_address(host)]
    except ValueError:
        pass
    found: list[IP] = []

    def look() -> None:
        try:
            rows = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        found.extend(dict.fromkeys(ipaddress.ip_address(row[4][0]) for row in rows))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join(max(seconds, 0))
    if not found:
        raise UnknownNameError
    return tuple(found)


def is_allowed_inside(host: str) -> bool:
    """Whether the operator of this installation named the host as one of their own network."""
    return host.lower().rstrip(".") in {name.lower().strip("[]").rstrip(".") for name in settings.ALLOWED_PRIVATE_HOSTS}


def is_public(ip: IP) -> bool:
    """Whether the address belongs to the open internet."""
    if not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback or ip.is_link_local:
        return False
    return not any(ip in network for network in _ALSO_REFUSED if network.version == ip.version)


def _check_all(url: httpx2.URL, ips: Sequence[IP]) -> None:
    """One inner address among several is enough to refuse: which of them is called must not be a matter of luck."""
    if not is_allowed_inside(url.host) and not all(is_public(ip) for ip in ips):
        raise RefusedError(_("The address leads into a private network."))


def _parsed(url: str) -> httpx2.URL:
    """The URL read by the very reader that will send it. Raises RefusedError."""
    if len(url) > _LONGEST:
        raise RefusedError(_("The address is longer than %d characters.") % _LONGEST)
    if _UNWRITABLE.search(url):
        raise RefusedError(_("The address holds a space, a line break or another character that cannot stand there."))
    try:
        parsed = httpx2.URL(url)
    except (httpx2.InvalidURL, UnicodeError, ValueError) as error:
        raise RefusedError(_("This is no address that can be called.")) from error
    if parsed.scheme not in _SCHEMES:
        raise RefusedError(_("The address must begin with https:// (or http://)."))
    if parsed.userinfo or "@" in _AFTER_HOST.split(url.partition("://")[2], maxsplit=1)[0]:
        raise RefusedError(_("The address must not hold a user name or password."))
    _check_host(parsed)
    _check_port(parsed)
    return parsed


def _check_host(url: httpx2.URL) -> None:
    host = url.raw_host.decode("ascii").lower()
    if not host:
        raise RefusedError(_("The address names no host."))
    if is_allowed_inside(host):
        return
    try:
        ipaddress.ip_address(host)
        return
    except ValueError:
        pass
    if ":" in host or "%" in host or _LAST_IS_NUMBER.search(host):
        raise RefusedError(_("An address in numbers must be written in the usual way, as in 192.0.2.1."))
    name = host.removesuffix(".")
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.match(label) for label in labels):
        raise RefusedError(_("“%s” is not the name of a host.") % host[:80])
    if len(labels) == 1 or name.endswith(tuple(f".{inner}" for inner in _INNER)):
        raise RefusedError(_("The address leads into a private network."))


def _check_port(url: httpx2.URL) -> None:
    port = _SCHEMES[url.scheme] if url.port is None else url.port
    if is_allowed_inside(url.host):
        return
    if port not in _SCHEMES.values() and (port < 1024 or port > 65535 or port in _ODD):
        raise RefusedError(_("Port %d is not called: use 443, 80, or one above 1023 that serves the web.") % port)
