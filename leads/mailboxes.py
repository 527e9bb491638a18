"""Looks into mailboxes by IMAP: each mail is kept before it is marked as read, and kept once, whatever dies between."""

import hashlib
import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from config.lib import doorbell, imap, sealed
from leads import inbound, secrets
from leads.connector import Came, Configured, Source, UnreadableError
from leads.connectors import sources
from leads.mail.message import CUT, MOST_BYTES
from leads.models import Connection, Mailbox

log = logging.getLogger(__name__)

KIND = "mailbox"
TASK = "leads.tasks.poll_mailbox"
EVERY = timedelta(seconds=30)
# Longer than a look may take, so that no two ever look at once; whoever dies holds it no longer than that.
LEASE = timedelta(seconds=150)
SECONDS = 90
_ENOUGH = 60.0  # seconds after which the next look goes on
_AT_ONCE = 100
_LONGEST_PAUSE = timedelta(hours=1)
# Who is refused often is locked out by many providers, so a wrong password waits longer from the start.
_AFTER_LOGIN = timedelta(minutes=5)


class LostLeaseError(Exception):
    """Somebody else looks into it by now."""


def due(*, now: datetime) -> list[int]:
    """The connections whose mailbox should be looked into."""
    rows = Connection.objects.filter(kind=KIND, active=True).exclude(settings__host="").filter(settings__has_key="host")
    ready = Q(mailbox=None) | Q(mailbox__due_at__lte=now)
    free = Q(mailbox__leased_until=None) | Q(mailbox__leased_until__lte=now)
    return list(rows.filter(ready & free).order_by("pk").values_list("pk", flat=True))


def wake(*, connection: Connection, now: datetime) -> bool:
    """Look into it at once, whatever went wrong before; False where it is no mailbox with a server."""
    if connection.kind != KIND or not str(connection.settings.get("host") or "").strip():
        return False
    Mailbox.objects.get_or_create(connection=connection, defaults={"due_at": now})
    Mailbox.objects.filter(connection=connection).update(due_at=now, failures=0)
    transaction.on_commit(lambda: doorbell.ring(TASK, connection.pk))
    return True


def poll(*, connection: int, clock: Callable[[], datetime]) -> int:
    """Take what is new in one mailbox; returns how many mails. What goes wrong stands on its row."""
    row = _lease(connection, clock())
    if row is None:
        return 0
    taken = 0
    try:
        for _uid in _look(row, clock):
            taken += 1
    except LostLeaseError:
        log.warning("The mailbox %s is looked into by somebody else", row.pk)
    except (imap.FailedError, imap.RefusedError, sealed.UnsealedError) as error:
        _failed(row, _why(error), clock(), login=getattr(error, "failure", None) is imap.Failure.LOGIN)
    except Exception as error:
        _failed(row, type(error).__name__, clock())
        raise
    else:
        _worked(row, clock(), more=taken >= _AT_ONCE)
    return taken


def _lease(connection: int, now: datetime) -> Mailbox | None:
    """The mailbox, for this process alone; None where it is not due, or somebody has it."""
    found = Connection.objects.filter(pk=connection, kind=KIND, active=True).select_related("division").first()
    if found is None or not str(found.settings.get("host") or "").strip():
        return None
    Mailbox.objects.get_or_create(connection=found, defaults={"due_at": now})
    until = now + LEASE
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    mine = Mailbox.objects.filter(free, connection=found, due_at__lte=now).update(leased_until=until, looked_at=now)
    if not mine:
        return None
    row = Mailbox.objects.get(connection=found)
    row.connection = found
    return row


def _look(row: Mailbox, clock: Callable[[], datetime]) -> Any:
    """Mark what was kept before, then keep what is new, one by one; yields each number that was kept."""
    source, configured = sources()[KIND], secrets.configured(row.connection, now=clock())
    how = configured.setting("handled") or "seen"
    folder = configured.setting("folder").strip() or "INBOX"
    began = time.monotonic()
    with imap.opened(server_of(configured), folder, seconds=SECONDS, readonly=how == "leave") as box:
        _find_place(row, configured, box)
        _mark(row, box, configured, how)
        new = _new(row, configured, box)[:_AT_ONCE]
        sizes = box.sizes(new)
        for uid in new:
            came = _fetched(box, uid, sizes.get(uid, 0), clock())
            _keep(row, source, configured, uid, came)
            yield uid
            if time.monotonic() - began > _ENOUGH:
                break
        _mark(row, box, configured, how)


def server_of(configured: Configured) -> imap.Server:
    """As ops filled it in."""
    starttls = configured.setting("security") == "starttls"
    return imap.Server(
        host=configured.setting("host").strip(),
        port=int(configured.setting("port") or (143 if starttls else 993)),
        user=configured.setting("user").strip(),
        password=configured.secret("password"),
        starttls=starttls,
    )


def _find_place(row: Mailbox, configured: Configured, box: imap.Box) -> None:
    """Begin anew where the folder is another one, or its server numbered its mails anew."""
    said = "|".join(configured.setting(name).strip().casefold() for name in ("host", "user", "folder"))
    place = hashlib.sha256(said.encode()).hexdigest()
    if row.place == place and row.validity == box.validity:
        return
    first = row.place != place
    old_until = max(box.next_uid - 1, 0) if box.next_uid else max(box.uids(1), default=0)
    skip = first and configured.setting("first") == "none"
    row.place, row.validity, row.old_until, row.to_mark = place, box.validity, old_until, []
    row.last_uid = old_until if skip else 0
    _write(row, place=place, validity=box.validity, old_until=old_until, to_mark=[], last_uid=row.last_uid)


def _new(row: Mailbox, configured: Configured, box: imap.Box) -> list[int]:
    """The mails not taken yet: of those that were there before the first look only what ops want."""
    if row.last_uid >= row.old_until:
        return box.uids(row.last_uid + 1)
    unread = configured.setting("first") != "all"
    old = box.uids(row.last_uid + 1, row.old_until, unread=unread)
    return [*old, *box.uids(row.old_until + 1)]


def _fetched(box: imap.Box, uid: int, size: int, now: datetime) -> Came | None:
    """The mail as something that came; of one too large the headers, of one that is gone nothing."""
    cut = size > MOST_BYTES
    raw = box.raw(uid, headers_only=cut)
    if raw is None:
        return None
    headers = {"content-type": "message/rfc822", "x-imap-uid": str(uid)} | ({CUT: str(size)} if cut else {})
    return Came(method="IMAP", url="", headers=headers, query={}, body=raw, at=now)


def _keep(row: Mailbox, source: Source, configured: Configured, uid: int, came: Came | None) -> None:
    """The mail and how far we are, in one transaction: killed before it nothing happened, after it all."""
    with transaction.atomic():
        kept = came is not None and _kept(row.connection, source, configured, came)
        row.last_uid, row.to_mark = uid, [*row.to_mark, uid] if came else row.to_mark
        _write(row, last_uid=uid, to_mark=row.to_mark, taken=F("taken") + int(kept))


def _kept(connection: Connection, source: Source, configured: Configured, came: Came) -> bool:
    try:
        delivery_id = source.delivery_id(came, configured)
    except UnreadableError:
        delivery_id = ""  # reading it says what is wrong, on the row
    return not inbound.keep(connection=connection, came=came, delivery_id=delivery_id).repeated


def _mark(row: Mailbox, box: imap.Box, configured: Configured, how: str) -> None:
    """Tell the server which ones we have; done again after a crash, which changes nothing."""
    if not row.to_mark:
        return
    if how == "seen":
        box.mark_read(row.to_mark)
    elif how == "move":
        box.mark_read(row.to_mark)
        box.move(row.to_mark, configured.setting("moved_to").strip() or "Taken")
    row.to_mark = []
    _write(row, to_mark=[])


def _write(row: Mailbox, **values: object) -> None:
    """Only while it is ours."""
    if not Mailbox.objects.filter(pk=row.pk, leased_until=row.leased_until).update(**values):
        raise LostLeaseError


def _worked(row: Mailbox, now: datetime, *, more: bool) -> None:
    mine = Mailbox.objects.filter(pk=row.pk, leased_until=row.leased_until)
    due_at = now if more else now + EVERY - timedelta(seconds=5)
    mine.update(leased_until=None, due_at=due_at, worked_at=now, failures=0, error="")
    if more:
        doorbell.ring(TASK, row.connection_id)


def _failed(row: Mailbox, why: str, now: datetime, *, login: bool = False) -> None:
    """Told on its page, and tried again later each time."""
    pause = min((_AFTER_LOGIN if login else EVERY) * 2 ** min(row.failures, 10), _LONGEST_PAUSE)
    mine = Mailbox.objects.filter(pk=row.pk, leased_until=row.leased_until)
    mine.update(leased_until=None, due_at=now + pause, failures=F("failures") + 1, error=why)


def _why(error: Exception) -> str:
    if isinstance(error, imap.FailedError):
        return _says()[error.failure]
    if isinstance(error, sealed.UnsealedError):
        return _("Its password was sealed with another SECRET_KEY and cannot be opened: enter it again.")
    return str(error)


def _says() -> dict[imap.Failure, str]:
    return {
        imap.Failure.UNKNOWN_NAME: _("The name of the server is not known."),
        imap.Failure.UNREACHABLE: _("The server cannot be reached, or hangs up."),
        imap.Failure.INSECURE: _("The certificate of the server is not valid, or it speaks no TLS there."),
        imap.Failure.TIMEOUT: _("The server took too long."),
        imap.Failure.LOGIN: _("The server does not let us in: check user and password. Many want an app password."),
        imap.Failure.FOLDER: _("There is no such folder."),
        imap.Failure.BROKEN: _("The server answered something we do not understand."),
    }
