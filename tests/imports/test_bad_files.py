"""The files of the attack list: each is refused with its reason, or its rows are, and no neighbour is harmed."""

# ruff: noqa: RUF001 - letters that look alike are what is tested

import io
import struct
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from leads import workbook
from leads.models import Lead
from tests.imports import sent

pytestmark = pytest.mark.django_db
GOOD = "E-Mail,Name\nana@one.example,Ana\n"
XLSX = "leads.xlsx"


def book(rows, edit=None):
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    if edit:
        edit(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def zipped(extra=(), base=None, drop=(), compress=zipfile.ZIP_DEFLATED):
    """A workbook with parts added, taken away or replaced."""
    source = zipfile.ZipFile(io.BytesIO(base or book([["E-Mail"], ["a@b.example"]])))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compress) as target:
        for name in source.namelist():
            if name not in {*drop, *(n for n, _ in extra)}:
                target.writestr(name, source.read(name))
        for name, data in extra:
            target.writestr(name, data)
    return out.getvalue()


def sheet_of(cells):
    return (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f"{cells}</sheetData></worksheet>"
    )


SHEET = "xl/worksheets/sheet1.xml"
FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
LONG = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="AZ1048576"><v>1</v></c></row>'
WIDE = '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b" \r\n\r\n", "empty"),
        ("\ufeff", "empty"),
        ("Mail,Name\n", "Below the header there is no row"),
        ("Mail,Mail\nx,y\n", "twice: Mail"),
        ("Ma\x00il,Name\nx,y\n", "NUL"),
        ('Mail,Name\na@b.example,"Ana\n' + "b@c.example,Bo\n" * 50_000, "row 2 (line 2)"),
        ('Mail,Name\na@b.example,"Ana\nb@c.example,Bo\n', "A quote opened in row 2 (line 2) is never closed"),
        (",".join(f"c{n}" for n in range(100_000)) + "\n1\n", "100,000 columns; at most 500"),
        ("," * 1_000_000 + "\n1\n", "no table"),
        ("x" * 1_000_001 + "\n1\n", "The first line holds over 1000000 characters"),
        ("Mail,Name\n" + "x," * 1_100_000 + "\n", "Row 2 (line 2) holds over 2,000,000 characters"),
        (b"Mail,Name\nok,ok\n\xff\xe9,y\n", "Line 3 is not UTF-8"),
        ("Mail,Name\nä,y\n".encode("utf-16")[:-1], "does not stay so"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old kind"),
        (b"PK\x03\x04 and no more", "cannot be opened"),
    ],
    ids=[
        "nothing", "blank", "only a mark", "only a header", "header twice", "NUL in header", "quote never closed",
        "quote never closed, short", "100,000 columns", "a million columns", "one line", "a row without end",
        "wrong letters", "half a letter", "old workbook", "half a zip",
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_says_why(content, says):
    job = sent.start(content)

    assert job.status == "failed"
    assert says in job.error
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (lambda: zipped(drop=["xl/workbook.xml"]), "no workbook of rows"),
        (lambda: zipped([("../../evil.xml", "x")]), "a path for a name (../../evil.xml)"),
        (lambda: zipped([("/etc/evil.xml", "x")]), "a path for a name"),
        (lambda: zipped([("xl\\evil.xml", "x")]), "a path for a name"),
        (lambda: zipped([("xl/media/more.zip", zipped())]), "another archive (xl/media/more.zip)"),
        (lambda: zipped([(f"xl/x{n}.xml", "x") for n in range(2_100)]), "parts, more than any spreadsheet writes"),
        (lambda: zipped([("xl/sharedStrings.xml", b" " * 60_000_000)]), "unpack to far more"),
        (lambda: zipped([(SHEET, sheet_of(FAR))]), "columns"),
        (lambda: zipped([(SHEET, sheet_of(LONG))]), "stand too far apart"),
        (lambda: zipped([(SHEET, sheet_of(WIDE))]), "16384 columns"),
        (lambda: zipped([(SHEET, "<worksheet><sheetData><row")]), "cannot be opened"),
    ],
    ids=[
        "no workbook", "path up", "path from the root", "path of another system", "zip in zip", "thousands of parts",
        "zip bomb", "cells at both ends", "too long", "too wide", "broken XML",
    ],
)  # fmt: skip
def test_a_workbook_that_would_harm_is_not_opened(content, says):
    job = sent.start(content(), name=XLSX)

    assert job.status == "failed"
    assert says in job.error
    assert not Lead.objects.exists()


def test_sizes_that_lie_are_found_out(tmp_path):
    text = sheet_of(" " * 3_000_000)
    data = bytearray(zipped([(SHEET, text)]))
    whole = struct.pack("<I", len(text))
    while (at := data.find(whole)) >= 0:
        data[at : at + 4] = struct.pack("<I", 1_000)
    path = tmp_path / XLSX
    path.write_bytes(data)

    with pytest.raises(workbook.WorkbookError, match="broken"):
        workbook.check(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_spelling_is_read(encoding, separator):
    job = sent.start(GOOD.replace(",", separator).encode(encoding))

    assert (job.status, job.header, job.total) == ("mapping", ["E-Mail", "Name"], 1)


def test_a_file_of_another_age_is_read_where_its_writing_is_told():
    job = sent.start("E-Mail;Name\na@b.example;Jörg\n".encode("cp1252"), encoding="cp1252")

    assert sent.run(job).counts == {"new": 1}
    assert Lead.objects.get().private.name == "Jörg"


def test_rows_that_do_not_fit_are_refused_and_their_neighbours_taken():
    text = (
        "E-Mail,Name,Country\n"
        "ana@one.example,Ana,DE\n"
        "only one cell\n"
        "a@b.example,one,too,many\n"
        "E-Mail,Name,Country\n"
        "nul@one.example,A\x00B,DE\n"
        ",,\n"
        f"long@one.example,{'x' * 300},DE\n"
        "bo@two.example,Bo,Nowhere\n"
        "cy@three.example,Cy,FR\n"
    )

    job = sent.run(sent.start(text))

    assert job.counts == {"new": 2, "refused": 6}
    told = sent.told(job)
    assert [row[-3] for row in told[1:]] == ["3", "4", "5", "6", "8", "9"]
    for row, reason in zip(
        told[1:], ["1 columns", "4 columns", "header again", "name", "name", "country"], strict=True
    ):
        assert reason in row[-1]
    assert set(Lead.objects.values_list("private__name", flat=True)) == {"Ana", "Cy"}


def test_unicode_of_all_kinds_is_kept_as_it_is():
    names = [
        "\u202eEvil",
        "Zero\u200bwidth",
        "E\u0301 and \u00e9",
        "𝔽𝕒𝕚𝕣 🦊",
        "מאיה",
        "{{7*7}}",
        "${jndi:x}",
        "<script>",
    ]
    rows = "".join(f"p{n}@one.example,{name}\n" for n, name in enumerate(names))

    job = sent.run(sent.start(f"E-Mail,Name\n{rows}"))

    assert job.counts == {"new": len(names)}
    assert list(Lead.objects.order_by("pk").values_list("private__name", flat=True)) == names


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201", "+49 40 123456"]


def test_formulas_are_stored_as_they_came_and_leave_as_text():
    text = "E-Mail,Name\n" + "".join(f'a{n}@one.example,"{f}"\nwrong,"{f}"\n' for n, f in enumerate(FORMULAS))

    job = sent.run(sent.start(text))

    assert list(Lead.objects.order_by("pk").values_list("private__name", flat=True)) == FORMULAS
    assert [row[1] for row in sent.told(job)[1:]] == [f"'{formula}" for formula in FORMULAS]


def test_a_workbook_reads_as_people_see_it():
    rows = [
        ["E-Mail", "Name", "Employees", "Created", None],
        ["a@one.example", "Ana", 12.0, datetime(2025, 2, 3, 9, 30), None],
        ["b@two.example", "Bo", 7, date(2025, 2, 4), None],
        [None, None, None, None, None],
        ["c@three.example", "Cy", 1.5, None, "beside the table"],
    ]

    job = sent.start(book(rows), name=XLSX)

    assert job.header == ["E-Mail", "Name", "Employees", "Created"]
    assert job.mapping == ["email", "name", "employees", "arrived_at"]
    assert sent.run(job).counts == {"new": 2, "refused": 1}
    first, second = Lead.objects.order_by("pk")
    assert (first.private.employees, first.arrived_at.isoformat()) == (12, "2025-02-03T09:30:00+00:00")
    assert second.arrived_at.date() == date(2025, 2, 4)


def test_a_file_over_the_limit_is_refused_before_it_is_kept(ops, settings, tmp_path):
    settings.UPLOAD_MOST_BYTES = 1024 * 1024

    answer = sent.upload(ops, b"E-Mail\n" + b"a@b.example\n" * 200_000)

    assert answer.status_code == 422
    assert "larger than 1 MB" in answer.content.decode()
    assert not list((tmp_path / "uploads").glob("*"))


@pytest.mark.parametrize(
    "name", ["../../x.csv", "<img src=x>.csv", "a\x00b.csv", "x" * 300 + ".csv", ".csv", "прайс.csv"]
)
def test_a_file_name_harms_nothing(ops, name):
    answer = sent.upload(ops, GOOD, name=name)

    assert answer.status_code in {302, 422}
    page = ops.get("/imports/").content.decode()
    assert "<img src=x>" not in page
