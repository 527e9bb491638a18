"""A worker that imports a file is killed at random rows, over and over: each row of it is there exactly once.

`run()` is the long form, for `make battery-doors`; `measure()` says how fast and how flat an import is. By hand:
`python -m config.run.beside python -m tests.doors.battery_import kill 20 10000` (or `measure 100000`).
"""

import csv
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[2]
WITHIN = 120
_BAD_EVERY, _TWICE_EVERY = 100, 250


def text_of(rows):
    """A file of so many rows: some cannot be read, some stand there twice; returns it with what must come of it."""
    lines, new, refused, again = ["Mail,Name,Country,City,Company,Message"], 0, 0, 0
    while len(lines) <= rows:
        n = len(lines)
        if n % _BAD_EVERY == 0:
            lines.append(f"not a mail {n},Nobody,DE,Ulm,None,bad")
            refused += 1
        elif n % _TWICE_EVERY == 7 and n > 7:
            lines.append(lines[-1])
            again += 1
        else:
            lines.append(f"p{n}@c{n}.example,Person {n},DE,Ulm,Company {n},Please call me about offer {n}")
            new += 1
    return "\n".join(lines) + "\n", {"new": new, "refused": refused, "enquiry": again}


class Worker:
    """A real worker of the queue of imports, killed hard with its children."""

    def __init__(self):
        from django.conf import settings

        self.env = dict(os.environ)
        if url := os.environ.get("DATABASE_URL"):
            database = urlsplit(url)._replace(path=f"/{settings.DATABASES['default']['NAME']}")
            self.env["DATABASE_URL"] = urlunsplit(database)
        self.process = None

    def start(self):
        command = ["-m", "celery", "-A", "config.celery", "worker", "-Q", "slow", "-c", "2", "-l", "ERROR"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
        self.process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=self.env, **quiet)

    def kill(self):
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


def run(kills=20, rows=10_000, seed=7):
    """Kill at `kills` random rows and go on each time; returns figures, raises AssertionError where a row is off."""
    from django.utils import timezone

    from routing.imports import acts, work
    from routing.models import FileImport

    random = Random(seed)
    text, expected = text_of(rows)
    job = acts.start(kind="new", name="battery.csv", parts=[text.encode()], by=None, now=timezone.now())
    worker, began = Worker(), time.monotonic()

    def stands():
        return FileImport.objects.get(pk=job.pk)

    def wait(until, what):
        end = time.monotonic() + WITHIN
        looked = 0.0
        while not until(found := stands()):
            assert found.status != FileImport.Status.FAILED, found.error
            assert time.monotonic() < end, f"{what} did not come: {found.status}, {found.done} of {found.total}"
            if time.monotonic() - looked > 1:  # what beat does every few seconds
                work.ring_waiting(now=timezone.now())
                looked = time.monotonic()
            time.sleep(0.005)
        return found

    killed = []
    try:
        worker.start()
        wait(lambda found: found.status == FileImport.Status.MAPPING, "the columns")
        acts.run(job=stands(), now=timezone.now())
        for row in sorted(random.sample(range(1, rows - 600), kills)):
            wait(lambda found, row=row: found.done >= row and found.lease is not None, f"row {row}")
            time.sleep(random.uniform(0, 0.4))  # somewhere in the batch that follows
            worker.kill()
            killed.append(stands().done)
            if len(killed) > 1:  # the first waits for the lease to run out, as all do in life
                FileImport.objects.filter(pk=job.pk).update(lease_until=timezone.now())
            worker.start()
        done = wait(lambda found: found.status == FileImport.Status.DONE, "the end")
    finally:
        worker.kill()
    seconds = time.monotonic() - began
    check(done, rows, expected)
    return {"kills": len(killed), "at_rows": killed, "rows": rows, **expected, "seconds": round(seconds, 1)}


def check(job, rows, expected):
    """Each row once: as a lead, as an enquiry, or in the file of refusals; and the same file again adds nothing."""
    from django.db.models import Count
    from django.utils import timezone

    from leads.models import Intake, Lead, LeadEvent, LeadPrivate
    from routing.imports import acts, sheets, work
    from routing.models import FileImport

    assert job.counts == expected, (job.counts, expected)
    assert (job.done, job.total) == (rows, rows)
    twice = LeadPrivate.objects.values("email").annotate(n=Count("pk")).filter(n__gt=1)
    assert not twice, list(twice[:3])
    assert Lead.objects.count() == expected["new"]
    assert LeadEvent.objects.filter(kind="received").count() == expected["new"]
    assert LeadEvent.objects.filter(kind="enquiry").count() == expected["enquiry"]
    assert Intake.objects.count() == expected["new"] + expected["enquiry"]
    with sheets.told_path(job.uid, tried=False).open(encoding="utf-8-sig", newline="") as file:
        told = [int(row["row"]) for row in csv.DictReader(file)]
    assert told == [n + 1 for n in range(_BAD_EVERY, rows + 1, _BAD_EVERY)], "refused rows once each, in order"
    before = Lead.objects.count(), Intake.objects.count(), LeadEvent.objects.count()
    text = text_of(rows)[0].encode()
    again = acts.start(kind="new", name="again.csv", parts=[text], by=None, now=timezone.now())
    work.work(again.pk)
    acts.run(job=FileImport.objects.get(pk=again.pk), now=timezone.now())
    while FileImport.objects.get(pk=again.pk).status == FileImport.Status.RUNNING:
        work.work(again.pk)
    again.refresh_from_db()
    assert again.status == FileImport.Status.DONE, again.error
    assert again.counts == {"repeated": rows - expected["refused"], "refused": expected["refused"]}, again.counts
    assert (Lead.objects.count(), Intake.objects.count(), LeadEvent.objects.count()) == before


def measure(rows):
    """Import so many rows in this very process; seconds of each part, rows a second, and the peak of its memory."""
    from django.utils import timezone

    from routing.imports import acts, work
    from routing.models import FileImport

    text, expected = text_of(rows)
    parts = [text.encode()]
    del text
    job = acts.start(kind="new", name="measure.csv", parts=parts, by=None, now=timezone.now())
    parts.clear()
    began = time.perf_counter()
    work.work(job.pk)
    read = time.perf_counter() - began
    acts.run(job=FileImport.objects.get(pk=job.pk), now=timezone.now())
    began = time.perf_counter()
    while FileImport.objects.get(pk=job.pk).status == FileImport.Status.RUNNING:
        work.work(job.pk)
    seconds = time.perf_counter() - began
    job.refresh_from_db()
    assert job.counts == expected, (job.status, job.error, job.counts)
    return {
        "rows": rows,
        "looked_through_s": round(read, 2),
        "run_s": round(seconds, 1),
        "rows_a_second": round(rows / seconds),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def main(what, *numbers):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    # In a process of its own: migrating takes memory that is none of an import's.
    subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, check=True)
    import django

    import config.celery  # noqa: F401 - shared tasks find their broker

    django.setup()
    found = measure(*map(int, numbers)) if what == "measure" else run(*map(int, numbers))
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
