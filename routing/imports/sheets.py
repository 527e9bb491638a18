"""Where the files of imports lie, and how what was sent becomes rows: private, below one folder, gone after a while."""

import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from leads import spool, workbook
from leads.files import FileError, read_table

_SNIFFED = 8
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def folder(uid: UUID) -> Path:
    """Readable by the house only."""
    return Path(settings.UPLOADS_DIR) / str(uid)


def rows_path(uid: UUID) -> Path:
    """The rows, looked through once."""
    return folder(uid) / "rows.jsonl"


def told_path(uid: UUID, *, tried: bool) -> Path:
    """The refused rows of a dry run, or of the run."""
    return folder(uid) / ("tried.csv" if tried else "refused.csv")


def keep(uid: UUID, parts: Iterable[bytes]) -> tuple[int, str]:
    """Write what was sent, as it comes; returns size and digest."""
    place = folder(uid)
    place.mkdir(parents=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    with (place / "sent").open("xb") as file:
        for part in parts:
            digest.update(part)
            size += len(part)
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    return size, digest.hexdigest()


def look_through(uid: UUID, *, encoding: str = "") -> tuple[spool.Spool, int]:
    """The sent file as rows, and how many. Raises FileError. Again after a crash it does the same."""
    return _looked_through(folder(uid) / "sent", uid, encoding)


def drop_sent(uid: UUID) -> None:
    """The rows say it all, once it is noted that they were looked through."""
    for name in ("sent", "sheet.csv"):
        (folder(uid) / name).unlink(missing_ok=True)


def _looked_through(sent: Path, uid: UUID, encoding: str) -> tuple[spool.Spool, int]:
    with sent.open("rb") as file:
        start = file.read(_SNIFFED)
    if start.startswith(_OLE):
        raise FileError(_("This is a workbook of the old kind, or one with a password. Save it as XLSX or CSV."))
    if start.startswith(_ZIP):
        table = read_table(sheet(sent, folder(uid) / "sheet.csv"), "utf-8")
    else:
        table = read_table(sent, encoding)
    half = folder(uid) / "rows.tmp"
    _found, count = spool.fill(table, half)
    if not count:
        raise FileError(_("Below the header there is no row."))
    half.replace(rows_path(uid))
    return spool.opened(rows_path(uid)), count


def sheet(path: Path, target: Path) -> Path:
    """The first sheet of a workbook as CSV. Raises FileError with what is wrong in words."""
    try:
        workbook.to_csv(path, target, root=settings.BASE_DIR)
    except workbook.WorkbookError as error:
        raise FileError(_says(error)) from error
    return target


def _says(error: workbook.WorkbookError) -> str:
    says = {
        "broken": _("This workbook cannot be opened: %s."),
        "no_workbook": _("This zip file is no workbook of rows. Save the sheet as XLSX or CSV."),
        "password": _("This workbook has a password. Save it without one."),
        "entries": _("This workbook holds %s parts, more than any spreadsheet writes; it was not opened."),
        "names": _("This workbook holds a part with a path for a name (%s); it was not opened."),
        "nested": _("This workbook holds another archive (%s); it was not opened."),
        "bomb": _("This workbook would unpack to far more than a spreadsheet holds (%s); it was not opened."),
        "columns": _("The sheet has %s columns; at most 500 can be read."),
        "far_apart": _("The sheet's cells stand too far apart (%s rows and columns). Save it as CSV."),
        "too_large": _("This workbook is too large to be read. Save it as CSV."),
    }[error.code]
    return says % error.detail.rstrip(".") if "%s" in says else says


def throw_away(uid: UUID) -> None:
    """The file and all that was made of it."""
    shutil.rmtree(folder(uid), ignore_errors=True)
