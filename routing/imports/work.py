"""Works imports off: one at a time, in slices of seconds, a batch a transaction, each row exactly once.

The place in the file, the counts and the length of the file of refusals are columns of the import's row and move in
the transaction of the rows. Who works holds a lease, renewed by every batch; whoever finds it over goes on from there.
"""

import csv
import io
import logging
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from uuid import uuid4

from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from config.lib import doorbell
from config.lib.cells import cell
from leads import spool
from leads.capture import NotCapturedError
from leads.files import FileError, Row
from leads.rows import MappingError
from routing.imported import BusyError
from routing.imports import kind, kinds, sheets
from routing.models import FileImport

log = logging.getLogger(__name__)

TASK = "routing.tasks.work_import"
Status = FileImport.Status
WORKING = (Status.READING, Status.CHECKING, Status.RUNNING)
BATCH = 500
SLICE = 4.0  # seconds, after which others in the queue have their turn
LEASE = timedelta(seconds=20)  # a batch takes one or two
READING = timedelta(minutes=5)
_LINE = 0x0FA3  # the advisory lock of those who take an import
_SHOWN = 50  # refusals and changes kept for the page
Placed = tuple[Row, int]


class LostError(Exception):
    """Somebody stopped the import, or has it now: the batch is rolled back."""


def work(pk: int, *, seconds: float = SLICE) -> bool:
    """Work a slice of one import; False where there was nothing to do, or somebody else is at it."""
    job = _take(pk)
    if job is None:
        return False
    try:
        goes_on = _slice(job, seconds)
    except LostError:
        goes_on = False
    except (NotCapturedError, BusyError, OperationalError) as error:
        log.warning("An import waits, as the database is busy: %s", error)
        goes_on = False
        _release(job)
    except (FileError, MappingError) as error:
        goes_on = False
        _fail(job, str(error))
    except FileNotFoundError:
        goes_on = False
        _fail(job, _("The file is not there any more. Send it again."))
    except Exception as error:
        log.exception("An import failed")
        goes_on = False
        _fail(job, _("It failed: %s") % f"{type(error).__name__}: {error}"[:500])
    if goes_on:
        _release(job)
        doorbell.ring(TASK, pk)
    else:
        ring_waiting(now=timezone.now())
    return True


def waiting(now: datetime) -> "QuerySet[FileImport]":
    """Those with work to do that nobody is at."""
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    return FileImport.objects.filter(free, status__in=WORKING)


def _take(pk: int) -> FileImport | None:
    """Make the import ours; one at a time, so that a worker is always free to route."""
    now, token = timezone.now(), uuid4()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_LINE])
        if FileImport.objects.filter(status__in=WORKING, lease_until__gte=now).exclude(pk=pk).exists():
            return None
        taken = waiting(now).filter(pk=pk).update(lease=token, lease_until=now + LEASE)
    return FileImport.objects.select_related("connection__division", "division", "by").get(pk=pk) if taken else None


def _mine(job: FileImport) -> "QuerySet[FileImport]":
    return FileImport.objects.filter(pk=job.pk, lease=job.lease, status=job.status)


def _release(job: FileImport) -> None:
    _mine(job).update(lease=None, lease_until=None)


def _fail(job: FileImport, why: str) -> None:
    _mine(job).update(status=Status.FAILED, error=why, finished_at=timezone.now(), lease=None, lease_until=None)


def _slice(job: FileImport, seconds: float) -> bool:
    """Whether there is more to do afterwards."""
    if job.status == Status.READING:
        _read(job)
        return False
    return _go_through(job, seconds)


def _read(job: FileImport) -> None:
    """Look through the file, then wait for a person to say what its columns are."""
    _mine(job).update(lease_until=timezone.now() + READING)
    rows, count = sheets.look_through(job.uid, encoding=job.options.get("encoding", ""))
    mapping, guessed = kinds.guess(job, rows)
    options = {**job.options, **guessed}
    noted = _mine(job).update(
        status=Status.MAPPING,
        header=list(rows.header),
        mapping=mapping,
        options=options,
        total=count,
        lease=None,
        lease_until=None,
    )
    if noted:
        sheets.drop_sent(job.uid)


def _go_through(job: FileImport, seconds: float) -> bool:
    end = time.monotonic() + seconds
    rows = spool.opened(sheets.rows_path(job.uid))
    kind_ = kinds.of(job, now=timezone.now())
    for batch in _batches(rows.rows(job.place)):
        if job.status == Status.CHECKING:
            along = _Along(job, batch)
            along(kind_.look([row for row, _place in batch]))
        else:
            _bring(job, kind_, batch)
        if time.monotonic() > end:
            return True
    _finish(job)
    return False


def _batches(rows: Iterator[Placed]) -> Iterator[list[Placed]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _bring(job: FileImport, kind_: kind.Kind, batch: Sequence[Placed]) -> None:
    """The batch; where the database refuses a row of it, half by half until that row stands alone."""
    before = job.place, job.told, job.done, dict(job.counts)
    try:
        kind_.bring([row for row, _place in batch], _Along(job, batch))
    except (DataError, IntegrityError) as error:
        job.place, job.told, job.done, job.counts = before
        if len(batch) == 1:
            log.warning("The database refused row %d of an import: %s", batch[0][0].number, error)
            refused = kind.Batch()
            problem = {_("row"): _("It cannot be stored: %s.") % str(error).split("\n", 1)[0].rstrip(".")}
            refused.add(kind.Told(batch[0][0], kind.REFUSED, problem))
            _Along(job, batch)(refused)
            return
        half = len(batch) // 2
        _bring(job, kind_, batch[:half])
        _bring(job, kind_, batch[half:])
    except BaseException:
        job.place, job.told, job.done, job.counts = before
        raise


class _Along:
    """Moves the place with the rows of a batch, keeps refusals, and finds out whether to stop."""

    def __init__(self, job: FileImport, batch: Sequence[Placed]) -> None:
        self._job, self._batch = job, batch

    def __call__(self, found: kind.Batch) -> None:
        job = self._job
        told = _write_told(job, found.told)
        counts = dict(Counter(job.counts) + found.counts)
        fields = {
            "place": self._batch[-1][1],
            "done": job.done + len(self._batch),
            "counts": counts,
            "told": told,
        }
        more = {}
        if job.status == Status.CHECKING:
            job.checked = _checked(job.checked or {}, found)
            more["checked"] = job.checked
        if not _mine(job).filter(place=job.place).update(**fields, **more, lease_until=timezone.now() + LEASE):
            raise LostError
        for name, value in fields.items():
            setattr(job, name, value)


def _checked(before: dict, found: kind.Batch) -> dict:
    """What the page shows of a dry run: problems by field, and the first rows worth a word."""
    fields = Counter(before.get("fields", {}))
    fields.update(name for told in found.told for name in told.problems)
    rows = list(before.get("rows", []))
    room = max(0, _SHOWN - len(rows))
    rows += [[told.row.number, told.outcome, told.reasons[:500]] for told in found.told[:room]]
    return {"fields": dict(fields), "rows": rows}


def _write_told(job: FileImport, told: Sequence[kind.Told]) -> int:
    """Add rows to the file of refusals at the place that was committed; returns where it ends then.

    What a rolled back or killed batch left behind that place is overwritten.
    """
    if not told:
        return job.told
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    if not job.told:
        text.write("\ufeff")
        writer.writerow([*map(cell, job.header), "row", "outcome", "reasons"])
    for one in told:
        cells = [*one.row.cells, *[""] * (len(job.header) - len(one.row.cells))]
        writer.writerow([*map(cell, cells), one.row.number, one.outcome, cell(one.reasons)])
    path = sheets.told_path(job.uid, tried=job.status == Status.CHECKING)
    with path.open("r+b" if job.told else "wb") as file:
        file.seek(job.told)
        file.truncate()
        file.write(text.getvalue().encode("utf-8", "replace"))
        return file.tell()


def _finish(job: FileImport) -> None:
    now = timezone.now()
    free = {"lease": None, "lease_until": None}
    if job.status == Status.CHECKING:
        job.checked = {**(job.checked or {"fields": {}, "rows": []}), "counts": job.counts, "at": now.isoformat()}
        _mine(job).update(status=Status.MAPPING, checked=job.checked, finished_at=now, **free)
    else:
        _mine(job).update(status=Status.DONE, finished_at=now, **free)


def ring_waiting(*, now: datetime) -> int:
    """Ring for imports nobody is at: freshly started, or left by a worker that died. Returns how many wait."""
    found = list(waiting(now).order_by("pk").values_list("pk", flat=True)[:10])
    for pk in found[:1]:
        doorbell.ring(TASK, pk)
    return len(found)
