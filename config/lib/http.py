"""The one door out: asks other services, bounded in time and size, and never one inside our own network."""

import json
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from enum import StrEnum
from functools import cache, cached_property
from typing import Any

import httpcore2
import httpx2
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from config.lib import addresses, breaker, strict_json
from config.lib.addresses import RefusedError, check_url

__all__ = ["Answer", "FailedError", "Failure", "RefusedError", "check_url", "get", "post", "request"]

TIMEOUT = 15.0
LIMIT = 64 * 1024
_TOKEN = re.compile(r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
_UNSAFE_IN_HEADER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class Failure(StrEnum):
    """Why there is no answer."""

    UNKNOWN_NAME = "unknown_name"
    UNREACHABLE = "unreachable"
    INSECURE = "insecure"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    REDIRECTED = "redirected"
    NOT_JSON = "not_json"
    LEFT_ALONE = "left_alone"  # the breaker is open: it was not even asked


class FailedError(Exception):
    """There is no answer that can be used. Nothing of what the other side said is in it."""

    def __init__(self, failure: Failure, *, status: int | None = None) -> None:
        super().__init__(failure.value)
        self.failure = failure
        self.status = status


@dataclass(frozen=True)
class Answer:
    """What the other side said, whatever its status but a redirect; read `json` or `body`, show neither to people."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether it is one of the 2xx."""
        return 200 <= self.status < 300

    @cached_property
    def json(self) -> Any:
        """The body read strictly; None where it is empty. Raises FailedError."""
        if not self.body.strip():
            return None
        try:
            value = strict_json.loads(self.body.decode("utf-8-sig"))
            strict_json.check(value)
        except (UnicodeDecodeError, strict_json.NotJSONError) as error:
            raise FailedError(Failure.NOT_JSON, status=self.status) from error
        return value

    @property
    def retry_after(self) -> float | None:
        """Seconds the other side asks us to wait, if it does."""
        text = self.headers.get("retry-after", "").strip()
        if not text:
            return None
        if text.isdecimal():
            return float(text[:9])
        try:
            return max((parsedate_to_datetime(text) - timezone.now()).total_seconds(), 0)
        except (ValueError, TypeError, OverflowError):
            return None


def get(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    timeout: float = TIMEOUT,
    limit: int = LIMIT,
) -> Answer:
    """Ask for something. Raises RefusedError, FailedError."""
    return request("GET", url, headers=headers, params=params, timeout=timeout, limit=limit)


def post(
    url: str,
    *,
    json: Any,
    headers: Mapping[str, str] | None = None,
    timeout: float = TIMEOUT,
    limit: int = LIMIT,
) -> Answer:
    """Send something as JSON. Raises RefusedError, FailedError."""
    return request("POST", url, headers=headers, body=encoded(json), timeout=timeout, limit=limit)


def encoded(value: Any) -> bytes:
    """A value as the bytes of JSON; decimals and instants as texts."""
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":")).encode()


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    body: bytes | None = None,
    timeout: float = TIMEOUT,
    limit: int | None = LIMIT,
    lane: str = "",
) -> Answer:
    """One request, at most `timeout` seconds from first to last and `limit` bytes of answer; redirects are failures.

    The name is looked up once and we connect to what was checked, so a name that changes its mind gains nothing. Who
    fails five times in a row is not asked again for a minute: a host, or one `lane` of those that share a host. Without
    a limit the body is not read at all. Trying again is the caller's. Raises RefusedError where it must not be sent,
    FailedError where there is no answer.
    """
    until = time.monotonic() + timeout
    sent = _headers(headers or {}, body)
    host = lane or _host(url)
    if not breaker.may_call(host):
        raise FailedError(Failure.LEFT_ALONE)
    try:
        checked = addresses.checked(url, seconds=timeout)
        answer = _send(method, checked, headers=sent, params=params, body=body, until=until, limit=limit)
    except addresses.UnknownNameError as error:
        breaker.failed(host)
        raise FailedError(Failure.UNKNOWN_NAME) from error
    except FailedError as error:
        if error.failure is not Failure.REDIRECTED:
            breaker.failed(host)
        raise
    if answer.status == 429:
        breaker.failed(host, pause=answer.retry_after or breaker.PAUSE)
    elif answer.status >= 500:
        breaker.failed(host, pause=answer.retry_after)
    else:
        breaker.succeeded(host)
    return answer


def transport(checked: addresses.Checked, until: float) -> httpx2.BaseTransport:
    """What carries the request; the one thing tests put another in place of."""
    return _Pinned(checked, until)


def _send(
    method: str,
    checked: addresses.Checked,
    *,
    headers: list[tuple[str, str]],
    params: Mapping[str, str] | None,
    body: bytes | None,
    until: float,
    limit: int | None,
) -> Answer:
    left = max(until - time.monotonic(), 0.001)
    try:
        with (
            httpx2.Client(
                transport=transport(checked, until), trust_env=False, follow_redirects=False, timeout=left
            ) as client,
            client.stream(method, checked.url, headers=headers, params=params, content=body) as response,
        ):
            if 300 <= response.status_code < 400:
                raise FailedError(Failure.REDIRECTED, status=response.status_code)
            found = b"" if limit is None else _read(response, until, limit)
            return Answer(response.status_code, response.headers, found)
    except (httpx2.TimeoutException, TimeoutError) as error:
        raise FailedError(Failure.TIMEOUT) from error
    except httpx2.ConnectError as error:
        raise FailedError(Failure.INSECURE if "SSL" in str(error) else Failure.UNREACHABLE) from error
    except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL) as error:
        raise FailedError(Failure.UNREACHABLE) from error


def _read(response: httpx2.Response, until: float, limit: int) -> bytes:
    """The body as it came: compressed bodies are not asked for, and one sent all the same could hide its size."""
    if response.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise FailedError(Failure.TOO_LARGE, status=response.status_code)
    found = bytearray()
    for chunk in response.iter_bytes():
        found += chunk
        if len(found) > limit:
            raise FailedError(Failure.TOO_LARGE, status=response.status_code)
        if time.monotonic() > until:
            raise FailedError(Failure.TIMEOUT, status=response.status_code)
    return bytes(found)


def _headers(given: Mapping[str, str], body: bytes | None) -> list[tuple[str, str]]:
    ours = {"User-Agent": "Fairlead/1", "Accept": "application/json", "Accept-Encoding": "identity"}
    if body is not None:
        ours["Content-Type"] = "application/json"
    named = {name.lower() for name in given}
    for name, value in given.items():
        if not _TOKEN.match(name) or name.lower() in {"host", "content-length", "transfer-encoding", "connection"}:
            raise RefusedError(f"The header {name[:40]!r} cannot be sent.")
        if _UNSAFE_IN_HEADER.search(value) or not value.isascii():
            raise RefusedError(f"The value of the header {name} holds a character that cannot be sent.")
    return [*((name, value) for name, value in ours.items() if name.lower() not in named), *given.items()]


def _host(url: str) -> str:
    """By what the breaker knows who is called. Raises RefusedError."""
    try:
        parsed = httpx2.URL(url)
    except (httpx2.InvalidURL, UnicodeError, ValueError) as error:
        check_url(url)  # says why
        raise RefusedError from error
    return f"{parsed.host}:{parsed.port or parsed.scheme}"[:200]


class _Pinned(httpx2.HTTPTransport):
    """Connects to the IPs that were checked, whatever the name says by now; the name is kept for TLS and Host."""

    def __init__(self, checked: addresses.Checked, until: float) -> None:
        super().__init__(verify=_trust(), trust_env=False)
        # The client offers no public way to give it a network of ours; its own pool is replaced before first use.
        self._pool = httpcore2.ConnectionPool(ssl_context=_trust(), network_backend=_Network(checked.ips, until))


@cache
def _trust() -> Any:
    return httpx2.create_ssl_context()


class _Network(httpcore2.NetworkBackend):
    """TCP to the given IPs only, with one deadline for everything that goes over it."""

    def __init__(self, ips: Iterable[addresses.IP], until: float) -> None:
        self._ips = list(ips)
        self._until = until
        self._tcp = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        for n, ip in enumerate(self._ips):
            last = n == len(self._ips) - 1
            left = _left(self._until, None)
            try:
                stream = self._tcp.connect_tcp(
                    str(ip),
                    port,
                    timeout=left if last else left / 2,
                    local_address=local_address,
                    socket_options=socket_options,
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if last:
                    raise
            else:
                return _Stream(stream, self._until)
        raise httpcore2.ConnectError


class _Stream(httpcore2.NetworkStream):
    """Each read and write gets what is left of the whole time: who sends a byte a second gains nothing."""

    def __init__(self, stream: httpcore2.NetworkStream, until: float) -> None:
        self._stream = stream
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, timeout=_left(self._until, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout=_left(self._until, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        inner = self._stream.start_tls(ssl_context, server_hostname, _left(self._until, timeout))
        return _Stream(inner, self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(until: float, timeout: float | None) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout
    return left if timeout is None else min(left, timeout)
