"""Writes to decisions of the past where their lead belonged: once, after an upgrade from a version without it."""

from typing import Any

from django.core.management.base import BaseCommand

from routing.placed import place_past


class Command(BaseCommand):
    """Prints how many decisions got a territory."""

    help = "Say of past decisions to which territory their lead belonged, so that reports by territory know them."

    def handle(self, **_options: Any) -> None:
        """Look at all decisions without a territory."""
        self.stdout.write(f"{place_past()} decisions got a territory.")
