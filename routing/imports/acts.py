"""What people do with an import: send a file, say what its columns are, try it, run it, stop it; and forgetting it."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from config.lib import doorbell
from leads import seeds
from leads.models import Connection
from leads.rows import MappingError
from reps import access, installation
from reps.models import User
from reps.models.division import SEEDED
from routing.imports import kinds, leads_kind, sheets, work
from routing.models import FileImport

Kind, Status = FileImport.Kind, FileImport.Status
_BEGUN = (Status.CANCELLED, Status.FAILED)


class NotPossibleError(Exception):
    """The import cannot take this step; says why."""


def may_import(user: Any, kind: str) -> bool:
    """Ops and admins all kinds; managers new leads."""
    return access.oversees_all(user) or (kind == Kind.NEW and access.is_manager(user))


def kinds_for(user: Any) -> list[FileImport.Kind]:
    """The kinds this user may import."""
    return [kind for kind in Kind if may_import(user, kind)]


def door() -> Connection:
    """The connection that files count as come by."""
    found = Connection.objects.select_related("division").filter(division=SEEDED, kind=seeds.FILES, active=True)
    first = found.order_by("pk").first()
    if first is None:
        raise NotPossibleError(_("The connection “Files” is switched off."))
    return first


def start(
    *,
    kind: str,
    name: str,
    parts: Iterable[bytes],
    by: User | None,
    now: datetime,
    encoding: str = "",
    connection: Connection | None = None,
    options: Mapping[str, Any] | None = None,
) -> FileImport:
    """Keep the file and have it looked through. Raises NotPossibleError."""
    connection = connection or door()
    uid = uuid4()
    try:
        size, digest = sheets.keep(uid, parts)
        job = FileImport.objects.create(
            uid=uid,
            division=connection.division,
            connection=connection,
            kind=kind,
            file_name=name.replace("\x00", "")[-200:] or "file",
            size=size,
            sha256=digest,
            options={**(options or {}), "encoding": encoding},
            by=by,
            created_at=now,
        )
    except BaseException:
        sheets.throw_away(uid)
        raise
    _ring(job)
    return job


def same_file(job: FileImport) -> FileImport | None:
    """The latest import of the very same file that brought its rows in."""
    found = FileImport.objects.filter(division=job.division_id, kind=job.kind, sha256=job.sha256, status=Status.DONE)
    return found.exclude(pk=job.pk).select_related("by").order_by("-pk").first()


def choose(*, job: FileImport, mapping: list[str], options: Mapping[str, Any]) -> None:
    """What the columns are, and how to read them. Raises NotPossibleError; a dry run of before counts no more."""
    if len(mapping) != len(job.header):
        raise NotPossibleError(_("Say of each column what it is."))
    if why := kinds.problem_of(job, mapping):
        raise NotPossibleError(why)
    same = mapping == job.mapping and all(job.options.get(name) == value for name, value in options.items())
    job.mapping, job.options = mapping, {**job.options, **options}
    if job.kind in kinds.LEADS:
        _check_attributes(job)
    job.checked = job.checked if same else None
    fields = {"mapping": job.mapping, "options": job.options, "checked": job.checked}
    if not FileImport.objects.filter(pk=job.pk, status=Status.MAPPING).update(**fields):
        raise NotPossibleError(_("This import has begun already."))


def _check_attributes(job: FileImport) -> None:
    try:
        leads_kind.new_attributes(job)
    except MappingError as error:
        raise NotPossibleError(str(error)) from error


_FROM_THE_START: dict[str, Any] = {"place": 0, "done": 0, "told": 0, "counts": {}, "error": "", "finished_at": None}


def check(*, job: FileImport, now: datetime) -> None:
    """A dry run over the whole file. Raises NotPossibleError."""
    rows = FileImport.objects.filter(pk=job.pk, status=Status.MAPPING)
    if not rows.update(status=Status.CHECKING, checked=None, started_at=now, **_FROM_THE_START):
        raise NotPossibleError(_("This import has begun already."))
    _ring(job)


def run(*, job: FileImport, now: datetime) -> None:
    """Bring the rows in: from the first, or from where it was stopped. Raises NotPossibleError."""
    with transaction.atomic():
        rows = FileImport.objects.filter(pk=job.pk, forgotten_at=None)
        if rows.filter(status=Status.MAPPING).update(status=Status.RUNNING, started_at=now, **_FROM_THE_START):
            if job.kind in kinds.LEADS:
                leads_kind.define(job, job.division)
        elif (
            not rows.filter(status__in=_BEGUN)
            .exclude(total=0)
            .update(status=Status.RUNNING, error="", finished_at=None, lease=None, lease_until=None)
        ):
            raise NotPossibleError(_("This import is under way or over already."))
    _ring(job)


def cancel(*, job: FileImport, now: datetime) -> bool:
    """Stop it between two batches; what is in stays, and it can go on from there. False where it is over.

    A batch under way finds the status changed when it moves the place, and is rolled back.
    """
    free = {"lease": None, "lease_until": None}
    tried = FileImport.objects.filter(pk=job.pk, status=Status.CHECKING)
    if tried.update(status=Status.MAPPING, checked=None, **free):
        return True
    open_ = FileImport.objects.filter(pk=job.pk, status__in=(Status.READING, Status.RUNNING))
    return bool(open_.update(status=Status.CANCELLED, finished_at=now, **free))


def drop(*, job: FileImport) -> None:
    """Forget one that was only tried, as if it had never been sent."""
    tried = (Status.READING, Status.MAPPING, Status.CHECKING, Status.FAILED)
    if FileImport.objects.filter(pk=job.pk, status__in=tried).delete()[0]:
        sheets.throw_away(job.uid)


def _ring(job: FileImport) -> None:
    transaction.on_commit(partial(doorbell.ring, work.TASK, job.pk))


def forget(*, now: datetime) -> int:
    """Throw away the files of imports past their time, and what was kept of their rows; returns how many."""
    before = now - timedelta(days=installation.the().upload_days)
    old = FileImport.objects.filter(created_at__lt=before, forgotten_at=None).exclude(status=Status.RUNNING)
    found = list(old)
    for job in found:
        sheets.throw_away(job.uid)
        over = Status.CANCELLED if job.status in {*work.WORKING, Status.MAPPING} else job.status
        FileImport.objects.filter(pk=job.pk).update(forgotten_at=now, checked=None, status=over)
    return len(found)
