"""The door to mailboxes: IMAP over TLS, bounded in time and size, and never inside our own network unless allowed."""

import base64
import imaplib
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from io import BufferedReader
from typing import Any, cast

from config.lib import addresses
from config.lib.addresses import RefusedError

__all__ = ["Box", "FailedError", "Failure", "RefusedError", "Server", "opened"]

PORTS = frozenset({143, 993})
# One answer of a server: as long as it may be silent, and as large as it may be beside the mails asked for.
_SILENT = 20.0
_LIMIT = 26 << 20
_UNSAFE = re.compile(r"[\x00-\x1f\x7f]")


class Failure(StrEnum):
    """Why a mailbox could not be looked into."""

    UNKNOWN_NAME = "unknown_name"
    UNREACHABLE = "unreachable"
    INSECURE = "insecure"
    TIMEOUT = "timeout"
    LOGIN = "login"
    FOLDER = "folder"
    BROKEN = "broken"


class FailedError(Exception):
    """The mailbox cannot be read just now. Nothing of what the other side said is in it."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Server:
    """Where the mailbox is and who may open it."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    starttls: bool = False


class Box:
    """An open folder of a mailbox. Every method raises FailedError."""

    def __init__(self, imap: "_Bounded", *, validity: int, next_uid: int) -> None:
        self._imap = imap
        self.validity = validity
        self.next_uid = next_uid

    def uids(self, first: int, last: int | None = None, *, unread: bool = False) -> list[int]:
        """The numbers of the mails from `first` on, the oldest first."""
        wanted = ["UID", f"{first}:{'*' if last is None else last}", *(["UNSEEN"] if unread else [])]
        found = self._asked(lambda: self._imap.uid("SEARCH", *wanted))
        numbers = {int(n) for line in found if isinstance(line, bytes) for n in line.split() if n.isdigit()}
        # A server gives its last mail for "9:*" even where that is number 5.
        return sorted(n for n in numbers if n >= first and (last is None or n <= last))

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """How large they are, in bytes."""
        if not uids:
            return {}
        found = self._asked(lambda: self._imap.uid("FETCH", _set(uids), "(UID RFC822.SIZE)"))
        sizes = {}
        for line in found:
            text = line[0] if isinstance(line, tuple) else line
            uid, size = re.search(rb"UID (\d+)", text or b""), re.search(rb"RFC822\.SIZE (\d+)", text or b"")
            if uid and size:
                sizes[int(uid[1])] = int(size[1])
        return sizes

    def raw(self, uid: int, *, headers_only: bool = False) -> bytes | None:
        """The mail as it is, without marking it as read; None where it is gone."""
        part = "BODY.PEEK[HEADER]" if headers_only else "BODY.PEEK[]"
        found = self._asked(lambda: self._imap.uid("FETCH", str(uid), f"(UID {part})"))
        return next((line[1] for line in found if isinstance(line, tuple)), None)

    def mark_read(self, uids: Sequence[int]) -> None:
        """Those that are gone are passed over."""
        if uids:
            self._asked(lambda: self._imap.uid("STORE", _set(uids), "+FLAGS.SILENT", r"(\Seen)"))

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Into another folder, which is made where there is none; those that are gone are passed over."""
        if not uids:
            return
        name = _folder(folder)
        if "MOVE" in self._imap.capabilities:
            try:
                self._asked(lambda: self._imap.uid("MOVE", _set(uids), name))
            except FailedError:
                self._imap.create(name)
                self._asked(lambda: self._imap.uid("MOVE", _set(uids), name))
            return
        try:
            self._asked(lambda: self._imap.uid("COPY", _set(uids), name))
        except FailedError:
            self._imap.create(name)
            self._asked(lambda: self._imap.uid("COPY", _set(uids), name))
        self._asked(lambda: self._imap.uid("STORE", _set(uids), "+FLAGS.SILENT", r"(\Deleted)"))
        if "UIDPLUS" in self._imap.capabilities:  # without it an expunge would take away what others deleted
            self._asked(lambda: self._imap._simple_command("UID", "EXPUNGE", _set(uids)))  # noqa: SLF001 - it has no name of its own

    def _asked(self, ask: Callable[[], tuple[str, list[Any]]]) -> list[Any]:
        with _told():
            kind, found = ask()
            if kind != "OK":
                raise FailedError(Failure.BROKEN)
            return found or []


@contextmanager
def opened(server: Server, folder: str, *, seconds: float, readonly: bool = False) -> Iterator[Box]:
    """The folder, to be read within those seconds. Raises RefusedError, FailedError."""
    until = time.monotonic() + seconds
    try:
        ips = addresses.checked_host(server.host, port=server.port, usual=PORTS, seconds=10)
    except addresses.UnknownNameError as error:
        raise FailedError(Failure.UNKNOWN_NAME) from error
    with _told(Failure.UNREACHABLE):
        imap = _Bounded(server, ips, until)
    try:
        _log_in(imap, server)
        yield _selected(imap, folder, readonly=readonly)
    finally:
        _leave(imap)


def trust() -> ssl.SSLContext:
    """Certificates are checked, by those authorities the machine trusts."""
    return ssl.create_default_context()


class _Bounded(imaplib.IMAP4):
    """Connects to the given IPs only; who is silent, slow or sends too much is left."""

    def __init__(self, server: Server, ips: Iterable[addresses.IP], until: float) -> None:
        self._ips, self._until, self._server = list(ips), until, server
        super().__init__(server.host, server.port, timeout=_SILENT)
        if server.starttls:
            try:
                self.starttls(ssl_context=trust())
            except self.error as error:
                self.shutdown()
                raise FailedError(Failure.INSECURE) from error

    def _create_socket(self, timeout: float | None) -> socket.socket:
        last: OSError = OSError("no address")
        for ip in self._ips:
            try:
                plain = socket.create_connection((str(ip), self._server.port), timeout=min(_SILENT, self._left()))
                return plain if self._server.starttls else trust().wrap_socket(plain, server_hostname=self._server.host)
            except ssl.SSLError:
                raise
            except OSError as error:
                last = error
        raise last

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def read(self, size: int) -> bytes:
        if size > _LIMIT:
            raise self.abort("too large")
        found = bytearray()
        while len(found) < size:
            self.sock.settimeout(min(_SILENT, self._left()))
            chunk = cast("BufferedReader", self.file).read1(min(size - len(found), 1 << 16))
            if not chunk:
                raise self.abort("it ended early")
            found += chunk
        return bytes(found)

    def readline(self) -> bytes:
        self.sock.settimeout(min(_SILENT, self._left()))
        return super().readline()


def _log_in(imap: _Bounded, server: Server) -> None:
    if _UNSAFE.search(server.user + server.password) or not server.user:
        raise FailedError(Failure.LOGIN)
    with _told(Failure.LOGIN, aborted=Failure.UNREACHABLE):
        if (server.user + server.password).isascii():
            imap.login(_quoted(server.user), server.password)
        else:
            imap.authenticate("PLAIN", lambda _: f"\0{server.user}\0{server.password}".encode())
        kind, found = imap.capability()
        if kind == "OK" and found and isinstance(found[-1], bytes):
            imap.capabilities = tuple(found[-1].decode("ascii", "replace").upper().split())


def _selected(imap: _Bounded, folder: str, *, readonly: bool) -> Box:
    with _told(Failure.FOLDER, aborted=Failure.UNREACHABLE):
        kind, _count = imap.select(_folder(folder), readonly=readonly)
        if kind != "OK":
            raise FailedError(Failure.FOLDER)
    return Box(imap, validity=_number(imap, "UIDVALIDITY"), next_uid=_number(imap, "UIDNEXT"))


def _number(imap: _Bounded, name: str) -> int:
    text = imap.response(name)[1][-1]
    return int(text) if isinstance(text, bytes) and text.isdigit() else 0


def _leave(imap: _Bounded) -> None:
    try:
        imap.logout()
    except Exception:  # noqa: BLE001 - what was read is read; the other side may be gone already
        imap.shutdown()


@contextmanager
def _told(refused: Failure = Failure.BROKEN, *, aborted: Failure = Failure.UNREACHABLE) -> Iterator[None]:
    """What goes wrong, in our words."""
    try:
        yield
    except ssl.SSLError as error:
        raise FailedError(Failure.INSECURE) from error
    except TimeoutError as error:
        raise FailedError(Failure.TIMEOUT) from error
    except imaplib.IMAP4.abort as error:  # of the errors the one that ends the connection, so it stands before them
        raise FailedError(aborted) from error
    except imaplib.IMAP4.error as error:
        raise FailedError(refused) from error
    except (OSError, ValueError, IndexError) as error:
        raise FailedError(Failure.UNREACHABLE if isinstance(error, OSError) else Failure.BROKEN) from error


def _set(uids: Sequence[int]) -> str:
    return ",".join(map(str, uids))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _folder(name: str) -> str:
    """As IMAP writes names: letters beyond ASCII in its own kind of UTF-7."""
    name = _UNSAFE.sub("", name) or "INBOX"
    written = re.sub(r"[^\x20-\x7e]+", lambda m: _utf7(m[0]), name.replace("&", "&-"))
    return _quoted(written)


def _utf7(text: str) -> str:
    coded = base64.b64encode(text.encode("utf-16-be", "replace")).decode().rstrip("=").replace("/", ",")
    return f"&{coded}-"
