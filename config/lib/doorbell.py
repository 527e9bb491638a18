"""A doorbell: wakes a task through the broker, many rings as one; any ring may be lost, so somebody must also sweep."""

import logging

from celery import current_app
from django.core.cache import cache

log = logging.getLogger(__name__)

# A ring nobody answered is forgotten after this, so that a lost message does not silence the bell.
_FORGOTTEN_AFTER = 5


def ring(task: str, *args: int) -> bool:
    """Send the task unless a ring for it already waits. False where the broker did not take it; never raises."""
    key = _key(task, args)
    try:
        if not cache.add(key, 1, timeout=_FORGOTTEN_AFTER):
            return True
        current_app.send_task(task, args=args, ignore_result=True, retry=False)
    except Exception as error:  # noqa: BLE001 - whatever the broker's client raises, the caller has done its work
        log.warning("The doorbell %s was not heard: %s", task, error)
        return False
    return True


def answered(task: str, *args: int) -> None:
    """Called before looking at what is there, so that what comes after the look rings again."""
    try:
        cache.delete(_key(task, args))
    except Exception as error:  # noqa: BLE001 - without the cache the sweeper still finds everything
        log.warning("The doorbell %s could not be put back: %s", task, error)


def _key(task: str, args: tuple[int, ...]) -> str:
    return ":".join(("doorbell", task, *map(str, args)))
