"""A person's sessions: where from, by what, when last seen; at most one write in five minutes each."""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from reps.devices import device
from reps.models import User

_EVERY = 300.0
_MOST_KEPT = 20_000
_noted: dict[str, float] = {}  # of this process: the key, and when it was written


# Whom a session's key belongs to, for statements that ask more of them at once: `Whose`, by column.
WHOSE = """
    SELECT u.id AS user_id, r.id AS rep_id, u.is_ops OR u.is_superuser AS sees_all,
        u.password, u.sign_out_n, s.session_data
    FROM django_session s
    JOIN usersessions_usersession n ON n.session_key = s.session_key
    JOIN reps_user u ON u.id = n.user_id AND u.is_active
    LEFT JOIN reps_rep r ON r.user_id = u.id AND r.active
    WHERE s.session_key = %s AND s.expire_date > now()
"""


class Whose(NamedTuple):
    """A row of `WHOSE`."""

    user: int
    rep: int | None
    sees_all: bool
    password: str
    sign_out_n: int
    data: str

    def opens(self) -> bool:
        """Whether the session is theirs and holds, by what `django.contrib.auth.get_user` asks."""
        held = SessionStore().decode(self.data)
        hashed = User(password=self.password, sign_out_n=self.sign_out_n).get_session_auth_hash()
        return held.get(SESSION_KEY) == str(self.user) and constant_time_compare(held.get(HASH_SESSION_KEY, ""), hashed)


class Seen(NamedTuple):
    """One session, as its page shows it."""

    pk: int
    device: str
    address: str
    since: datetime
    last: datetime
    here: bool


def note(*, user: User, key: str, address: str, agent: str) -> None:
    """The session is alive; where it is new to this process, or was quiet, it is written down."""
    now = time.monotonic()
    if now - _noted.get(key, -_EVERY) < _EVERY:
        return
    if len(_noted) > _MOST_KEPT:
        _noted.clear()
    _noted[key] = now
    row = UserSession(user=user, session_key=key, ip=address, user_agent=agent.replace("\x00", "")[:200])
    UserSession.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["session_key"],
        update_fields=["user", "ip", "user_agent", "last_seen_at"],
    )


def renewed(*, before: str | None, after: str | None) -> None:
    """The same session has another key now."""
    if before and after:
        UserSession.objects.filter(session_key=before).update(session_key=after)


def of(user: User, *, here: str | None) -> list[Seen]:
    """Those that still open something, this one first, then as they were seen."""
    rows = UserSession.objects.filter(user=user, session_key__in=_live(user))
    shown = [Seen(r.pk, device(r.user_agent), r.ip, r.created_at, r.last_seen_at, r.session_key == here) for r in rows]
    return sorted(shown, key=lambda s: (not s.here, -s.last.timestamp()))


def _live(user: User) -> list[str]:
    keys = UserSession.objects.filter(user=user).values("session_key")
    return list(
        Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now()).values_list(
            "session_key", flat=True
        )
    )


def end(*, user: User, pk: int) -> bool:
    """Sign out one session of theirs; False where there is none such."""
    with transaction.atomic():
        keys = list(UserSession.objects.filter(user=user, pk=pk).values_list("session_key", flat=True))
        _forget(keys)
    return bool(keys)


def end_all(*, user: User, but: str | None = None) -> None:
    """Sign out everywhere: the rows go, and whatever is in no list carries a number that is over."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(sign_out_n=F("sign_out_n") + 1)
        end_others(user=user, but=but)
    user.refresh_from_db(fields=["sign_out_n"])


def end_others(*, user: User, but: str | None) -> None:
    """Take away the rows of all their sessions but one."""
    _forget(UserSession.objects.filter(user=user).exclude(session_key=but or "").values_list("session_key", flat=True))


def _forget(keys: Iterable[str]) -> None:
    gone = list(keys)
    Session.objects.filter(session_key__in=gone).delete()
    UserSession.objects.filter(session_key__in=gone).delete()


def forget_old(*, now: datetime, after: timedelta = timedelta(days=1)) -> int:
    """Sessions that ran out, and the list's rows of sessions that are no more; how many of both."""
    gone: Any = Session.objects.filter(expire_date__lt=now).delete()[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM usersessions_usersession u WHERE u.last_seen_at < %s AND NOT EXISTS"
            " (SELECT 1 FROM django_session s WHERE s.session_key = u.session_key)",
            [now - after],
        )
        return int(gone) + cursor.rowcount
