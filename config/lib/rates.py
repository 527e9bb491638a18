"""How often somebody may do something: counted in the shared cache, all limits of one thing in one round trip.

A limit is written "20/s 1200/min": at most so many in a second, and in a minute, counted by the clock. Without the
cache nothing is counted and everything is let through: a lead is worth more than a limit.
"""

import hashlib
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import redis
from django.conf import settings

log = logging.getLogger(__name__)

_SECONDS = {"s": 1, "min": 60, "h": 3600, "day": 86_400}
_LIMIT = re.compile(r"(\d{1,9})/(s|min|h|day)")
# A cache that hangs costs its timeout once, and is then left alone for a while.
_LEFT_ALONE = 5.0


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many in so many seconds."""

    most: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Spent:
    """Whether it goes on, and how the tightest limit stands: most, how many are left, seconds until it begins anew."""

    allowed: bool
    most: int = 0
    left: int = 0
    again_in: int = 0


FREE = Spent(allowed=True)


def limits_of(name: str) -> tuple[Limit, ...]:
    """The limits of `settings.RATES`; none where it is empty."""
    return read(settings.RATES[name])


@cache
def read(text: str) -> tuple[Limit, ...]:
    """Of "20/s 1200/min"; ValueError where it says anything else."""
    found = []
    for part in text.split():
        match = _LIMIT.fullmatch(part)
        if match is None or int(match[1]) == 0:
            raise ValueError(f"{part!r} is no limit; write it like 20/s or 1200/min")
        found.append(Limit(int(match[1]), _SECONDS[match[2]]))
    return tuple(found)


def spend(name: str, who: object, *, cost: int = 1) -> Spent:
    """Count this one, and say whether it may go on; what may not costs nothing."""
    limits, now = limits_of(name), time.time()
    if not limits:
        return FREE

    def count(pipe: Any) -> None:
        for limit in limits:
            key = _key(name, who, limit, now)
            pipe.incrby(key, cost)
            pipe.expire(key, limit.seconds + 5)

    answers = _asked(count)
    if answers is None:
        return FREE
    spent = [_spent(limit, n, cost, now) for limit, n in zip(limits, answers[::2], strict=True)]
    worst = max((s for s in spent if not s.allowed), key=lambda s: s.again_in, default=None)
    if worst is not None:
        _asked(lambda pipe: [pipe.decrby(_key(name, who, limit, now), cost) for limit in limits])
        return worst
    return min(spent, key=lambda s: s.left)


def is_over(name: str, who: object) -> Spent | None:
    """How it stands where the limit is used up; nothing is counted."""
    limits, now = limits_of(name), time.time()
    answers = _asked(lambda pipe: [pipe.get(_key(name, who, limit, now)) for limit in limits]) if limits else None
    for limit, n in zip(limits, answers or (), strict=False):
        if int(n or 0) >= limit.most:
            return _spent(limit, int(n) + 1, 1, now)
    return None


def remember(name: str, who: object, *, seconds: int) -> bool:
    """Keep a mark for a while; True where it was not there. Without the cache it never was."""
    answers = _asked(lambda pipe: pipe.set(_mark(name, who), 1, nx=True, ex=seconds))
    return answers is None or bool(answers[0])


def remembers(name: str, who: object) -> bool:
    """Whether the mark is there."""
    answers = _asked(lambda pipe: pipe.exists(_mark(name, who)))
    return bool(answers and answers[0])


def _spent(limit: Limit, n: int, cost: int, now: float) -> Spent:
    again_in = max(1, limit.seconds - int(now) % limit.seconds)
    # What is larger than a whole limit goes through alone, or it never could.
    allowed = n <= limit.most or n == cost
    return Spent(allowed, limit.most, max(0, limit.most - n if allowed else 0), again_in)


def _key(name: str, who: object, limit: Limit, now: float) -> str:
    return f"fairlead:rate:{name}:{_digest(who)}:{limit.seconds}:{int(now) // limit.seconds}"


def _mark(name: str, who: object) -> str:
    return f"fairlead:mark:{name}:{_digest(who)}"


def _digest(who: object) -> str:
    """Addresses and keys are not to be read in the cache."""
    return hashlib.sha256(f"{settings.SECRET_KEY}:{who}".encode()).hexdigest()[:24]


_silent_until = 0.0


def _asked(ask: Callable[[Any], object]) -> list[Any] | None:
    """The answers to one pipeline; None without the cache."""
    global _silent_until  # noqa: PLW0603 - of this process, as its connections are
    if time.monotonic() < _silent_until:
        return None
    at = settings.CACHES["default"]
    # Held until it has answered: where two threads make the first client at once, one of them is kept by nobody else,
    # and a client that is let go of closes its connections.
    client = _client(at["LOCATION"])
    try:
        pipe = client.pipeline(transaction=False)
        ask(pipe)
        return list(pipe.execute())
    except redis.RedisError as error:
        _silent_until = time.monotonic() + _LEFT_ALONE
        log.warning("Rates are not counted for a while: %s", type(error).__name__)
        return None


@cache
def _client(url: str) -> redis.Redis:
    options = settings.CACHES["default"].get("OPTIONS", {})
    return redis.Redis.from_url(url, **options)
