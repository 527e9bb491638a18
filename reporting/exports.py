"""Tables to take along: as CSV that spreadsheets read as it is meant, or as a workbook, as the address asks."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import overload

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from config.lib.cells import cell
from reporting import workbook
from reporting.workbook import At, Share

__all__ = ["At", "Share", "rounded", "table"]

FORMATS = ("csv", "xlsx")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@overload
def table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, name: str) -> HttpResponse: ...


@overload
def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    name: str,
    request: HttpRequest | None,
    streamed: bool = False,
) -> HttpResponseBase: ...


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    name: str,
    request: HttpRequest | None = None,
    streamed: bool = False,
) -> HttpResponseBase:
    """A download named `name`, as `?format=` says: csv (usual) or xlsx.

    Cells are given as what they are: numbers, instants, days, truths, texts, None. Heads of instants are `At`, those of
    shares `Share`. With `streamed` a CSV leaves row by row, so `rows` is read after the view has returned.
    """
    wanted = (request.GET.get("format") if request else "") or FORMATS[0]
    if wanted not in FORMATS:
        says = _("format: choose %s.") % ", ".join(FORMATS)
        return HttpResponse(says, status=400, content_type="text/plain; charset=utf-8")
    if wanted == "xlsx":
        file = workbook.written(heads, rows, name=name, zone=timezone.get_current_timezone())
        return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=_XLSX)
    lines = _lines(heads, rows)
    kind = "text/csv; charset=utf-8"
    response = StreamingHttpResponse(lines, content_type=kind) if streamed else HttpResponse(lines, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def rounded(value: float | None, places: int = 4) -> float | None:
    """A share as it stands in a cell."""
    return None if value is None else round(value, places)


class _Line:
    """csv writes to whatever has a write; this one hands the line on."""

    def write(self, text: str) -> str:
        return text


def _lines(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """With a mark for UTF-8, and no cell run as a formula."""
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(heads)
    for row in rows:
        yield writer.writerow([cell(_plain(value)) for value in row])


def _plain(value: object) -> object:
    """Instants as ISO 8601, truths as words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else value
