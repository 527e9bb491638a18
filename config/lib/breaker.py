"""A circuit breaker: who keeps failing is left alone for a while, in all processes at once."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache

log = logging.getLogger(__name__)

FAILURES = 5  # in a row, each at most WINDOW after the one before
WINDOW = 300
PAUSE = 60
LONGEST_PAUSE = 900
PROBE = 20  # how long one who tries again keeps the others waiting

# Without the shared cache each process counts for itself.
_own = LocMemCache("breaker", {})


def may_call(name: str) -> bool:
    """Whether to try at all: yes while closed; after a pause one at a time tries whether it works again."""
    if _asked(lambda c: c.get(_open(name))):
        return False
    failures = _asked(lambda c: c.get(_count(name))) or 0
    return failures < FAILURES or bool(_asked(lambda c: c.add(_probe(name), 1, timeout=PROBE)))


def succeeded(name: str) -> None:
    """It answered: everything is forgotten."""
    _asked(lambda c: c.delete_many([_count(name), _open(name), _probe(name)]))


def failed(name: str, *, pause: float | None = None) -> None:
    """It failed; with a pause of its own (Retry-After) it is left alone at once, else after the fifth in a row."""

    def count(c: Any) -> None:
        c.add(_count(name), 0, timeout=WINDOW)
        try:
            failures = c.incr(_count(name))
        except ValueError:  # it ran out between the two
            failures = 1
        c.touch(_count(name), WINDOW + PAUSE)
        if pause or failures >= FAILURES:
            c.set(_open(name), 1, timeout=min(pause or PAUSE, LONGEST_PAUSE))
        c.delete(_probe(name))

    _asked(count)


def is_open(name: str) -> bool:
    """Whether it is being left alone just now."""
    return bool(_asked(lambda c: c.get(_open(name))))


def _asked(ask: Callable[[Any], Any]) -> Any:
    try:
        return ask(cache)
    except Exception as error:  # noqa: BLE001 - whatever the cache's client raises, a breaker must never break a call
        log.warning("The breaker counts alone, as the cache did not answer: %s", error)
        return ask(_own)


def _open(name: str) -> str:
    return f"breaker:{name}:open"


def _count(name: str) -> str:
    return f"breaker:{name}:failures"


def _probe(name: str) -> str:
    return f"breaker:{name}:probe"
