"""New leads for the demo, one every few seconds, and reps who answer them, until told to stop."""

import logging
import signal
import threading
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from reporting.demo.build import is_demo
from reporting.demo.trickle import Trickle

log = logging.getLogger(__name__)

_ROUND_SECONDS = 1.0


class Command(BaseCommand):
    """Refuses where the demo was not made: invented leads never mix with real ones."""

    help = "Send a new invented lead every 5 to 20 seconds and let the demo's reps answer."

    def add_arguments(self, parser: Any) -> None:
        """A number for tests; else until a signal comes."""
        parser.add_argument("--leads", type=int, default=None, help="Stop after so many leads.")

    def handle(self, **options: Any) -> None:
        """Trickle."""
        if not is_demo():
            raise CommandError("This is no demo: run `manage.py demo` on an empty data folder first.")
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        trickle, left, next_at = Trickle(), options["leads"], time.monotonic()
        while not stop.is_set() and left != 0:
            try:
                if not is_demo():  # it was removed: there is nobody to bring leads to any more
                    stop.wait()
                    return
                trickle.act(now=timezone.now())
                if time.monotonic() >= next_at:
                    trickle.bring(now=timezone.now())
                    left = None if left is None else left - 1
                    next_at = time.monotonic() + trickle.pause()
            except DatabaseError:
                # The supervisor restarts the database; the next round finds it or fails the same way.
                log.exception("This round failed")
                close_old_connections()
            stop.wait(_ROUND_SECONDS)
