"""Rows that are leads: new ones, to be routed, and those of the past, which move nothing."""

import zoneinfo
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from leads.files import Row
from leads.rows import CONTACTS, Columns, Incoming, Reader, catalogue_with, check_keys, define_attributes
from reps.models import Division
from routing import imported
from routing.imports import kind
from routing.models import FileImport

ANSWERS, ATTRIBUTE = "=answers", "+"


class LeadRows:
    """New leads and history."""

    def __init__(self, job: FileImport, *, now: datetime) -> None:
        self._door = job.connection
        self._now = now
        columns = columns_of(job)
        self._reader = Reader(columns, history=job.kind == FileImport.Kind.HISTORY, now=now)
        history = job.kind == FileImport.Kind.HISTORY
        self._people = imported.People.load(job.connection, now=now) if history else None

    def read(self, rows: Sequence[Row]) -> list[Incoming]:
        """The rows as leads, or their problems."""
        found = [self._reader.read(row) for row in rows]
        if self._people is not None:
            for row in found:
                if not row.row.problem:
                    self._people.check(row)
        return found

    def look(self, rows: Sequence[Row]) -> kind.Batch:
        """Counts and refusals."""
        batch, good = self._parted(rows)
        batch.counts += imported.foretold(self._door, good, past=self._people is not None)
        return batch

    def bring(self, rows: Sequence[Row], along: kind.Along) -> None:
        """Leads, their timeline and what else is theirs."""
        batch, good = self._parted(rows)

        def with_counts(outcomes: Counter[str]) -> None:
            batch.counts += outcomes
            along(batch)

        if self._people is None:
            imported.bring_new(self._door, good, now=self._now, along=with_counts)
        else:
            imported.bring_past(self._door, good, self._people, now=self._now, along=with_counts)

    def _parted(self, rows: Sequence[Row]) -> tuple[kind.Batch, list[Incoming]]:
        batch, good = kind.Batch(), []
        for row in self.read(rows):
            if row.problems:
                batch.add(kind.Told(row.row, kind.REFUSED, row.problems))
            else:
                good.append(row)
        return batch, good


def columns_of(job: FileImport) -> Columns:
    """The mapping as the reader of rows takes it."""
    fields: dict[str, int] = {}
    answers: dict[str, int] = {}
    contacts: dict[str, list[int]] = {}
    for place, (name, to) in enumerate(zip(job.header, job.mapping, strict=True)):
        if to == ANSWERS:
            answers[name] = place
        elif to in CONTACTS:
            contacts.setdefault(to, []).append(place)
        elif to:
            fields[to.removeprefix(ATTRIBUTE)] = place
    return Columns(
        fields,
        catalogue_with(job.division, new_attributes(job)),
        job.options.get("date_format", ""),
        zoneinfo.ZoneInfo(job.division.time_zone),
        answers,
        contacts,
    )


def new_attributes(job: FileImport) -> dict[str, str]:
    """Key and label of the columns that are to become attributes. Raises MappingError."""
    found: Mapping[str, str] = {
        to.removeprefix(ATTRIBUTE): name
        for name, to in zip(job.header, job.mapping, strict=True)
        if to.startswith(ATTRIBUTE)
    }
    check_keys(found)
    return dict(found)


def define(job: FileImport, division: Division) -> None:
    """Make the attributes the mapping asks for, just before the rows come in."""
    if wanted := new_attributes(job):
        define_attributes(wanted, division)
