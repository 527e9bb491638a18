"""Signs of life: of the processes, kept in the cache as they work, and of the database and the broker, by asking."""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from celery import current_app
from django.core.cache import cache
from django.db import connection

log = logging.getLogger(__name__)

KEPT_SECONDS = 3600
BROKER_SECONDS = 1
# A process that gave no sign for so long (seconds) counts as dead.
OLDEST = {"worker": 60.0, "beat": 60.0, "sweeper": 10.0}


def beat(process: str) -> None:
    """Note that the process lives; never raises."""
    try:
        cache.set(f"heartbeat:{process}", time.time(), KEPT_SECONDS)
    except Exception as error:  # noqa: BLE001 - without the cache the work itself goes on
        log.warning("No sign of life of %s could be kept: %s", process, error)


def ages(*, now: float) -> dict[str, float | None]:
    """Seconds since each process last gave a sign; None where none is known. `now` is of `time.time`."""
    try:
        found = cache.get_many([f"heartbeat:{name}" for name in OLDEST])
    except Exception as error:  # noqa: BLE001 - without the cache nothing is known, which is worth telling
        log.warning("The signs of life cannot be read: %s", error)
        found = {}
    return {name: _age(found.get(f"heartbeat:{name}"), now) for name in OLDEST}


def is_alive(name: str, age: float | None) -> bool:
    """Whether a sign of this age says so."""
    return age is not None and age <= OLDEST[name]


def answers() -> dict[str, float | None]:
    """Seconds in which database and broker answered; None where one did not."""
    return {"database": _asked("database", ask_database), "broker": _asked("broker", ask_broker)}


def ask_database() -> None:
    """Raises where it does not answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def ask_broker() -> None:
    """Raises where it does not answer."""
    with current_app.connection_for_write(connect_timeout=BROKER_SECONDS) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_SECONDS)


def _asked(name: str, ask: Callable[[], None]) -> float | None:
    """How long `ask` took; whatever it raises is an answer here, and its text is for our log only."""
    began = time.perf_counter()
    try:
        ask()
    except Exception as error:  # noqa: BLE001 - who asks for health must not fall over what it reports
        log.warning("health: %s does not answer: %s", name, error)
        return None
    return time.perf_counter() - began


def _age(written: datetime | float | None, now: float) -> float | None:
    if written is None:
        return None
    instant = written.timestamp() if isinstance(written, datetime) else float(written)
    return round(max(now - instant, 0.0), 1)
