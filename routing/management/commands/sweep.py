"""The sweeper: a process of its own that looks every second."""

import logging
import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from config.lib import heartbeat
from routing.sweep import Sweep

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Sweeps until it is told to stop; what is under way ends first."""

    help = "Route what a lost message missed, wake what waited, send what is due; every second."

    def add_arguments(self, parser: Any) -> None:
        """One round for tests and cron."""
        parser.add_argument("--once", action="store_true", help="One round, then stop.")

    def handle(self, **options: Any) -> None:
        """Sweep."""
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        sweep = Sweep()
        while not stop.is_set():
            heartbeat.beat("sweeper")
            try:
                sweep.once()
            except DatabaseError:
                # The supervisor restarts the database; the next round finds it or fails the same way.
                log.exception("This round failed")
                close_old_connections()
            if options["once"]:
                return
            stop.wait(settings.SWEEP_SECONDS)
