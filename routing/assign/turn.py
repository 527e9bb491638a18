"""The turn of a division: one decider at a time, whoever decides."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from django.db import connection, transaction

from routing.assign import spent

LOCK_TIMEOUT = "3s"
_TURN = 0x0FA1  # the first key of the advisory lock; the second is the division. Errands have keys of their own.


@dataclass(frozen=True, slots=True)
class Turn:
    """The turn of a division, held until its transaction ends. `now` is the database's clock, read after the lock."""

    division: int
    now: datetime
    roster: int


class Errand(IntEnum):
    """What machines do under the turn: of each, one at a time waits for it, however many processes could.

    They wait in line with people. Only trying the lock would starve them, as whoever waits always gets it first.
    """

    ROUTE = 0x0FA2
    LAPSE = 0x0FA3
    TIME_OUT = 0x0FA4


@contextmanager
def turn(division_id: int, *, errand: Errand | None = None) -> Iterator[Turn | None]:
    """Hold the division's turn for one outermost transaction; None where another process is at the same errand.

    The lock is the first statement, so it is never taken after a row lock; then the roster version is read FOR SHARE,
    so that a change of the roster that committed is obeyed by what is decided here. OperationalError after 3 s.
    """
    with spent.watched() as watch, transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
        if errand is not None:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [errand, division_id])
            if not cursor.fetchone()[0]:
                yield None
                return
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_TURN, division_id])
        watch.take()
        cursor.execute(
            "SELECT n, clock_timestamp() FROM reps_rosterversion WHERE division_id = %s FOR SHARE", [division_id]
        )
        roster, now = cursor.fetchone()
        yield Turn(division_id, now, roster)
