"""The audit as the installation runs it: once a day and when somebody asks, each run kept with what it found."""

import logging
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from config.lib import doorbell
from reps.models import User
from routing.models import AuditRun
from routing.watch import audit

log = logging.getLogger(__name__)

TASK = "routing.tasks.audit"
EVERY = timedelta(days=1)
# A run without an end after so long was killed.
GIVEN_UP_AFTER = timedelta(hours=2)
_KEPT = 30
_LOCK = 0x0FA5  # of the advisory lock: two runs at once would only be slower


def latest() -> AuditRun | None:
    """The last that came to its end."""
    return AuditRun.objects.exclude(ended_at=None).order_by("-started_at").first()


def running(*, now: datetime) -> AuditRun | None:
    """One that was asked for or began lately, and has not ended."""
    rows = AuditRun.objects.filter(ended_at=None, started_at__gte=now - GIVEN_UP_AFTER)
    return rows.order_by("-started_at").first()


def ask(*, by: User | None, now: datetime) -> AuditRun:
    """Have it run by a worker; the one that is under way where there is one."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_LOCK])
        row = running(now=now)
        if row is None:
            row = AuditRun.objects.create(started_at=now, by=by)
    doorbell.ring(TASK)
    return row


def ask_daily(*, now: datetime) -> bool:
    """Whether a day has passed, and one was asked for."""
    last = AuditRun.objects.order_by("-started_at").first()
    if last is not None and now - last.started_at < EVERY:
        if last.ended_at is None and running(now=now):
            doorbell.ring(TASK)
        return False
    ask(by=None, now=now)
    return True


def work(*, now: datetime) -> AuditRun | None:
    """Run what was asked for; None where nothing was, or another process is at it."""
    row = running(now=now)
    if row is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, 1)", [_LOCK])
        if not cursor.fetchone()[0]:
            return None
        try:
            _run(row)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, 1)", [_LOCK])
    return row


def _run(row: AuditRun) -> None:
    try:
        found = audit()
    except Exception as error:
        log.exception("The audit failed")
        row.error = str(error)[:2000]
    else:
        row.findings = [asdict(finding) for finding in found]
        row.broken = sum(bool(finding.broken) for finding in found)
        if row.broken:
            log.error("audit: %s", [finding.code for finding in found if finding.broken])
    row.ended_at = timezone.now()
    row.save(update_fields=["findings", "broken", "error", "ended_at"])
    old = AuditRun.objects.order_by("-started_at").values("pk")[_KEPT:]
    AuditRun.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
