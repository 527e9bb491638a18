"""Imports a CSV or XLSX file of leads: new ones to be routed, or with --history leads of the past with their owners."""

import csv
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone
from tqdm import tqdm

from leads import seeds, spool
from leads.capture import NotCapturedError
from leads.files import FileError, read_table
from leads.models import Connection
from leads.rows import CONTACTS, PAST_DATES, PAST_TEXTS, PLAIN, Columns, Incoming, MappingError, Reader, map_columns
from reps.models.division import SEEDED
from routing.imported import BusyError, Counts, People, bring_new, bring_past
from routing.imports.sheets import sheet

_BATCH = 500
_TRIES = 5
_SHOWN = 20  # refused rows told on the terminal where no file was asked for


class Command(BaseCommand):
    """`manage.py import_leads FILE --map email=Mail --map country=Land`; the same file twice adds nothing."""

    help = (
        "Import leads from a CSV or XLSX file. Rows are known again by --map external_id=COLUMN, else by what stands"
        " in them. "
        f"Fields: {', '.join(PLAIN)}, arrived_at, and your own attributes; with --history also "
        f"{', '.join((*PAST_TEXTS, *PAST_DATES, *CONTACTS))}."
    )

    def add_arguments(self, parser: Any) -> None:
        """The file and how to read it."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--map", nargs="+", action="extend", default=[], metavar="FIELD=COLUMN")
        parser.add_argument("--key", default="", metavar="COLUMN", help="Short for --map external_id=COLUMN.")
        parser.add_argument("--date-format", default="", help="Like %%d-%%m-%%Y; ISO 8601 without it.")
        parser.add_argument("--connection", default="", metavar="NAME", help="The door they count as come by: Files.")
        parser.add_argument("--refused", type=Path, metavar="FILE", help="Where refused rows go, with the reasons.")
        parser.add_argument("--define-attributes", action="store_true", help="Unknown fields become text attributes.")
        parser.add_argument(
            "--history", action="store_true", help="Leads of the past: nothing is routed, sent, timed or counted."
        )

    def handle(self, **options: Any) -> None:
        """Look through the file, then bring it in batch by batch."""
        door = _door(options["connection"])
        with tempfile.TemporaryDirectory(prefix="fairlead-import-") as folder:
            self._bring(door, Path(folder), options)

    def _bring(self, door: Connection, folder: Path, options: dict[str, Any]) -> None:
        now = timezone.now()
        try:
            rows, total = _looked_through(options["file"], folder)
            columns = map_columns(
                options["map"],
                header=rows.header,
                division=door.division,
                history=options["history"],
                define=options["define_attributes"],
                key=options["key"],
                date_format=options["date_format"],
            )
        except (FileError, MappingError) as error:
            raise CommandError(str(error)) from error
        people = People.load(door, now=now) if options["history"] else None
        counts = Counts()
        with _refusals(options["refused"], rows, self.stderr) as refuse, _bar(total) as bar:
            for batch in _batches(rows, columns, people):
                good = [row for row in batch if not row.problems]
                for row in batch:
                    if row.problems:
                        refuse(row)
                counts.add(_bring(door, good, people))
                counts.rows += len(batch)
                counts.refused += len(batch) - len(good)
                bar.update(len(batch))
        self.stdout.write(
            f"{counts.rows} rows: {counts.new} new, {counts.known} known already, "
            f"{counts.enquiries} enquiries, {counts.refused} refused."
        )


def _door(name: str) -> Connection:
    doors = Connection.objects.select_related("division").filter(division=SEEDED, active=True)
    found = doors.filter(name=name) if name else doors.filter(kind=seeds.FILES)
    door = found.order_by("pk").first()
    if door is None:
        known = ", ".join(doors.order_by("name").values_list("name", flat=True))
        raise CommandError(f"--connection: there is no active connection “{name or 'Files'}”. There are: {known}.")
    return door


def _looked_through(path: Path, folder: Path) -> tuple[spool.Spool, int]:
    """The rows, once the whole file was read; a workbook becomes CSV first."""
    if path.suffix.lower() in {".xlsx", ".xlsm"} and path.is_file():
        path = sheet(path, folder / "sheet.csv")
    return spool.fill(read_table(path), folder / "rows.jsonl")


def _batches(table: spool.Spool, columns: Columns, people: People | None) -> Iterator[list[Incoming]]:
    reader = Reader(columns, history=people is not None, now=timezone.now())
    rows = (row for row, _place in table.rows())
    while part := list(islice(rows, _BATCH)):
        batch = [reader.read(row) for row in part]
        for row in batch:
            if people is not None and not row.row.problem:
                people.check(row)
        yield batch


def _bring(door: Connection, rows: list[Incoming], people: People | None) -> Counter[str]:
    """One batch, tried again where others were at the same leads or held the turn."""
    attempt = 0
    while True:
        attempt += 1
        try:
            now = timezone.now()
            return bring_new(door, rows, now=now) if people is None else bring_past(door, rows, people, now=now)
        except (NotCapturedError, BusyError, OperationalError) as error:
            if attempt == _TRIES:
                raise CommandError(f"The database was too busy: {error}. Run the same command again.") from error
            time.sleep(0.2 * attempt)


def _bar(total: int) -> Any:
    """Silent where nobody looks."""
    return tqdm(total=total, unit="row", disable=None, file=sys.stderr)


@contextmanager
def _refusals(path: Path | None, table: spool.Spool, terminal: Any) -> Iterator[Any]:
    """Takes refused rows: into a file that can be mended and imported, or a few of them onto the terminal."""
    told = 0
    try:
        # Opened before the first batch: a place that cannot be written is known in time, and no old file is left.
        file: TextIO | None = path.open("w", encoding="utf-8", newline="") if path else None
    except OSError as error:
        raise CommandError(f"--refused: {path} cannot be written: {error.strerror}.") from error
    if file is not None:
        csv.writer(file).writerow(["row", "reasons", *table.header])

    def refuse(row: Incoming) -> None:
        nonlocal told
        told += 1
        reasons = "; ".join(f"{name}: {why}" for name, why in row.problems.items())
        if file is not None:
            csv.writer(file).writerow([row.row.number, reasons, *row.row.cells])
        elif told <= _SHOWN:
            terminal.write(f"row {row.row.number}: {reasons}")
        elif told == _SHOWN + 1:
            terminal.write("More rows were refused; --refused FILE keeps all of them with their reasons.")

    try:
        yield refuse
    finally:
        if file is not None:
            file.close()
