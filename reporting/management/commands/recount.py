"""Makes all that reports are made of anew, and says how much of it was wrong (I7); `--look` only compares."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reporting.models import Spell
from reporting.spells import keep


class Command(BaseCommand):
    """The worker does it once a day; this is for whoever does not want to wait."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to write."""
        parser.add_argument("--look", action="store_true", help="compare, and change nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Ends with 1 where something was wrong and nothing was written."""
        began = time.perf_counter()
        if options["look"]:
            wrong = keep.differing()
        else:
            keep.refresh_all()
            wrong = keep.rebuild()
        seconds = time.perf_counter() - began
        self.stdout.write(f"{Spell.objects.count():,} spells of ownership, {wrong:,} were wrong, {seconds:.0f} s")
        if wrong and options["look"]:
            raise SystemExit(1)
