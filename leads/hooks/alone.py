"""One sender of hooks at a time, in whichever process, and how long it goes on."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from django.db import DatabaseError, connection

_SENDER = 0x0FB3  # the first key of the advisory lock


@dataclass(slots=True)
class Go:
    """How long one sender goes on: for a while, then as long as those who are slow keep it, without them.

    As no other sender may begin meanwhile, the quick ones must not wait for the slow ones to come to an end.
    """

    until: float
    more: float
    slow: set[object] | None = None

    @property
    def ends(self) -> float:
        """When a lane begins nothing more."""
        return self.until if self.slow is None else self.until + self.more

    def goes_on(self, busy: Collection[object], *, now: float) -> bool:
        """Whether anything more is begun."""
        if now < self.until:
            return True
        if self.slow is None:
            self.slow = set(busy)
        return now < self.ends and not self.slow.isdisjoint(busy)

    def left_out(self, busy: Collection[object]) -> set[object]:
        """Hooks that are spoken to, whatever their row says, or that were slow in this go."""
        return {*busy, *(self.slow or ())}


@contextmanager
def alone() -> Iterator[bool]:
    """Whether we are the only sender; it ends with us, or with our connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, 0)", [_SENDER])
        ours = bool(cursor.fetchone()[0])
    try:
        yield ours
    finally:
        if ours:
            with suppress(DatabaseError), connection.cursor() as cursor:  # a broken connection has let go by itself
                cursor.execute("SELECT pg_advisory_unlock(%s, 0)", [_SENDER])
