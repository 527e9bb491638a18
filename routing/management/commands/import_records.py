"""Imports accounts, territories, or reps and memberships from a CSV or XLSX file, as the pages do."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from routing.imports import acts, kinds, sheets, work
from routing.models import FileImport

_KINDS = [kind.value for kind in FileImport.Kind if kind not in kinds.LEADS]
_CHUNK = 1 << 20
_SHOWN = 20


class Command(BaseCommand):
    """`manage.py import_records accounts FILE --dry-run`; columns are found by name, --map says otherwise."""

    help = "Import accounts, territories or reps; export_records writes files of the same shape. Leads: import_leads."

    def add_arguments(self, parser: Any) -> None:
        """The kind, the file and how to read it."""
        parser.add_argument("kind", choices=_KINDS)
        parser.add_argument("file", type=Path)
        parser.add_argument("--map", nargs="+", action="extend", default=[], metavar="FIELD=COLUMN")
        parser.add_argument("--clear", action="store_true", help="An empty cell empties the value.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would change; write nothing.")
        parser.add_argument("--encoding", default="", help="Like cp1252; UTF-8 and UTF-16 are found out.")

    def handle(self, **options: Any) -> None:
        """Look through, then try or run, here and now."""
        tried = options["dry_run"]
        job = self._start(options)
        try:
            self._read(job, options)
            (acts.check if tried else acts.run)(job=job, now=timezone.now())
            self._tell(_worked(job), tried=tried)
        except acts.NotPossibleError as error:
            raise CommandError(str(error)) from error
        finally:
            if tried:
                acts.drop(job=job)

    def _start(self, options: dict[str, Any]) -> FileImport:
        try:
            return acts.start(
                kind=options["kind"],
                name=options["file"].name,
                parts=_parts(options["file"]),
                by=None,
                now=timezone.now(),
                encoding=options["encoding"],
                options={"by_command": True, "clear": options["clear"]},
            )
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        except acts.NotPossibleError as error:
            raise CommandError(str(error)) from error

    def _read(self, job: FileImport, options: dict[str, Any]) -> None:
        """Have it looked through, and say what its columns are."""
        _worked(job)
        if options["map"]:
            acts.choose(job=job, mapping=_mapping(job, options["map"]), options={})
        elif why := kinds.problem_of(job, job.mapping):
            raise CommandError(f"{why} --map FIELD=COLUMN says it.")

    def _tell(self, job: FileImport, *, tried: bool) -> None:
        counts = (job.checked or {}).get("counts", {}) if tried else job.counts
        said = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
        self.stdout.write(f"{job.total} rows: {said}.{' Nothing was written.' if tried else ''}")
        if tried:
            for number, outcome, says in (job.checked or {}).get("rows", [])[:_SHOWN]:
                self.stdout.write(f"  row {number}: {outcome}: {says}")
        elif counts.get("refused"):
            self.stderr.write(f"Refused rows with their reasons: {sheets.told_path(job.uid, tried=False)}")


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(_CHUNK):
            yield part


def _mapping(job: FileImport, pairs: list[str]) -> list[str]:
    """Only what is named; the rest is left out."""
    mapping = [""] * len(job.header)
    for pair in pairs:
        field, _equals, column = (part.strip() for part in pair.partition("="))
        if column not in job.header:
            raise CommandError(f"--map: there is no column “{column}”. There are: {', '.join(job.header)}.")
        mapping[job.header.index(column)] = field
    return mapping


def _worked(job: FileImport) -> FileImport:
    """Slice after slice; a worker that takes one is waited for."""
    while True:
        job.refresh_from_db()
        if job.status == FileImport.Status.FAILED:
            raise CommandError(job.error)
        if job.status not in work.WORKING:
            return job
        if not work.work(job.pk):
            time.sleep(0.2)
