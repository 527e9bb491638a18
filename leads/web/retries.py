"""Does a piece of work again when two doors met over the same people or ids."""

from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, OperationalError, transaction

from leads.capture import NotCapturedError

_TRIES = 3
T = TypeVar("T")


def retried(work: Callable[[], T]) -> T:
    """Its answer. The loser of such a meeting wrote nothing, so it may simply begin again."""
    for _try in range(_TRIES - 1):
        try:
            return work()
        except (OperationalError, IntegrityError, NotCapturedError) as error:
            sqlstate = getattr(error.__cause__, "sqlstate", "")
            if transaction.get_connection().in_atomic_block:
                raise
            if isinstance(error, OperationalError) and sqlstate not in {"40P01", "40001"}:
                raise
    return work()
