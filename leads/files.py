"""Reads CSV files as people save them: three separators, UTF-8 or UTF-16; what is broken is told with its row."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

_SEPARATORS = (",", ";", "\t")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class FileError(Exception):
    """The file cannot be read as a table; nothing of it was taken."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row under the header; `number` counts as a spreadsheet does, the header being 1."""

    number: int
    cells: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was looked through once: its header and how many rows stand under it."""

    text: str
    separator: str
    header: tuple[str, ...]
    count: int

    def __iter__(self) -> Iterator[Row]:
        """All rows but empty ones; one that does not fit the header carries its problem."""
        for number, cells in _records(self.text, self.separator):
            if number == 1 or not any(cell.strip() for cell in cells):
                continue
            yield Row(number, tuple(cells), self._problem(cells))

    def _problem(self, cells: list[str]) -> str:
        if len(cells) != len(self.header):
            return _("It has %(n)d columns, the header has %(header)d.") % {"n": len(cells), "header": len(self.header)}
        if [cell.strip() for cell in cells] == list(self.header):
            return _("This is the header again.")
        return ""


def read_table(path: Path) -> Table:
    """Look through the whole file before anything is made of it. Raises FileError."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise FileError(_("%(file)s cannot be read: %(why)s.") % {"file": path, "why": error.strerror}) from error
    text = _decode(raw)
    if not text.strip():
        raise FileError(_("The file is empty."))
    separator = _separator(text)
    records = _records(text, separator)
    header = tuple(name.strip() for name in next(records)[1])
    _check_header(header)
    return Table(text, separator, header, sum(any(cell.strip() for cell in cells) for _n, cells in records))


def _decode(raw: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if raw.startswith(mark)), "") or _unmarked(raw)
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        problem = _("Line %(line)d is not %(encoding)s. Save the file as UTF-8.")
        raise FileError(problem % {"line": line, "encoding": encoding.removesuffix("-sig").upper()}) from error


def _unmarked(raw: bytes) -> str:
    """UTF-16 without its mark shows by every second byte being zero."""
    start = raw[:200]
    if len(start) >= 4 and not any(start[1::2]):
        return "utf-16-le"
    if len(start) >= 4 and not any(start[::2]):
        return "utf-16-be"
    return "utf-8"


def _separator(text: str) -> str:
    """The one that stands most in the first line, outside quotes."""
    line = next(line for line in text.splitlines() if line.strip())
    bare = "".join(part for n, part in enumerate(line.split('"')) if n % 2 == 0)
    return max(_SEPARATORS, key=bare.count)


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Record by record; leading empty lines do not count."""
    reader = csv.reader(io.StringIO(text.lstrip("\r\n"), newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        begins = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileError(_fault(error, number, begins)) from error
        yield number, cells


def _fault(error: csv.Error, number: int, line: int) -> str:
    if "unexpected end" in str(error) or "field larger" in str(error):
        return _("A quote opened in row %(row)d (line %(line)d) is never closed.") % {"row": number, "line": line}
    return _("Row %(row)d (line %(line)d) cannot be read: %(why)s.") % {"row": number, "line": line, "why": error}


def _check_header(header: tuple[str, ...]) -> None:
    if "\x00" in "".join(header):
        raise FileError(_("The header holds a NUL character."))
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise FileError(_("The header names a column twice: %s.") % ", ".join(twice))
