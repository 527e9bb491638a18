"""Reads CSV files as people save them, row by row whatever their size; what is broken is told with its row."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

MOST_COLUMNS = 500
_SEPARATORS = (",", ";", "\t")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_START = 1_000_000  # characters in which the first line must end
_LONGEST_ROW = 2_000_000
_LONGEST_CELL = 131_072  # the limit of the csv module; a quote never closed runs into it


class FileError(Exception):
    """The file cannot be read as a table; nothing of it was taken."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row under the header; `number` counts as a spreadsheet does, the header being 1."""

    number: int
    cells: tuple[str, ...]
    problem: str = ""
    nth: int = 1  # of equal rows, which one this is


@dataclass(frozen=True, slots=True)
class Table:
    """A file whose header was read; going through it reads it anew, a row at a time. Raises FileError on the way."""

    path: Path
    encoding: str
    separator: str
    header: tuple[str, ...]

    def __iter__(self) -> Iterator[Row]:
        """All rows but empty ones; one that does not fit the header carries its problem."""
        for number, cells in _records(self.path, self.encoding, self.separator):
            if number == 1 or not any(cell.strip() for cell in cells):
                continue
            yield Row(number, tuple(cells[:MOST_COLUMNS]), self._problem(cells))

    def _problem(self, cells: list[str]) -> str:
        if len(cells) != len(self.header):
            return _("It has %(n)d columns, the header has %(header)d.") % {"n": len(cells), "header": len(self.header)}
        if [cell.strip() for cell in cells] == list(self.header):
            return _("This is the header again.")
        return ""


def read_table(path: Path, encoding: str = "") -> Table:
    """Read the header and tell encoding and separator from the start, where none is given. Raises FileError."""
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        raise FileError(_("%(file)s cannot be read: %(why)s.") % {"file": path, "why": error.strerror}) from error
    if not encoding:
        encoding = next((name for mark, name in _MARKS if start.startswith(mark)), "") or _unmarked(start)
    line = _first_line(path, encoding)
    bare = "".join(part for n, part in enumerate(line.split('"')) if n % 2 == 0)
    separator = max(_SEPARATORS, key=bare.count)
    if bare.count(separator) >= MOST_COLUMNS:
        told = {"n": f"{bare.count(separator) + 1:,}", "most": MOST_COLUMNS}
        raise FileError(_("The file has %(n)s columns; at most %(most)d can be read.") % told)
    header = tuple(name.strip() for name in next(_records(path, encoding, separator))[1])
    _check_header(header)
    return Table(path, encoding, separator, header)


def _unmarked(start: bytes) -> str:
    """UTF-16 without its mark shows by every second byte being zero."""
    start = start[:200]
    if len(start) >= 4 and not any(start[1::2]):
        return "utf-16-le"
    if len(start) >= 4 and not any(start[::2]):
        return "utf-16-be"
    return "utf-8"


def _open(path: Path, encoding: str) -> TextIO:
    return path.open(encoding=encoding, newline="")


def _first_line(path: Path, encoding: str) -> str:
    """The first line with anything on it, by which the separator is told."""
    try:
        with _open(path, encoding) as file:
            while line := file.readline(_START):
                if line.strip().strip("\ufeff"):
                    if len(line) >= _START:
                        raise FileError(_("The first line holds over %d characters: this is no table.") % _START)
                    return line
    except UnicodeError as error:
        raise _not_text(path, encoding) from error
    raise FileError(_("The file is empty."))


def _records(path: Path, encoding: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Record by record; leading empty lines do not count."""
    with _open(path, encoding) as file:
        lines = _Lines(file)
        reader = csv.reader(lines, delimiter=separator, strict=True)
        number = 0
        while True:
            number += 1
            begins = lines.number + 1
            lines.taken = 0
            try:
                cells = next(reader)
            except StopIteration:
                return
            except _TooLongError as error:
                raise FileError(_too_long(lines, number, begins)) from error
            except UnicodeError as error:
                raise _not_text(path, encoding) from error
            except csv.Error as error:
                raise FileError(_fault(error, number, begins)) from error
            yield number, cells


class _TooLongError(Exception):
    """One row takes more than any table has."""


class _Lines:
    """The lines of a file, none and no row of many longer than can be held; empty ones on top are left out."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.number, self.taken = 0, 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        while True:
            line = self._file.readline(_LONGEST_ROW)
            if not line:
                raise StopIteration
            self.taken += len(line)
            if self.taken >= _LONGEST_ROW:
                raise _TooLongError
            if self.number == 0:
                line = line.removeprefix("\ufeff")
                if not line.strip():
                    continue
            self.number += 1
            return line


def _too_long(lines: _Lines, number: int, begins: int) -> str:
    if lines.number > begins:
        return _("A quote opened in row %(row)d (line %(line)d) is never closed.") % {"row": number, "line": begins}
    told = {"row": number, "line": begins, "most": f"{_LONGEST_ROW:,}"}
    return _("Row %(row)d (line %(line)d) holds over %(most)s characters.") % told


def _fault(error: csv.Error, number: int, line: int) -> str:
    if "field larger" in str(error):
        told = {"row": number, "line": line, "most": f"{_LONGEST_CELL:,}"}
        return (
            _(
                "A cell of row %(row)d (line %(line)d) holds over %(most)s characters, or a quote opened there is never"
                " closed."
            )
            % told
        )
    if "unexpected end" in str(error):
        return _("A quote opened in row %(row)d (line %(line)d) is never closed.") % {"row": number, "line": line}
    return _("Row %(row)d (line %(line)d) cannot be read: %(why)s.") % {"row": number, "line": line, "why": error}


def _not_text(path: Path, encoding: str) -> FileError:
    """Says which line is spelt otherwise; only looked for once something is."""
    name = encoding.removesuffix("-sig").upper()
    if encoding.startswith("utf-16"):
        return FileError(_("The file begins as %s but does not stay so. Save it as UTF-8.") % name)
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(_LONGEST_ROW), b""), start=1):
            try:
                line.decode(encoding.removesuffix("-sig"))
            except UnicodeDecodeError:
                problem = _("Line %(line)d is not %(encoding)s. Save the file as UTF-8, or say how it is written.")
                return FileError(problem % {"line": number, "encoding": name})
    return FileError(_("The file is not %s. Save it as UTF-8.") % name)


def _check_header(header: tuple[str, ...]) -> None:
    if "\x00" in "".join(header):
        raise FileError(_("The header holds a NUL character."))
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise FileError(_("The header names a column twice: %s.") % ", ".join(twice))
