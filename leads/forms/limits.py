"""How often a form may be sent in an hour: from one address, with one e-mail, in all. Counted in the cache."""

import hashlib
import hmac
import logging
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from leads.models import WebForm

HOUR = 3600
# So many times over its limit a form keeps nothing more: a flood must not fill the disk.
FLOOD = 10
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Count:
    """One more, of so many allowed, until the hour is over."""

    n: int
    most: int
    again_in: int

    @property
    def over(self) -> bool:
        """Whether this one is too many."""
        return self.n > self.most


def by_address(form: WebForm, address: str, *, now: datetime) -> Count:
    """Counts what comes from one network address, good or bad."""
    return _count(form, "address", address, form.per_address, now) if address else _count_none(form.per_address)


def by_email(form: WebForm, email: str, *, now: datetime) -> Count:
    """Counts what is signed with one e-mail address."""
    return _count(form, "email", email.casefold(), form.per_email, now) if email else _count_none(form.per_email)


def in_all(form: WebForm, *, now: datetime) -> Count:
    """Counts what passed the traps."""
    return _count(form, "form", "", form.per_form, now)


def of_held(form: WebForm, *, now: datetime) -> Count:
    """Counts what is held back; allowed is what a form may take."""
    return _count(form, "held", "", form.per_form, now)


def _count_none(most: int) -> Count:
    return Count(0, most, 0)


def _count(form: WebForm, of: str, value: str, most: int, now: datetime) -> Count:
    """A cache that is down counts nothing: a lead is worth more than a limit."""
    hour, gone = divmod(int(now.timestamp()), HOUR)
    digest = hmac.new(settings.SECRET_KEY.encode(), value.encode(), hashlib.sha256).hexdigest()[:24] if value else "all"
    key = f"form:{form.pk}:{of}:{digest}:{hour}"
    try:
        cache.add(key, 0, timeout=2 * HOUR)
        n = cache.incr(key)
    except ValueError:  # dropped between the two calls
        n = 1
    except RedisError as error:
        _log.warning("limits of forms are not counted: %s", type(error).__name__)
        n = 0
    return Count(n, most, HOUR - gone)
