"""Sends what hooks are told: one lane for each, claimed in the database; at least once, by an id that never changes."""

import hashlib
import logging
import math
import random
import threading
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection

from config.lib import http, sealed, signing
from leads.hook_kinds import HookEvent
from leads.hooks import hook as hooks
from leads.hooks import parked
from leads.hooks.alone import Go, alone
from leads.hooks.content import Told, content, example, told_of
from leads.lanes import MOST, Lanes
from leads.life import State
from leads.models import Hook, HookDelivery

log = logging.getLogger(__name__)

# The example schedule of Standard Webhooks: seconds from one try to the next; after the last it is set aside.
RETRIES = (5, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
_JITTER = 0.1  # so much longer at most, so that what failed together does not come together
_LONGEST = 6 * 3600.0  # of what the other side asks us to wait
_IN_A_LANE = 40
_AT_ONCE = 4  # leads of one hook that are told of at the same time
LEASE = timedelta(seconds=60)  # longer than a lane's time and one request together
_LANE_SECONDS = 20.0
_IN_ONE_GO = 20.0
_LOOK = 0.1
_SECONDS = http.TIMEOUT  # of one request, from first to last
_REST = timedelta(seconds=60)  # of one that fails again and again
_BREATH = timedelta(seconds=5)  # of one that failed just now


@dataclass(slots=True)
class Message:
    """One delivery, written and signed."""

    row: HookDelivery
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a try: a status, or why there is none; neither where it was not tried."""

    status: int | None = None
    failure: str = ""
    wait: float | None = None
    tried: bool = True


@dataclass(slots=True)
class Load:
    """What goes down one lane in one go."""

    hook: Hook
    url: str
    messages: list[Message] = field(default_factory=list)


def send_due(*, clock: Callable[[], datetime]) -> int | None:
    """Send until nothing is due and nobody is being spoken to; returns how many deliveries were taken in hand.

    One sender at a time: None at once where another is at it, so that slow receivers never hold more than one of the
    workers, and the others are left for alerts. No row is locked while the network is spoken to, and only this thread
    asks the database.
    """
    with alone() as ours:
        if not ours:
            return None
        hooks.end_with_keys(now=clock())
        return _send(clock)


def _send(clock: Callable[[], datetime]) -> int:
    total, go = 0, Go(time.monotonic() + _IN_ONE_GO, more=_SECONDS)
    with Lanes[Load, list[Said]]() as lanes:
        while True:
            for load, said in lanes.done():
                _settle(load, said, clock())
            goes_on = go.goes_on(lanes.busy, now=time.monotonic())
            leased = _lease(clock(), lanes.room, but=go.left_out(lanes.busy)) if goes_on else []
            total += len(leased)
            for load in _prepared(leased, clock()):
                lanes.start(load.hook.pk, load, partial(_speak, load, until=go.ends))
            if not leased and not lanes.busy:
                return total
            lanes.wait(_LOOK)


def overdue(*, now: datetime) -> bool:
    """Whether something should have been sent over a second ago, and nobody speaks to its hook."""
    return due(now=now - timedelta(seconds=1))


def due(*, now: datetime) -> bool:
    """Whether something is to be sent, and nobody speaks to its hook."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT FROM leads_hook h WHERE {_FREE} AND EXISTS (SELECT {_DUE}))",  # noqa: S608
            {"now": now},
        )
        return bool(cursor.fetchone()[0])


# What is due of a hook that was switched off is looked at, too: to be given up.
_FREE = "(h.rests_until IS NULL OR h.rests_until <= %(now)s)"
_DUE = """FROM leads_hookdelivery d WHERE d.hook_id = h.id AND d.sent_at IS NULL AND d.failed_at IS NULL
    AND NOT d.held AND d.due_at <= %(now)s"""
# The hook's own row is its lane: whoever took it is the only one who speaks to it, in whichever process.
_LEASED = f"""
    WITH free AS (
        SELECT h.id FROM leads_hook h WHERE {_FREE} AND h.id <> ALL(%(but)s::bigint[]) AND EXISTS (SELECT {_DUE})
        ORDER BY h.rests_until NULLS FIRST, h.id LIMIT %(room)s FOR NO KEY UPDATE SKIP LOCKED
    ), h AS (
        UPDATE leads_hook SET rests_until = %(until)s WHERE id IN (SELECT id FROM free) RETURNING id
    ), d AS (
        SELECT d.id FROM h CROSS JOIN LATERAL (
            SELECT d.id {_DUE} ORDER BY d.due_at, d.event_id, d.id LIMIT %(each)s FOR UPDATE SKIP LOCKED) d
    )
    UPDATE leads_hookdelivery SET due_at = %(until)s, tries = tries + 1 WHERE id IN (SELECT id FROM d)
    RETURNING id
"""  # noqa: S608 - of this module alone


def _lease(now: datetime, room: int, *, but: Collection[object] = ()) -> list[HookDelivery]:
    """Take other hooks and their due rows for a minute; a sender that dies leaves both free again after it."""
    if room <= 0:
        return []
    with connection.cursor() as cursor:
        given: dict[str, Any] = {"now": now, "until": now + LEASE, "each": _IN_A_LANE}
        given |= {"room": min(room, MOST), "but": list(but)}
        cursor.execute(_LEASED, given)
        pks = [row[0] for row in cursor.fetchall()]
    if not pks:
        return []
    rows = HookDelivery.objects.filter(pk__in=pks).select_related(
        "hook", "lead__stage", "lead__group", "lead__owner__user", "lead__account", "event__rep__user", "event__user"
    )
    # As it happened: after a replay what was missed has later numbers than what was told before.
    return list(rows.order_by("event_id", "id"))


def _prepared(leased: Sequence[HookDelivery], now: datetime) -> list[Load]:
    """What may go now, by hook; what may not is held, or given up."""
    blind = hooks.with_blind_pools() if leased else frozenset()
    stops = {row.pk: _stop(row) for row in leased}
    hidden = [row for row in leased if not stops[row.pk] and is_hidden(row, blind)]
    _hold(hidden, now)
    kept = {row.pk for row in hidden}
    going = {row.pk: row for row in leased if not stops[row.pk] and row.pk not in kept}
    told = _told(list(going.values()))
    loads: dict[int, Load] = {}
    for row in leased:
        if stops[row.pk]:
            _give_up(row, stops[row.pk], now)
        elif row.pk in going:
            _load(loads, row, told.get(row.pk), now)
    _give_up_all({row.hook_id for row in leased if not row.hook.active}, now)
    _free([row.hook for row in leased if row.hook_id not in loads], now)
    return list(loads.values())


def _told(rows: Sequence[HookDelivery]) -> dict[int, Told]:
    kept = [(row, row.event, row.lead) for row in rows if row.event is not None and row.lead is not None]
    told = told_of([(HookEvent(row.kind), line, lead) for row, line, lead in kept])
    return {row.pk: one for (row, _line, _lead), one in zip(kept, told, strict=True)}


def _load(loads: dict[int, Load], row: HookDelivery, told: Told | None, now: datetime) -> None:
    try:
        url, keys = hooks.target(row.hook, now=now)
    except sealed.UnsealedError:
        _give_up(row, "unsealed", now)
        return
    body = http.encoded(content(told) if told else example(HookEvent(row.kind)))
    headers = signing.standard_headers(f"msg_{row.uid.hex}", body, keys, now=now)
    loads.setdefault(row.hook_id, Load(row.hook, url)).messages.append(Message(row, body, headers))


def _stop(row: HookDelivery) -> str:
    """Why it is not sent any more; empty where it is."""
    if not row.hook.active:
        return "off"
    if row.event_id is not None and row.event is None:  # its line went with its lead
        return "erased"
    if row.lead is not None and row.lead.state == State.ERASED and row.kind != HookEvent.ERASED:
        return "erased"
    return ""


def is_hidden(row: HookDelivery, blind: frozenset[int]) -> bool:
    """Whether the lead may not go out yet.

    Before anybody has it, nobody can say that a lead will not come to a blind pool: where there is one, it waits.
    """
    lead = row.lead
    if lead is None or row.hook.unseen_by_reps or row.kind == HookEvent.ERASED:
        return False
    return lead.owner_id is None and lead.state not in hooks.OVER and lead.division_id in blind


def _hold(rows: Sequence[HookDelivery], now: datetime) -> None:
    """They wait until somebody has the lead: it was no try. Whose lead was given just now is due again at once.

    The leads are locked: either the one who gives sees the held row and lets it go, or we see the owner.
    """
    if not rows:
        return
    leads = [row.lead_id for row in rows]
    with connection.cursor() as cursor:
        given: dict[str, Any] = {"leads": leads, "over": sorted(hooks.OVER), "now": now}
        given["rows"] = [row.pk for row in rows]
        cursor.execute(_HOLD, given)


_HOLD = """
    WITH l AS (
        SELECT id FROM leads_lead
        WHERE id = ANY(%(leads)s::bigint[]) AND owner_id IS NULL AND state <> ALL(%(over)s) ORDER BY id FOR SHARE
    )
    UPDATE leads_hookdelivery d SET tries = tries - 1, due_at = %(now)s, held = d.lead_id IN (SELECT id FROM l)
    WHERE d.id = ANY(%(rows)s::bigint[])
"""


def _speak(load: Load, *, until: float = math.inf) -> list[Said]:
    """Runs in a thread, and asks nothing of the database. What is about one lead goes out in order, leads at once.

    The first goes alone; once one fails, nothing else is tried in this go.
    """
    said: dict[int, Said] = {}
    stop, until = threading.Event(), min(until, time.monotonic() + _LANE_SECONDS)

    def speak(messages: Sequence[Message]) -> None:
        for message in messages:
            if stop.is_set() or time.monotonic() > until:
                said[message.row.pk] = Said(tried=False)
                continue
            said[message.row.pk] = answer = _asked(load, message)
            if not _arrived(answer):
                stop.set()

    by_lead: dict[int | None, list[Message]] = {}
    for message in load.messages:
        by_lead.setdefault(message.row.lead_id, []).append(message)
    first, *others = by_lead.values()
    speak(first)
    if others:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(speak, others))
    return [said[message.row.pk] for message in load.messages]


def _asked(load: Load, message: Message) -> Said:
    """Only the status counts: what the other side writes is not read, so it can neither be long nor slow."""
    try:
        answer = http.request(
            "POST",
            load.url,
            headers=message.headers,
            body=message.body,
            timeout=_SECONDS,
            limit=None,
            lane=hooks.lane(load.hook.pk),
        )
    except http.RefusedError:
        return Said(failure="refused")
    except http.FailedError as error:
        return Said(status=error.status, failure=error.failure.value, tried=error.failure is not _LEFT_ALONE)
    except Exception as error:  # whatever it is, the others in the lane are told of what came of it
        log.exception("A hook could not be called")
        return Said(failure=type(error).__name__[:40])
    return Said(status=answer.status, wait=None if answer.ok else answer.retry_after)


_LEFT_ALONE = http.Failure.LEFT_ALONE


def _arrived(said: Said) -> bool:
    return not said.failure and said.status is not None and 200 <= said.status < 300


def _settle(load: Load, said: Sequence[Said], now: datetime) -> None:
    """Write down how each went; then the hook is free for whoever comes next, or rests."""
    if _moved(load, now):  # what the old address refused was not tried at the new one
        said = [one if _arrived(one) else Said(tried=False) for one in said]
    for message, one in zip(load.messages, said, strict=True):
        _note(message, one, now)
    tried = [one for one in said if one.tried]
    last = tried[-1] if tried else None
    news: dict[str, datetime | None] = {"rests_until": _rests(said, now)}
    if last is not None:
        news |= {"reached_at": now} if _arrived(last) else {"failed_at": now}
    Hook.objects.filter(pk=load.hook.pk).update(**news)
    if last is not None and last.status == 410:
        hooks.gone(hook=load.hook)
    if failed := [m.row for m, one in zip(load.messages, said, strict=True) if m.row.failed_at and one.status != 410]:
        parked.tell(hook=load.hook, rows=failed, now=now)


def _moved(load: Load, now: datetime) -> bool:
    row = Hook.objects.filter(pk=load.hook.pk).first()
    try:
        return row is not None and hooks.target(row, now=now)[0] != load.url
    except sealed.UnsealedError:
        return False


def _rests(said: Sequence[Said], now: datetime) -> datetime | None:
    """Until when it is left alone: as it asks, a minute once the breaker is open, else for a breath after a failure."""
    if any(one.failure == _LEFT_ALONE.value for one in said):
        return now + _REST
    failed = [one for one in said if one.tried and not _arrived(one)]
    waits = [one.wait for one in failed if one.wait and one.status in {429, 503}]
    if waits:
        return now + timedelta(seconds=min(max(waits), _LONGEST))
    return now + _BREATH if failed else None


def _note(message: Message, said: Said, now: datetime) -> None:
    row = message.row
    if not said.tried:
        HookDelivery.objects.filter(pk=row.pk).update(tries=row.tries - 1, due_at=now)
        return
    told = {"status": said.status} if said.status else {}
    row.tried = [*row.tried, {"at": now.isoformat(), **told, **({"failure": said.failure} if said.failure else {})}]
    row.digest = digest_of(message.body)
    if _arrived(said):
        row.sent_at, row.why = now, ""
    elif said.status == 410 or row.tries > len(RETRIES):
        row.failed_at, row.why = now, "gone" if said.status == 410 else "tries"
    else:
        row.due_at = now + timedelta(seconds=_next(row.tries, said.wait))
    # By number: it may have gone meanwhile, with its lead or its hook, and the others in the lane must be noted.
    names = ("tried", "digest", "sent_at", "failed_at", "why", "due_at")
    HookDelivery.objects.filter(pk=row.pk).update(**{name: getattr(row, name) for name in names})


def digest_of(body: bytes) -> str:
    """By what a page tells whether the lead changed since it was sent, without keeping what was sent."""
    return hashlib.sha256(body).hexdigest()


def _next(tries: int, wait: float | None) -> float:
    """By the table with a little chance in it, and not before the other side wants."""
    usual = RETRIES[tries - 1] * (1 + random.uniform(0, _JITTER))  # noqa: S311 - no secret is made of it
    return max(usual, min(wait or 0, _LONGEST))


def _give_up(row: HookDelivery, why: str, now: datetime) -> None:
    HookDelivery.objects.filter(pk=row.pk).update(failed_at=now, why=why, tries=row.tries - 1)


def _give_up_all(hooks_off: set[int], now: datetime) -> None:
    """Whatever else was due of those that were switched off, at once, however much it is."""
    if hooks_off:
        waiting = HookDelivery.objects.filter(hook__in=hooks_off, sent_at=None, failed_at=None)
        waiting.update(failed_at=now, why="off", held=False)


def _free(rows: Sequence[Hook], now: datetime) -> None:
    Hook.objects.filter(pk__in={row.pk for row in rows}).update(rests_until=now)
