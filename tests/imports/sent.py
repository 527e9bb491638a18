"""Sends a file to the pages and works it off, as a worker would."""

import csv
from datetime import UTC, datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from routing.imports import acts, sheets, work
from routing.models import FileImport

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def start(content, kind="new", name="leads.csv", by=None, **options):
    """Kept and looked through, as far as the page of columns."""
    content = content.encode() if isinstance(content, str) else content
    job = acts.start(kind=kind, name=name, parts=[content], by=by, now=NOW, **options)
    work.work(job.pk)
    return again(job)


def upload(client, content, kind="new", name="leads.csv", **more):
    """The same through the page; returns the answer."""
    content = content.encode() if isinstance(content, str) else content
    return client.post(reverse("import-new"), {"kind": kind, "file": SimpleUploadedFile(name, content), **more})


def finish(job):
    """Slice by slice, to the end."""
    while again(job).status in work.WORKING:
        assert work.work(job.pk)
    return again(job)


def checked(job):
    acts.check(job=again(job), now=NOW)
    return finish(job)


def run(job, mapping=None, **options):
    job = again(job)
    if mapping is not None or options:
        acts.choose(job=job, mapping=job.mapping if mapping is None else mapping, options=options)
    acts.run(job=again(job), now=NOW)
    return finish(job)


def again(job):
    return FileImport.objects.select_related("division", "connection__division", "by").get(pk=job.pk)


def told(job):
    """The file of refused rows."""
    with sheets.told_path(job.uid, tried=False).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))
