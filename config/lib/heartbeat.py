"""Signs of life of the processes, kept in the cache and read by /readyz."""

import logging
import time

from django.core.cache import cache

log = logging.getLogger(__name__)

KEPT_SECONDS = 3600


def beat(process: str) -> None:
    """Note that the process lives; never raises."""
    try:
        cache.set(f"heartbeat:{process}", time.time(), KEPT_SECONDS)
    except Exception as error:  # noqa: BLE001 - without the cache the work itself goes on
        log.warning("No sign of life of %s could be kept: %s", process, error)
