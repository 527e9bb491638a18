"""Runs kept as rows: started, worked off by a task, followed, stopped, forgotten after a while."""

import logging
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from config.lib import doorbell
from leads.qualify.freeze import attributes_of, catalogue_of, read_catalogue
from reps import installation
from reps.models import User
from routing import rulesets
from routing.engine.ruleset import RuleSet as Rules
from routing.engine.ruleset import RuleSetError, parse
from routing.models import RuleSet, RuleSetVersion, Simulation
from routing.simulate import words
from routing.simulate.asked import AGAINST, ROSTERS, Asked, CancelledError, NotSimulatedError
from routing.simulate.run import check, simulate

log = logging.getLogger(__name__)

TASK = "routing.tasks.simulate"
SILENT = timedelta(minutes=2)
_LINE = 0x0FA2  # the first key of the advisory lock of those who take a run
_TELL_EVERY = 1.0  # seconds
_OPEN = (Simulation.Status.WAITING, Simulation.Status.RUNNING)
MOST_WAITING = 10


def rules_of_draft(rule_set: RuleSet) -> Rules:
    """The draft as the engine reads it. Raises RuleSetError."""
    return parse(rulesets.body_of(rule_set), catalogue_of(rule_set.division_id))


def start(
    *, rule_set: RuleSet, version: RuleSetVersion | None, asked: Asked, by: User | None, now: datetime
) -> Simulation:
    """A row that a worker takes up; the draft (without a version) is printed, as it may change meanwhile.

    Raises NotSimulatedError where it cannot be read, the wish makes no sense, or too many wait already.
    """
    live = rule_set.published
    if asked.against not in AGAINST:
        raise NotSimulatedError("against", _("Choose one of: %s.") % ", ".join(AGAINST))
    if asked.roster not in ROSTERS:
        raise NotSimulatedError("roster", _("Choose one of: %s.") % ", ".join(ROSTERS))
    check(asked, published=live is not None)
    if Simulation.objects.filter(
        division=rule_set.division_id, kind=Simulation.Kind.PAST, status__in=_OPEN
    ).count() >= (MOST_WAITING):
        raise NotSimulatedError("rule_set", _("Too many simulations wait already; cancel one."))
    options = printed(rule_set, version)
    options["asked"] = {
        "since": asked.since.isoformat(),
        "until": asked.until.isoformat(),
        "roster": asked.roster,
        "against": asked.against,
        "empty": asked.empty,
        "lapse": asked.lapse,
    }
    options["live"] = live.pk if live and asked.against == "live" else None
    row = Simulation.objects.create(
        division_id=rule_set.division_id,
        rule_set=rule_set,
        version=version,
        body=options.pop("body"),
        options=options,
        by=by,
        created_at=now,
    )
    transaction.on_commit(partial(doorbell.ring, TASK, row.pk))
    return row


def printed(rule_set: RuleSet, version: RuleSetVersion | None) -> dict[str, Any]:
    """Rules and own fields as they read now. Raises NotSimulatedError."""
    if version is not None:
        return {"body": version.body, "attributes": version.attributes}
    body, attributes = rulesets.body_of(rule_set), attributes_of(rule_set.division_id)
    try:
        parse(body, read_catalogue(attributes))
    except RuleSetError as error:
        raise NotSimulatedError("rule_set", _("The draft cannot be read yet; check it first.")) from error
    return {"body": body, "attributes": attributes}


def of_draft(rule_set: RuleSet) -> Simulation | None:
    """The newest run over the past of the draft as it reads now, against what decides now: done, or on its way."""
    text = printed(rule_set, None)
    found = Simulation.objects.filter(
        rule_set=rule_set,
        version=None,
        kind=Simulation.Kind.PAST,
        body=text["body"],
        options__attributes=text["attributes"],
        options__live=rule_set.published_id,
        cancel=False,
    )
    done = found.filter(status=Simulation.Status.DONE).order_by("-pk").first()
    return done or found.filter(status__in=_OPEN).order_by("-pk").first()


def rules_of_row(row: Simulation) -> Rules:
    """The rules the row was started with."""
    return parse(row.body, read_catalogue(row.options.get("attributes", [])), version=row.version_id or 0)


def asked_of(row: Simulation) -> Asked:
    """What the row asks."""
    told: Mapping[str, Any] = row.options["asked"]
    return Asked(
        datetime.fromisoformat(told["since"]),
        datetime.fromisoformat(told["until"]),
        told["roster"],
        told["against"],
        told["empty"],
        told["lapse"],
    )


def work(pk: int) -> bool:
    """Do one waiting run to its end; False where somebody else has it, or it is over. What fails is told in words."""
    now = timezone.now()
    if not _take(pk, now):
        return False
    row = Simulation.objects.select_related("rule_set__division", "rule_set__published").get(pk=pk)
    told = _Told(pk)
    try:
        live = row.options.get("live")
        result = simulate(
            rules_of_row(row),
            rule_set=row.rule_set,
            asked=asked_of(row),
            now=now,
            other=rulesets.rules_of(RuleSetVersion(pk=live)) if live else None,
            progress=told.progress,
            cancelled=told.cancelled,
        )
    except CancelledError:
        _finish(pk, Simulation.Status.CANCELLED)
    except NotSimulatedError as error:
        _finish(pk, Simulation.Status.FAILED, error=str(error))
    except Exception as error:
        log.exception("A simulation failed")
        says = _("It failed: %s") % f"{type(error).__name__}: {error}"[:500]
        _finish(pk, Simulation.Status.FAILED, error=says)
    else:
        _finish(pk, Simulation.Status.DONE, result=result.as_json(), progress=told.total, total=told.total)
    following = _waiting().order_by("pk").values_list("pk", flat=True).first()
    if following is not None:
        doorbell.ring(TASK, following)
    return True


def _waiting() -> "QuerySet[Simulation]":
    return Simulation.objects.filter(kind=Simulation.Kind.PAST, status=Simulation.Status.WAITING, cancel=False)


def _take(pk: int, now: datetime) -> bool:
    """Make the run ours; one at a time, so that a worker always is free to route."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_LINE])
        going = Simulation.objects.filter(kind=Simulation.Kind.PAST, status=Simulation.Status.RUNNING)
        if going.filter(beat_at__gte=now - SILENT).exists():
            return False
        mine = _waiting().filter(pk=pk)
        return bool(mine.update(status=Simulation.Status.RUNNING, started_at=now, beat_at=now))


class _Told:
    """Writes progress at most once a second, and asks as often whether somebody cancelled."""

    def __init__(self, pk: int) -> None:
        self._pk, self._last, self._cancel = pk, 0.0, False
        self.total = 0

    def progress(self, done: int, total: int) -> None:
        self.total = total
        now = time.monotonic()
        if now - self._last < _TELL_EVERY:
            return
        self._last = now
        rows = Simulation.objects.filter(pk=self._pk, status=Simulation.Status.RUNNING)
        # A row that was given up, or deleted, has nobody who wants to know.
        self._cancel = not rows.filter(cancel=False).update(progress=done, total=total, beat_at=timezone.now())

    def cancelled(self) -> bool:
        return self._cancel


def _finish(pk: int, status: Simulation.Status, **fields: Any) -> None:
    rows = Simulation.objects.filter(pk=pk, status=Simulation.Status.RUNNING)
    rows.update(status=status, finished_at=timezone.now(), **fields)


def cancel(*, row: Simulation, now: datetime) -> bool:
    """Ask a run to stop, within a second; one that waits, or a trial, stops at once. False where it is over."""
    open_ = Simulation.objects.filter(pk=row.pk, status__in=_OPEN)
    if not open_.update(cancel=True):
        return False
    at_once = open_.filter(status=Simulation.Status.WAITING) | open_.filter(kind=Simulation.Kind.SHADOW)
    at_once.update(status=Simulation.Status.CANCELLED, finished_at=now)
    return True


def give_up_silent(*, now: datetime) -> int:
    """Runs whose worker died read as failed; returns how many."""
    rows = Simulation.objects.filter(kind=Simulation.Kind.PAST, status=Simulation.Status.RUNNING)
    silent = rows.filter(beat_at__lt=now - SILENT)
    return silent.update(status=Simulation.Status.FAILED, error=words.stopped(), finished_at=now)


def status_of(row: Simulation, *, now: datetime) -> tuple[str, str]:
    """(status, error) as it reads now: a run that was not heard of for two minutes reads as failed."""
    running = row.kind == Simulation.Kind.PAST and row.status == Simulation.Status.RUNNING
    if running and row.beat_at is not None and row.beat_at < now - SILENT:
        return Simulation.Status.FAILED.value, words.stopped()
    return row.status, row.error


def ring_waiting(*, now: datetime) -> int:
    """Ring again for runs whose message was lost; returns how many."""
    late = list(_waiting().filter(created_at__lt=now - timedelta(seconds=10)).order_by("pk")[:MOST_WAITING])
    for row in late[:1]:
        doorbell.ring(TASK, row.pk)
    return len(late)


def forget(*, now: datetime) -> int:
    """Drop runs after their time, but for those the team was asked about; returns how many."""
    before = now - timedelta(days=installation.the().trial_days)
    old = Simulation.objects.filter(created_at__lt=before, shared_drafts=None)
    return old.exclude(status__in=_OPEN).delete()[0]
