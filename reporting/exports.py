"""Tables as CSV that spreadsheets read as they are meant: with a mark for UTF-8, and no cell run as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\x00", "＝", "＋", "－", "＠")  # noqa: RUF001 - full-width ones run too


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, name: str) -> HttpResponse:
    """A download named `name`."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def rounded(value: float | None, places: int = 4) -> float | None:
    """A share as it stands in a cell."""
    return None if value is None else round(value, places)


def _cell(value: object) -> object:
    """Numbers as they are; a text that a spreadsheet would run gets an apostrophe (OWASP, CSV injection)."""
    if value is None or isinstance(value, int | float):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text
