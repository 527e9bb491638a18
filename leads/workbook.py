"""Turns the first sheet of an XLSX file into CSV, in a process of its own with bounded memory; pure.

A workbook is a zip of XML files, so it is looked at before anything is unpacked: how many entries, how large they
become, how well they pack, what they are called; then how wide and long the sheet says it is, as two cells far apart
would make a reader build all between them.
"""

import csv
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path, PurePosixPath

MOST_ENTRIES = 2_000
MOST_BYTES = 1_000_000_000  # unpacked, all together
MOST_RATIO = 200  # of an entry over _SMALL
MOST_CELLS = 30_000_000
MOST_COLUMNS = 500
SECONDS = 120
MEMORY = 3_000_000_000
_SMALL = 1_000_000
_REF = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"|<(?:\w+:)?row\s[^>]*?\br="(\d{1,9})"')
_NESTED = (".zip", ".xlsx", ".xlsm", ".jar", ".7z", ".gz", ".rar")


class WorkbookError(Exception):
    """The file is no workbook that can be read; `code` says why, `detail` what of it."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.detail = code, detail


def check(path: Path) -> None:
    """Look at the zip without unpacking it whole. Raises WorkbookError."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_entries(entries)
            for entry in entries:
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", entry.filename):
                    _check_size(archive, entry)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise WorkbookError("broken", str(error)[:200]) from error
    except zipfile.zlib.error as error:  # type: ignore[attr-defined]  # the module lets it through
        raise WorkbookError("broken", str(error)[:200]) from error


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise WorkbookError("entries", str(len(entries)))
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise WorkbookError("names", next(name for name in names if names.count(name) > 1)[:80])
    if "xl/workbook.xml" not in names:
        raise WorkbookError("no_workbook")
    for entry in entries:
        name = entry.filename
        if name.startswith(("/", "\\")) or "\\" in name or ":" in name or ".." in PurePosixPath(name).parts:
            raise WorkbookError("names", name[:80])
        if name.lower().endswith(_NESTED):
            raise WorkbookError("nested", name[:80])
        if entry.flag_bits & 1:
            raise WorkbookError("password")
        if entry.file_size > _SMALL and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            raise WorkbookError("bomb", name[:80])
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise WorkbookError("bomb", "all parts together")


def _check_size(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """How far the sheet's cells reach; what the zip's list says of sizes is not believed."""
    wide, rows, unpacked, rest = 1, 1, 0, b""
    with archive.open(entry) as file:
        while part := file.read(1 << 20):
            unpacked += len(part)
            if unpacked > MOST_BYTES:
                raise WorkbookError("bomb", entry.filename[:80])
            text = rest + part
            for column, row, alone in _REF.findall(text):
                wide = max(wide, _column(column)) if column else wide
                rows = max(rows, int(row or alone))
            rest = text[-200:]
            if wide > MOST_COLUMNS:
                raise WorkbookError("columns", str(wide))
            if wide * rows > MOST_CELLS:
                raise WorkbookError("far_apart", f"{rows} x {wide}")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def to_csv(path: Path, target: Path, *, root: Path) -> None:
    """Check, then convert in a child that may use so much memory and time and no more. Raises WorkbookError."""
    check(path)
    command = [sys.executable, "-m", "leads.workbook", str(path), str(target)]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise WorkbookError("too_large") from error
    if done.returncode:
        with suppress(ValueError):
            told = json.loads(done.stdout)
            raise WorkbookError(told["code"], told["detail"])
        raise WorkbookError("too_large")


def _convert(path: Path, target: Path) -> None:
    import python_calamine as calamine  # noqa: PLC0415 - only the child needs it

    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        sheets = [s for s in book.sheets_metadata if s.typ is calamine.SheetTypeEnum.WorkSheet]
        if not sheets:
            raise WorkbookError("no_workbook")
        shown = [s for s in sheets if s.visible is calamine.SheetVisibleEnum.Visible] or sheets
        sheet = book.get_sheet_by_name(shown[0].name)
    except calamine.PasswordError as error:
        raise WorkbookError("password") from error
    except (calamine.CalamineError, calamine.XmlError, calamine.ZipError) as error:
        raise WorkbookError("broken", str(error)[:200]) from error
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows(_trimmed(sheet.iter_rows()))


def _trimmed(rows: Iterable[Sequence[object]]) -> Iterator[list[str]]:
    """As wide as the header; a cell beyond it shows as a row that does not fit."""
    wide = 0
    for cells in rows:
        texts = [_text(cell) for cell in cells]
        if not wide:
            while texts and not texts[-1].strip():
                texts.pop()
            wide = len(texts)
        while len(texts) > wide and not texts[-1].strip():
            texts.pop()
        yield texts


def _text(cell: object) -> str:
    """As a person reads the cell: whole numbers without a point, dates as ISO 8601."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        whole = cell.time() == time()
        return cell.date().isoformat() if whole else cell.isoformat(timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell).replace("\r\n", "\n").replace("\r", "\n") if cell is not None else ""


def _main(path: str, target: str) -> int:
    import resource  # noqa: PLC0415 - of POSIX

    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        _convert(Path(path), Path(target))
    except WorkbookError as error:
        sys.stdout.write(json.dumps({"code": error.code, "detail": error.detail}))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
