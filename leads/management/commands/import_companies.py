"""Reads your own table of companies from a CSV; a domain that is there already is replaced."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from leads.files import FileError, read_table
from leads.qualify.companies import FIELDS, NotReadError, read_company, replace_companies
from leads.qualify.freeze import catalogue_of
from reps.models.division import SEEDED

_AT_ONCE = 1000


class Command(BaseCommand):
    """`manage.py import_companies companies.csv`; what cannot be read is told with its row, the rest is taken."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file."""
        parser.add_argument("file", type=Path, help=f"CSV with a head: {', '.join(FIELDS)}, and attributes by key")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Row by row."""
        catalogue = catalogue_of(SEEDED)
        taken = refused = 0
        batch: list[Any] = []
        try:
            table = read_table(options["file"])
            known = {*FIELDS, *(f.key for f in catalogue if f.custom)}
            names = [name.strip().lower() for name in table.header]
            if "domain" not in names or set(names) - known:
                strange = ", ".join(sorted(set(names) - known)) or "-"
                raise CommandError(f"The head needs the column domain; unknown: {strange}.")
            for row in table:
                try:
                    cells = dict(zip(names, row.cells, strict=False))
                    batch.append(read_company(cells, catalogue, division=SEEDED, problem=row.problem))
                except NotReadError as error:
                    refused += 1
                    self.stderr.write(f"row {row.number}: {error}")
                if len(batch) >= _AT_ONCE:
                    taken += replace_companies(batch)
                    batch = []
        except FileError as error:
            raise CommandError(str(error)) from error
        taken += replace_companies(batch)
        self.stdout.write(f"{taken} companies, {refused} rows refused")
