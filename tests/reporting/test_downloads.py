"""Tables to take along: the same rows as CSV and as a workbook, typed, and no text ever a formula."""

import csv
import io
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.test import RequestFactory
from django.utils import timezone

from reporting import exports
from reporting.exports import At, Share

AT = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
UID = UUID(int=7)
HEADS = ["name", At("arrived"), Share("won"), "worth", "day", "late", "id", "note"]
ROW = ["=1+1", AT, 0.25, Decimal("12.50"), date(2026, 3, 29), True, UID, None]


def taken(rows, *, as_file="xlsx", zone="Europe/Berlin", **more):
    request = RequestFactory().get("/", {"format": as_file})
    with timezone.override(ZoneInfo(zone)):
        return exports.table(HEADS, rows, name="log", request=request, **more)


def sheet_of(response):
    found = io.BytesIO(b"".join(response.streaming_content))
    response.file_to_stream.close()  # closing the answer would close the database
    return openpyxl.load_workbook(found).active


def test_a_workbook_has_typed_cells_and_names_the_zone_of_instants():
    sheet = sheet_of(taken([ROW]))
    heads, row = sheet.iter_rows()

    assert [c.value for c in heads] == ["name", "arrived (Europe/Berlin)", *HEADS[2:]]
    assert [c.value for c in row] == [
        "=1+1", datetime(2026, 3, 29, 1, 30), 0.25, 12.5, datetime(2026, 3, 29), True, str(UID), None
    ]  # fmt: skip
    assert [c.data_type for c in row] == ["s", "d", "n", "n", "d", "b", "s", "n"]
    assert row[2].number_format == "0.0%"
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize(
    "text",
    [
        "=cmd|' /C calc'!A0",
        "+1",
        "-1",
        "@SUM(A1)",
        "{=1}",
        "http://x.example/",
        "\t=1",
        "42",
        "a\x01\x0b",
        "x" * 40_000,
    ],
)
def test_texts_stay_texts(text):
    cell = sheet_of(taken([[text]]))["A2"]

    assert cell.data_type == "s"
    assert cell.hyperlink is None
    assert cell.value.startswith(text[:1]) or text.startswith("a\x01")


def test_days_before_spreadsheets_are_texts():
    assert sheet_of(taken([["", datetime(1899, 1, 1, tzinfo=UTC)]]))["B2"].value == "1899-01-01 00:00:00+00:00"


def test_csv_has_the_same_rows_and_no_formula():
    for streamed in (False, True):
        answer = taken([ROW], as_file="csv", streamed=streamed)
        text = b"".join(answer).decode("utf-8-sig")
        heads, row = csv.reader(io.StringIO(text))

        assert heads == HEADS
        assert row == ["'=1+1", AT.isoformat(), "0.25", "12.50", "2026-03-29", "yes", str(UID), ""]
        assert answer["Content-Disposition"] == 'attachment; filename="log.csv"'


def test_another_format_is_refused_in_words():
    answer = taken([], as_file="pdf")

    assert answer.status_code == 400
    assert answer.content.decode() == "format: choose csv, xlsx."


def test_a_table_without_rows_is_its_head():
    assert sheet_of(taken([])).max_row == 1


def test_rows_are_not_kept_in_memory():
    """20 MB of cells; the workbook stands on the disk."""
    tracemalloc.start()
    response = taken(["y" * 1000] * 4 for _ in range(5000))
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    response.file_to_stream.close()  # closing the answer would close the database

    assert most < 3_000_000
