"""Waits a moment for a decision (`?wait=2`), for few callers at once and without holding a database connection."""

import threading
import time

from django.conf import settings
from django.db import connection

from leads import signals
from leads.life import WAITING
from leads.models import Lead

MOST_SECONDS = 5.0
_LOOK_EVERY = 0.02
_waiters = threading.BoundedSemaphore(settings.WAITERS_PER_PROCESS)


def wait_for_decision(lead: Lead, *, seconds: float) -> None:
    """Return when the lead is decided, or the time over; at once when others wait or the doorbell is broken."""
    if seconds <= 0 or not signals.rang.get() or not _waiters.acquire(blocking=False):
        return
    try:
        end = time.monotonic() + min(seconds, MOST_SECONDS)
        while time.monotonic() < end:
            state = Lead.objects.filter(pk=lead.pk).values_list("state", flat=True).first()
            if state not in WAITING:
                return
            if not connection.in_atomic_block:
                connection.close()
            time.sleep(_LOOK_EVERY)
    finally:
        _waiters.release()
