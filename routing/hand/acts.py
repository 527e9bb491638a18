"""The audit row of a verb over many leads: who, when, what was asked, what came of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from reps.models import User
from routing.hand.moved import Moved
from routing.models import Act


@contextmanager
def noted(
    kind: Act.Kind, *, division_id: int, by: User | None, why: str, asked: dict[str, Any], now: datetime
) -> Iterator[Moved]:
    """Count what is done inside; the row is written whatever happens, as chunks that committed stay committed."""
    done = Moved()
    try:
        yield done
    finally:
        Act.objects.create(
            division_id=division_id,
            kind=kind,
            at=now,
            by=by,
            why=why[:500],
            asked=asked,
            result={"moved": done.count, "stayed": dict(done.stayed)},
        )
