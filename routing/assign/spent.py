"""How long the turn was waited for and held: summed per minute in the cache, for the page of health."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from django.core.cache import cache

log = logging.getLogger(__name__)

MINUTES = 10
_KEPT = 3600
_TOLD_EVERY = 5.0  # seconds; what a process that ends has not told yet is forgotten
_NAMES = ("turns", "waited", "held")


@dataclass(frozen=True, slots=True)
class Spent:
    """Over `seconds`: how many turns were taken, and the microseconds they were waited for and held."""

    seconds: int
    turns: int
    waited: int
    held: int

    @property
    def share(self) -> float:
        """Of the time, how much the turn was held: near 1 no more leads can be decided."""
        return self.held / 1e6 / self.seconds

    @property
    def each(self) -> float | None:
        """Seconds a turn is held; None without one."""
        return self.held / 1e6 / self.turns if self.turns else None


class Watch:
    """Whether and when the turn was got."""

    def __init__(self) -> None:
        self.began = time.perf_counter()
        self.got: float | None = None

    def take(self) -> None:
        """Called when it is ours."""
        self.got = time.perf_counter()


_sums = dict.fromkeys(_NAMES, 0)
_guard = Lock()
_told_at = 0.0


@contextmanager
def watched() -> Iterator[Watch]:
    """Around a turn, to its commit; one that was not got is not counted."""
    watch = Watch()
    try:
        yield watch
    finally:
        if watch.got is not None:
            _note(waited=watch.got - watch.began, held=time.perf_counter() - watch.got)


def lately(*, now: float) -> Spent | None:
    """Of the last ten whole minutes, all divisions together; None where the cache does not answer."""
    last = int(now // 60)
    keys = {(name, minute): f"turn:{name}:{minute}" for name in _NAMES for minute in range(last - MINUTES, last)}
    try:
        found = cache.get_many(list(keys.values()))
    except Exception as error:  # noqa: BLE001 - a page of health must not fall over what it reports
        log.warning("How long turns were held cannot be read: %s", error)
        return None
    sums = {name: sum(int(found.get(key, 0)) for (of, _), key in keys.items() if of == name) for name in _NAMES}
    return Spent(seconds=60 * MINUTES, **sums)


def _note(*, waited: float, held: float) -> None:
    global _told_at
    with _guard:
        for name, more in (("turns", 1), ("waited", int(waited * 1e6)), ("held", int(held * 1e6))):
            _sums[name] += more
        if time.monotonic() - _told_at < _TOLD_EVERY:
            return
        told, _told_at = dict(_sums), time.monotonic()
        _sums.update(dict.fromkeys(_NAMES, 0))
    _tell(told)


def _tell(sums: dict[str, int]) -> None:
    minute = int(time.time() // 60)
    try:
        for name, value in sums.items():
            key = f"turn:{name}:{minute}"
            cache.add(key, 0, _KEPT)
            cache.incr(key, value)
    except Exception as error:  # noqa: BLE001 - without the cache the work itself goes on
        log.warning("How long turns were held could not be kept: %s", error)
