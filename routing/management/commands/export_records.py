"""Writes accounts, territories, or reps and memberships as CSV, in the shape that an import takes."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reps.models.division import SEEDED
from routing.imports import taken_out


class Command(BaseCommand):
    """`manage.py export_records accounts > accounts.csv`."""

    help = "Export accounts, territories or reps; import_records takes the file back, changed or not."

    def add_arguments(self, parser: Any) -> None:
        """The kind, and where to."""
        parser.add_argument("kind", choices=list(taken_out.KINDS))
        parser.add_argument("file", type=Path, nargs="?", help="The terminal without it.")

    def handle(self, **options: Any) -> None:
        """All of it."""
        text = taken_out.text(options["kind"], division_id=SEEDED, now=timezone.now())
        if options["file"] is None:
            sys.stdout.write(text)
            return
        try:
            options["file"].write_text(text, encoding="utf-8-sig", newline="")
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be written: {error.strerror}.") from error
