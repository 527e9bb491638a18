"""Tables as workbooks: numbers, instants and truths as what they are, texts always as texts, in constant memory."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any

from django.utils.translation import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.exceptions import XlsxWriterException

_LONGEST = 32_767  # of a cell
_EARLIEST = 1900  # spreadsheets know no day before
_SHEET = 31  # letters of a sheet's name
_INSTANT, _DAY, _SHARE = "yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd", "0.0%"


class At(str):
    """Head of a column of instants: the workbook shows them in the reader's zone, and names it here."""

    __slots__ = ()


class Share(str):
    """Head of a column of shares of one: the workbook shows them as percent."""

    __slots__ = ()


def written(heads: Sequence[str], rows: Iterable[Sequence[object]], *, name: str, zone: tzinfo) -> IO[bytes]:
    """The workbook as a file of its own, gone with its closing; rows are taken one by one and not kept."""
    # Whole, as a table of 100,000 rows is: it stands on the disk, not in memory.
    file = TemporaryFile()  # noqa: SIM115 - the answer closes it
    try:
        with Workbook(file, {"constant_memory": True, "in_memory": False}) as book:
            _Sheet(book, heads, name=name, zone=zone).fill(rows)
    except XlsxWriterException:
        file.close()
        raise
    file.seek(0)
    return file


class _Sheet:
    """One table: its head stays in sight."""

    def __init__(self, book: Workbook, heads: Sequence[str], *, name: str, zone: tzinfo) -> None:
        self.sheet, self.zone, self.wide = book.add_worksheet(name[:_SHEET]), zone, len(heads)
        self.instant, self.day, self.share = (book.add_format({"num_format": f}) for f in (_INSTANT, _DAY, _SHARE))
        self.shares = {n for n, head in enumerate(heads) if isinstance(head, Share)}
        told = [_("%(head)s (%(zone)s)") % {"head": h, "zone": zone} if isinstance(h, At) else str(h) for h in heads]
        for n, head in enumerate(told):
            self.sheet.set_column(n, n, max(10, min(40, len(head) + 2), 20 if isinstance(heads[n], At) else 0))
            self.sheet.write_string(0, n, head, book.add_format({"bold": True}))
        self.sheet.freeze_panes(1, 0)

    def fill(self, rows: Iterable[Sequence[object]]) -> None:
        """Row by row."""
        last = 0
        for last, row in enumerate(rows, 1):
            for n, value in enumerate(row):
                self._write(last, n, value)
        self.sheet.autofilter(0, 0, last, max(0, self.wide - 1))

    def _write(self, row: int, n: int, value: Any) -> None:
        if value is None or value == "":
            return
        if isinstance(value, bool):
            self.sheet.write_boolean(row, n, value)
        elif isinstance(value, int | float | Decimal):
            self.sheet.write_number(row, n, value, self.share if n in self.shares else None)
        elif isinstance(value, date) and value.year >= _EARLIEST:
            self._write_time(row, n, value)
        else:
            # Never `write`, which guesses: a text that begins with "=" stays a text.
            self.sheet.write_string(row, n, str(value)[:_LONGEST])

    def _write_time(self, row: int, n: int, value: date) -> None:
        if isinstance(value, datetime):
            here = value.astimezone(self.zone).replace(tzinfo=None) if value.tzinfo else value
            self.sheet.write_datetime(row, n, here, self.instant)
        else:
            self.sheet.write_datetime(row, n, value, self.day)
