"""What imports of accounts, territories and people share: cells by field, what changes in words, one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from config.lib.cells import uncelled
from leads.files import Row
from leads.reading import NO, YES
from routing.imports import kind
from routing.models import FileImport


class RefusedError(Exception):
    """The row cannot be taken; says which field and why."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field, self.why = field, why


class Records:
    """Rows that are records of ours: made where they are new, changed where they differ."""

    FIELDS: ClassVar[tuple[str, ...]] = ()
    NEEDED: ClassVar[tuple[str, ...]] = ()

    def __init__(self, job: FileImport, *, now: datetime) -> None:
        self.job, self.now = job, now
        self.division = job.division
        self.places = {to: n for n, to in enumerate(job.mapping) if to}
        self.clears = bool(job.options.get("clear"))

    def look(self, rows: Sequence[Row]) -> kind.Batch:
        """What would become of the rows: the same steps, nothing saved."""
        return self._go(rows, write=False)

    def bring(self, rows: Sequence[Row], along: kind.Along) -> None:
        """All of the batch, or nothing of it."""
        with transaction.atomic():
            along(self._go(rows, write=True))

    def _go(self, rows: Sequence[Row], *, write: bool) -> kind.Batch:
        batch = kind.Batch()
        read = [(row, self._cells(row)) for row in rows]
        self.load([cells for _row, cells in read])
        for row, cells in read:
            try:
                _check(row, cells)
                outcome, says = self.one(cells, write=write)
            except RefusedError as error:
                batch.add(kind.Told(row, kind.REFUSED, {error.field: error.why}))
            except ValidationError as error:
                batch.add(kind.Told(row, kind.REFUSED, _problems(error)))
            else:
                batch.add(kind.Told(row, outcome, says=says))
        return batch

    def _cells(self, row: Row) -> dict[str, str]:
        """What is there, by field. An empty cell leaves the value as it is, unless the import empties such."""
        if row.problem:
            return {}
        cells = {name: uncelled(row.cells[place]).strip() for name, place in self.places.items()}
        return cells if self.clears else {name: text for name, text in cells.items() if text}

    def load(self, cells: Iterable[Mapping[str, str]]) -> None:
        """Read what the rows of a batch may name, once for all."""
        raise NotImplementedError

    def one(self, cells: Mapping[str, str], *, write: bool) -> tuple[str, str]:
        """The outcome of one row, and what changes in words. Raises RefusedError or ValidationError."""
        raise NotImplementedError


def _check(row: Row, cells: Mapping[str, str]) -> None:
    if row.problem:
        raise RefusedError(_("row"), row.problem)
    if spoilt := [name for name, text in cells.items() if "\x00" in text]:
        raise RefusedError(spoilt[0], _("Holds a character that cannot be stored."))


def _problems(error: ValidationError) -> dict[str, str]:
    if hasattr(error, "error_dict"):
        return {name: " ".join(whys) for name, whys in error.message_dict.items()}
    return {str(_("row")): " ".join(error.messages)}


def set_all(row: models.Model, values: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """Set what differs; returns name, before and after of each."""
    # A row not saved yet may lack what it points to.
    before = {name: getattr(row, name, None) for name in values}
    changes = [(name, before[name], value) for name, value in values.items() if before[name] != value]
    for name, _before, after in changes:
        setattr(row, name, after)
    return changes


def undo(row: models.Model, changes: Iterable[tuple[str, Any, Any]]) -> None:
    """As it was: the row is refused, and others of the batch may name it, too."""
    for name, before, _after in changes:
        setattr(row, name, before)


def says(changes: Iterable[tuple[str, Any, Any]]) -> str:
    """Before and after, for people."""
    return "; ".join(f"{name}: {_word(before)} → {_word(after)}" for name, before, after in changes)


def _word(value: Any) -> str:
    if value is None or value == "":
        return str(_("nothing"))
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return f"“{value}”"


def number(cells: Mapping[str, str], name: str) -> int | None:
    """A whole number; None for an emptied cell. Raises RefusedError."""
    text = cells[name]
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise RefusedError(name, _("“%s” is no whole number from 0.") % text[:40])
    return int(text)


def yes_no(cells: Mapping[str, str], name: str) -> bool:
    """Raises RefusedError."""
    text = cells[name].casefold()
    if text not in YES | NO:
        raise RefusedError(name, _("“%s” is neither yes nor no.") % text[:40])
    return text in YES
