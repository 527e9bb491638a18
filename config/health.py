"""What monitors ask: `/healthz` (do we, the database and the broker answer) and `/readyz` (do the others live too)."""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from celery import current_app
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)

BROKER_SECONDS = 1
# A process that has not written `heartbeat:<name>` (the time, into the cache) for so long counts as dead.
OLDEST_HEARTBEAT = {"worker": 60.0, "beat": 60.0, "sweeper": 10.0}


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 where this process can do its work, else 503 naming the part that fails."""
    parts = check_parts()
    return answer(healthy=all(parts.values()), parts=parts)


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """As healthz, and 503 also where worker, beat or sweeper gave no sign of life lately; ages are in seconds."""
    parts = check_parts()
    ages = heartbeat_ages(now=time.time())
    alive = {name: age is not None and age <= OLDEST_HEARTBEAT[name] for name, age in ages.items()}
    return answer(healthy=all((parts | alive).values()), parts=parts | alive, heartbeats=ages)


def answer(*, healthy: bool, parts: dict[str, bool], **more: object) -> JsonResponse:
    body = {
        "status": "ok" if healthy else "failing",
        "parts": {name: "ok" if fine else "failing" for name, fine in parts.items()},
        **more,
    }
    response = JsonResponse(body, status=200 if healthy else 503)
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 - Django's word for "no error of ours"
    return response


def check_parts() -> dict[str, bool]:
    return {"database": works("database", ask_database), "broker": works("broker", ask_broker)}


def works(name: str, ask: Callable[[], None]) -> bool:
    """Whether `ask` comes back; whatever it raises is an answer here, and its text is for our log only."""
    try:
        ask()
    except Exception as error:  # noqa: BLE001 - a health check must not fall over what it reports
        logger.warning("health: %s does not answer: %s", name, error)
        return False
    return True


def ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def ask_broker() -> None:
    with current_app.connection_for_write(connect_timeout=BROKER_SECONDS) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_SECONDS)


def heartbeat_ages(*, now: float) -> dict[str, float | None]:
    """Seconds since each process last wrote its heartbeat; None where none is known."""
    try:
        found = cache.get_many([f"heartbeat:{name}" for name in OLDEST_HEARTBEAT])
    except Exception as error:  # noqa: BLE001 - see `works`
        logger.warning("health: the heartbeats cannot be read: %s", error)
        found = {}
    return {name: age(found.get(f"heartbeat:{name}"), now=now) for name in OLDEST_HEARTBEAT}


def age(written: datetime | float | None, *, now: float) -> float | None:
    if written is None:
        return None
    instant = written.timestamp() if isinstance(written, datetime) else float(written)
    return round(max(now - instant, 0.0), 1)
