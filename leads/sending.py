"""Sends what is planned: at least once, with a constant id, each endpoint in a lane of its own."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.db import connection

from config.lib.sealed import UnsealedError
from leads import bursts, first_reply, hush, mails, timeline
from leads.lanes import Lanes
from leads.life import EventKind, State
from leads.models import Delivery
from reps import alerts, branding, endpoints, news
from reps.channel import Alert, GoneError, NotReachedError
from reps.channels import all_channels

log = logging.getLogger(__name__)

BATCH = 100  # mails in one go, by one connection
_IN_A_LANE = 2  # messages to one endpoint in one go: who hangs holds this process for a few seconds only
_LEASE = timedelta(seconds=60)
_BACK_OFF = (5, 30, 120, 600, 3600, 4 * 3600, 12 * 3600)
_IN_ONE_GO = 20.0  # seconds in which new work is begun
_LOOK = 0.1  # seconds after which we look for new work while somebody is slow


@dataclass(slots=True)
class Message:
    """One message, and the words it tells: one, or all of a summary."""

    rows: list[Delivery]
    alert: Alert


@dataclass(slots=True)
class Load:
    """What goes down one lane in one go."""

    channel: str
    messages: list[Message] = field(default_factory=list)


def send_due(*, clock: Callable[[], datetime]) -> int:
    """Send until nothing is due and nobody is being spoken to; returns how many words were taken in hand.

    Nothing is locked while the network is spoken to, and only this thread asks the database.
    """
    total, until = 0, time.monotonic() + _IN_ONE_GO
    with Lanes[Load, list[NotReachedError | None]]() as lanes:
        while True:
            for load, problems in lanes.done():
                _settle(load, problems, clock())
            leased = _lease(clock(), lanes.busy, lanes.room) if time.monotonic() < until else []
            total += len(leased)
            # Endpoints first: a hundred mails take a while to write.
            for part in _parted(leased):
                for lane, load in _prepared(part, clock()).items():
                    send = all_channels()[load.channel].send
                    lanes.start(lane, load, partial(send, [message.alert for message in load.messages]))
            if not leased and not lanes.busy:
                return total
            lanes.wait(_LOOK)


def _parted(leased: Sequence[Delivery]) -> list[list[Delivery]]:
    called, mailed = [r for r in leased if r.endpoint_id], [r for r in leased if not r.endpoint_id]
    return [part for part in (called, mailed) if part]


def _prepared(leased: Sequence[Delivery], now: datetime) -> dict[object, Load]:
    """The messages that may go now, by lane."""
    to_leads = _to_leads([row for row in leased if row.event == first_reply.EVENT], now)
    leased = [row for row in leased if row.event != first_reply.EVENT]
    off = endpoints.channels_off() if leased else frozenset()
    contacted = mails.contacted([row for row in leased if row.event in _REMINDERS])
    rows = []
    for row in leased:
        if stop := _stop(row, off, contacted):
            _give_up([row], stop, now)
        else:
            rows.append(row)
    quiet_until = hush.over_at(rows, now=now)
    for row in rows:
        if row.pk in quiet_until:
            _put_off(row, quiet_until[row.pk], "quiet", now)
    found = bursts.sort([row for row in rows if row.pk not in quiet_until], now=now)
    for row, at in found.waiting:
        _put_off(row, at, bursts.HELD, now)
    messages = to_leads + _written(found.single, now)
    for lane in found.whole:
        messages += _summary(lane, now)
    loads: dict[object, Load] = {}
    for message in messages:
        row = message.rows[0]
        loads.setdefault(row.endpoint_id or row.channel, Load(row.channel)).messages.append(message)
    return loads


def _to_leads(rows: Sequence[Delivery], now: datetime) -> list[Message]:
    """First replies: to the leads themselves, so nobody's quiet hours or choices hold for them."""
    stops, messages = first_reply.stops(rows), []
    for row in rows:
        if row.pk in stops:
            _give_up([row], stops[row.pk], now)
        else:
            messages.append(Message([row], first_reply.alert_of(row)))
    return messages


def _stop(row: Delivery, off: frozenset[str], contacted: set[tuple[int | None, int]]) -> str:
    """Why it is not sent any more; empty where it is."""
    if row.endpoint is not None and not row.endpoint.active:
        return "removed"
    if row.channel in off:
        return "switched off"
    if not still_holds(row):
        return "no longer theirs" if row.event in mails.OWNERS else "no longer so"
    if row.event in _REMINDERS and (row.lead_id, row.hop) in contacted:
        return "contacted meanwhile"
    if row.endpoint is not None and mails.inbox_of(row):
        return "a test, mailed to the inbox for tests"
    return ""


def _written(rows: Sequence[Delivery], now: datetime) -> list[Message]:
    messages, brand = [], branding.brand() if rows else None
    for row, context in zip(rows, mails.contexts_of(rows, now=now), strict=True) if rows else ():
        try:
            event = _SAME_TEXT.get(row.event, row.event)
            alert = alerts.render(event=event, uid=str(row.uid), user=row.person, context=context, brand=brand)
            messages.append(Message([row], _addressed(row, alert)))
        except Exception as error:  # noqa: BLE001 - one that cannot be written must not keep the others from being sent
            _unwritten([row], error, now)
    return messages


def _summary(lane: bursts.Lane, now: datetime) -> list[Message]:
    """One message for all that is still to be said in the lane; what no longer holds is left out of it."""
    rows = _read(bursts.absorb(lane, until=now + _LEASE))
    told = [row for row in rows if not _stop(row, frozenset(), set())]
    _give_up([row for row in rows if row not in told], "no longer so", now)
    if len(told) < 2:
        return _written(told, now)
    try:
        context = mails.summary_of(told, now=now)
        alert = alerts.render(event="summary", uid=str(told[0].uid), user=told[0].person, context=context)
        return [Message(told, _addressed(told[0], alert))]
    except Exception as error:  # noqa: BLE001 - as above
        _unwritten(told, error, now)
        return []


def _addressed(row: Delivery, alert: Alert) -> Alert:
    if row.endpoint is None:
        return mails.for_tests(row, alert)
    return alerts.to(alert, row.endpoint)


def _unwritten(rows: Sequence[Delivery], error: Exception, now: datetime) -> None:
    if isinstance(error, UnsealedError):
        _give_up(rows, "its address was sealed with another key: remove it and add it anew", now)
        return
    log.error("A message could not be written", exc_info=error)
    _give_up(rows, f"{type(error).__name__}: {error}"[:500], now)


# Word that a first contact is missing.
_REMINDERS = frozenset({"reminder", "due_soon"})
_SAME_TEXT = {"due_soon": "reminder", "noted_unowned": "noted"}


def still_holds(row: Delivery) -> bool:
    """Whether the word may still be said.

    Nobody is told of a lead that went to another since, or of an offer or a pool that is over, nor is anybody told who
    may not sign in any more.
    """
    lead = row.lead
    if not row.person.is_active or (row.rep is not None and not row.rep.active):
        return False
    if row.event in mails.OWNERS or row.event == news.GROUP_POST:
        return lead is not None and row.rep_id is not None and (lead.owner_id, lead.hop) == (row.rep_id, row.hop)
    if row.event == "offered":
        return lead is not None and lead.state == State.OFFERED and lead.hop == row.hop
    if row.event == "broadcast":
        return lead is not None and lead.state == State.POOLED
    return True


def _give_up(rows: Sequence[Delivery], why: str, now: datetime) -> None:
    for row in rows:
        row.failed_at, row.error = now, why
        row.save(update_fields=["failed_at", "error"])


def _put_off(row: Delivery, until: datetime, why: str, now: datetime) -> None:
    """It was no try: it waits, and says why."""
    row.due_at, row.tries = until, row.tries - 1
    row.tried = [*row.tried, {"at": now.isoformat(), "says": why}]
    row.save(update_fields=["due_at", "tries", "tried"])


def _lease(now: datetime, busy: Sequence[object], room: int) -> list[Delivery]:
    """Take due rows for a minute by moving their due time: a sender that dies leaves them due again."""
    if room <= 0:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _LEASED,
            {
                "now": now,
                "until": now + _LEASE,
                "mails": 0 if Delivery.Channel.EMAIL.value in busy else BATCH,
                "busy": [lane for lane in busy if isinstance(lane, int)],
                "room": room,
                "each": _IN_A_LANE,
            },
        )
        return _read([row[0] for row in cursor.fetchall()])


_LEASED = """
    WITH mailed AS (
        SELECT id FROM leads_delivery
        WHERE channel = 'email' AND sent_at IS NULL AND failed_at IS NULL AND due_at <= %(now)s
        ORDER BY due_at, id LIMIT %(mails)s FOR UPDATE SKIP LOCKED
    ), lanes AS (
        SELECT endpoint_id FROM leads_delivery
        WHERE endpoint_id IS NOT NULL AND sent_at IS NULL AND failed_at IS NULL AND due_at <= %(now)s
            AND endpoint_id <> ALL(%(busy)s::bigint[])
        GROUP BY endpoint_id ORDER BY min(due_at) LIMIT %(room)s
    ), called AS (
        SELECT d.id FROM lanes CROSS JOIN LATERAL (
            SELECT id FROM leads_delivery
            WHERE endpoint_id = lanes.endpoint_id AND sent_at IS NULL AND failed_at IS NULL AND due_at <= %(now)s
            ORDER BY due_at, id LIMIT %(each)s FOR UPDATE SKIP LOCKED) d
    )
    UPDATE leads_delivery SET due_at = %(until)s, tries = tries + 1
    WHERE id IN (SELECT id FROM mailed UNION ALL SELECT id FROM called)
    RETURNING id
"""


def _read(pks: Sequence[int]) -> list[Delivery]:
    if not pks:
        return []
    rows = Delivery.objects.filter(pk__in=pks).select_related(
        "lead__group", "lead__division", "rep__user", "user", "endpoint"
    )
    return list(rows.order_by("id"))


def _settle(load: Load, problems: Sequence[NotReachedError | None], now: datetime) -> None:
    """Write down how each message went, and tell it on the timelines of its leads."""
    for message, problem in zip(load.messages, problems, strict=True):
        for row in message.rows:
            _note(row, problem, now)
            if problem is None and row is not message.rows[0]:
                row.summary = message.rows[0]
                row.save(update_fields=["summary"])
    if load.messages and (endpoint := load.messages[0].rows[0].endpoint) is not None:
        endpoints.note(endpoint=endpoint, problem=problems[-1], now=now)
    replies = [row for message in load.messages for row in message.rows if row.event == first_reply.EVENT]
    first_reply.tell(replies, now=now)
    timeline.record(
        timeline.News(
            lead=row.lead_id,
            kind=EventKind.TOLD,
            at=now,
            rep=row.rep_id,
            hop=row.hop,
            payload={"channel": row.channel, "event": row.event}
            | ({"test_inbox": True} if mails.inbox_of(row) else {}),
        )
        for message in load.messages
        for row in message.rows
        # That it waits in the pool is told to a whole group; that would bury what happened to the lead.
        if row.sent_at
        and row.lead_id is not None
        and row.event not in {"broadcast", news.GROUP_POST, first_reply.EVENT}
    )


def _note(row: Delivery, problem: NotReachedError | None, now: datetime) -> None:
    if problem is None:
        row.sent_at, row.error = now, ""
    else:
        row.error = str(problem)[:500]
        row.tried = [*row.tried, {"at": now.isoformat(), "says": row.error}]
        if isinstance(problem, GoneError) or row.tries > len(_BACK_OFF):
            row.failed_at = now
        else:
            row.due_at = now + timedelta(seconds=_BACK_OFF[row.tries - 1])
    row.save(update_fields=["sent_at", "failed_at", "due_at", "error", "tried"])
