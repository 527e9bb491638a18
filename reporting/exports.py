"""Tables as CSV that spreadsheets read as they are meant: with a mark for UTF-8, and no cell run as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

from config.lib.cells import cell


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, name: str) -> HttpResponse:
    """A download named `name`."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows([cell(value) for value in row] for row in rows)
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def rounded(value: float | None, places: int = 4) -> float | None:
    """A share as it stands in a cell."""
    return None if value is None else round(value, places)
