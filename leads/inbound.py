"""Deliveries from outside: kept as they came, answered, then turned into leads, contacts and remarks, each once."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db import connection as database
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from config.lib import deadline, doorbell, sealed
from config.lib.signing import NotSignedError
from leads import capture, heard, incoming, refill, secrets
from leads.connector import (
    Came,
    Configured,
    Contacted,
    Door,
    Ignored,
    NewLead,
    News,
    Noted,
    Source,
    UnansweredError,
    UnreadableError,
)
from leads.connectors import sources
from leads.life import State
from leads.models import Connection, Inbound, Intake
from leads.outside import Outside
from leads.qualify.freeze import catalogue_of

log = logging.getLogger(__name__)

TASK = "leads.tasks.handle_inbound"
# As often as one is tried; what never ends or kills its process is counted, too, as the try is written down first.
TRIES = 5
_SOON = (2, 4, 8, 16)
# Where a vendor must be asked for the rest and does not answer: about a day in all.
_LATER = (5, 30, 120, 600, 3600, 3600, 4 * 3600, 12 * 3600)
_SECONDS_OUTSIDE = 15
# Reading one takes milliseconds; what takes so long never ends.
_PROCESSOR_SECONDS = 2
# How often, and how soon, it is looked whether a new lead has its owner.
_LOOKS_FOR_OWNER, _OWNER_IN = 5, timedelta(seconds=2)
# Never kept: they open doors.
_HIDDEN = frozenset(
    {"authorization", "cookie", "proxy-authorization", "x-csrftoken", "x-fairlead-key", "x-verification-token"}
)
_MOST_HEADERS = 60
# Of what is refused so much is kept, and so many an hour of one connection: enough to see what is wrong.
REFUSED_BYTES = 10_000
_REFUSED_AN_HOUR = 100


@dataclass(frozen=True, slots=True)
class Kept:
    """The row, and whether the same delivery was there before."""

    inbound: Inbound
    repeated: bool


def keep(*, connection: Connection, came: Came, delivery_id: str) -> Kept:
    """Write a delivery down before anybody reads it, and wake who does; a repeat is counted on the first."""
    row = _row(connection, came, delivery_id[:200])
    with transaction.atomic():
        Inbound.objects.bulk_create([row], ignore_conflicts=True)
        stored = Inbound.objects.filter(uid=row.uid).first()
        if stored is None:
            same = Inbound.objects.filter(connection=connection, delivery_id=row.delivery_id)
            same = same.exclude(state=Inbound.State.REFUSED)
            same.update(times=F("times") + 1, last_at=came.at)
            return Kept(same.get(), repeated=True)
        transaction.on_commit(ring)
    return Kept(stored, repeated=False)


def keep_refused(*, connection: Connection, came: Came, why: str) -> Inbound | None:
    """Write down what was not let in, so that ops can see why; cut short, and not more than some an hour."""
    lately = Inbound.objects.filter(
        connection=connection, state=Inbound.State.REFUSED, received_at__gt=came.at - timedelta(hours=1)
    )
    if lately.count() >= _REFUSED_AN_HOUR:
        return None
    row = _row(connection, came, "")
    row.state, row.error, row.body, row.handled_at = Inbound.State.REFUSED, why, came.body[:REFUSED_BYTES], came.at
    row.save()
    return row


def _row(connection: Connection, came: Came, delivery_id: str) -> Inbound:
    kept = {name: text[:1000] for name, text in came.headers.items() if name not in _HIDDEN}
    return Inbound(
        connection=connection,
        delivery_id=delivery_id,
        received_at=came.at,
        last_at=came.at,
        due_at=came.at,
        method=came.method,
        url=came.url[:2000],
        headers=dict(list(kept.items())[:_MOST_HEADERS]),
        body=came.body,
        size=len(came.body),
    )


def ring() -> bool:
    """Wake whoever handles."""
    return doorbell.ring(TASK)


def overdue(*, now: datetime) -> bool:
    """Whether something should have been handled over a second ago: its ring was lost."""
    late = now - timedelta(seconds=1)
    return Inbound.objects.filter(state=Inbound.State.KEPT, connection__active=True, due_at__lt=late).exists()


def handle_due(*, now: datetime, most: int = 100, door: Door | None = None) -> int:
    """Handle what is due, one by one: one that kills its process harms no other. Returns how many were tried."""
    for count in range(most):
        row = _lease(now)
        if row is None:
            return count
        handle(inbound=row, now=now, door=door)
    return most


def _lease(now: datetime) -> Inbound | None:
    """The next due one for a while, its try counted before it is made; those tried often enough are set aside."""
    with database.cursor() as cursor:
        cursor.execute(
            """
            UPDATE leads_inbound SET tries = tries + 1, due_at = %s WHERE id = (
                SELECT i.id FROM leads_inbound i JOIN leads_connection c ON c.id = i.connection_id AND c.active
                WHERE i.state = 'kept' AND i.due_at <= %s ORDER BY i.due_at, i.id LIMIT 1 FOR UPDATE OF i SKIP LOCKED)
            RETURNING id
            """,
            [now + timedelta(seconds=settings.INBOUND_LEASE_SECONDS), now],
        )
        found = cursor.fetchone()
    return Inbound.objects.select_related("connection__division").get(pk=found[0]) if found else None


def handle(*, inbound: Inbound, now: datetime, door: Door | None = None) -> Inbound:
    """Read one delivery and bring what it holds; whatever goes wrong stands on the row, nothing is half written."""
    if inbound.tries > TRIES:
        return _end(inbound, Inbound.State.SET_ASIDE, inbound.error or _("Whoever read it did not come back."), now)
    try:
        source, configured = _how(inbound.connection, now)
        with deadline.processor_seconds(_PROCESSOR_SECONDS):
            news = source.read(came_of(inbound), configured, door or Outside(seconds=_SECONDS_OUTSIDE))
        return _bring(inbound, source, news, now)
    except Exception as error:  # noqa: BLE001 - what a connector raises must not end the work on the others
        return _told(inbound, error, now)


def _told(inbound: Inbound, error: Exception, now: datetime) -> Inbound:
    """What went wrong, on the row: no use trying, later, sooner, or set aside."""
    match error:
        case UnreadableError():
            return _end(inbound, Inbound.State.REFUSED, str(error), now)
        case UnansweredError():
            return _wait(inbound, str(error), now)
        case sealed.UnsealedError():
            return _end(inbound, Inbound.State.SET_ASIDE, _("The secrets of its connection cannot be opened."), now)
        case OperationalError() | InterfaceError() | capture.NotCapturedError():
            # A server that restarts, or two doors that met over one person, say nothing about the delivery.
            log.warning("A delivery waits for the next look: %s", error)
            return _not_its_fault(inbound, now)
    log.error("A delivery could not be handled", exc_info=error)
    return _failed(inbound, f"{type(error).__name__}: {error}"[:1000], now)


def replay(*, pks: Sequence[int], now: datetime, by_hand: bool = False) -> int:
    """Have kept deliveries handled again: what was made of them is not made twice, what was empty is filled in.

    One that was turned away at the door comes in only `by_hand`, or where a secret put right since proves it.
    """
    with transaction.atomic():
        rows = Inbound.objects.filter(pk__in=pks, body__isnull=False)
        if not by_hand:
            rows = rows.exclude(pk__in=_unproven(rows, now))
        done = rows.exclude(_superseded(pks)).update(
            state=Inbound.State.KEPT, tries=0, unanswered=0, due_at=now, error="", replayed_at=now
        )
        transaction.on_commit(ring)
    return done


def _unproven(rows: QuerySet[Inbound], now: datetime) -> list[int]:
    """Those turned away at the door, so never tried, that prove no better now who sent them."""
    turned_away = rows.filter(state=Inbound.State.REFUSED, tries=0).select_related("connection__division")
    return [row.pk for row in turned_away if not _proves(row, now)]


def _proves(row: Inbound, now: datetime) -> bool:
    try:
        source, configured = _how(row.connection, now)
        source.verify(came_of(row), configured)
    except (NotSignedError, UnreadableError, sealed.UnsealedError):
        return False
    return True


def _superseded(pks: Sequence[int]) -> Q:
    """Refused ones whose sender sent the same again: that one was taken, or is the one of these to run."""
    same = Inbound.objects.filter(connection=OuterRef("connection"), delivery_id=OuterRef("delivery_id"))
    taken = ~Q(state=Inbound.State.REFUSED) | Q(pk__gt=OuterRef("pk"), pk__in=pks, body__isnull=False)
    refused = Q(state=Inbound.State.REFUSED) & ~Q(delivery_id="")
    return refused & Q(Exists(same.filter(taken).exclude(pk=OuterRef("pk"))))


def came_of(inbound: Inbound) -> Came:
    """The request again, as far as it was kept. Raises UnreadableError where its body was forgotten."""
    if inbound.body is None:
        raise UnreadableError(_("Its body is forgotten: raw deliveries are kept for a time only."))
    return Came(
        method=inbound.method,
        url=inbound.url,
        headers=inbound.headers,
        query={},
        body=bytes(inbound.body),
        at=inbound.received_at,
    )


def _how(connection: Connection, now: datetime) -> tuple[Source, Configured]:
    source = sources().get(connection.kind)
    if source is None:
        raise UnreadableError(_("There is no connector “%s” any more.") % connection.kind)
    return source, secrets.configured(connection, now=now)


@transaction.atomic
def _bring(inbound: Inbound, source: Source, news: Sequence[News], now: datetime) -> Inbound:
    """All of it in one transaction with the row's own end, so that no half of it is ever there."""
    still = Inbound.objects.select_for_update().filter(pk=inbound.pk, state=Inbound.State.KEPT, tries=inbound.tries)
    if not still.exists():  # somebody else has it by now, or it is to run again by another mapping
        return inbound
    problems = _bring_leads(inbound, source, [one for one in news if isinstance(one, NewLead)], now)
    for one in news:
        if isinstance(one, Contacted):
            problems += _bring_contact(inbound, source, one, now)
            if not problems and _waits_for_owner(inbound, one):
                return _later(inbound, now)
        elif isinstance(one, Noted):
            heard.note(inbound=inbound, noted=one, now=now)
        elif isinstance(one, Ignored):
            heard.keep_intake(inbound, "", Intake.Outcome.IGNORED, now, error=one.reason)
    if not news:
        heard.keep_intake(inbound, "", Intake.Outcome.IGNORED, now, error=_("There is no news in it."))
    nothing = bool(problems) and len(problems) == len(news)
    return _end(
        inbound, Inbound.State.REFUSED if nothing else Inbound.State.HANDLED, " | ".join(dict.fromkeys(problems)), now
    )


def _bring_leads(inbound: Inbound, source: Source, leads: Sequence[NewLead], now: datetime) -> list[str]:
    """Capture those that can be read; the others are told and harm nobody."""
    connection = inbound.connection
    catalogue = catalogue_of(connection.division_id)
    arrivals, problems = [], []
    for n, new in enumerate(leads):
        # Without an id of the vendor the delivery gives one, so that running it again makes nothing twice.
        known_by = new if new.id else replace(new, id=f"{inbound.uid}:{n}")
        try:
            arrivals.append(incoming.read(known_by, connection=connection, source=source, catalogue=catalogue))
        except UnreadableError as error:
            problems.append(str(error))
            heard.keep_intake(inbound, new.id, Intake.Outcome.REFUSED, now, error=str(error), facts=new.facts)
    if arrivals:
        done = capture.capture(connection=connection, arrivals=arrivals, now=now, inbound=inbound)
        for one in done if inbound.replayed_at else ():
            if one.outcome is Intake.Outcome.REPEATED:
                refill.refill(lead=one.lead, arrival=one.arrival, now=now)
    return problems


def _bring_contact(inbound: Inbound, source: Source, contacted: Contacted, now: datetime) -> list[str]:
    """A contact with somebody nobody knows makes them a lead first, where the source says so."""
    problems = []
    if contacted.stranger and not heard.known(inbound.connection, contacted.who):
        problems = _bring_leads(inbound, source, [contacted.stranger], now)
    if not problems and not _waits_for_owner(inbound, contacted):
        heard.log_contact(inbound=inbound, contacted=contacted, now=now)
    return problems


def _waits_for_owner(inbound: Inbound, contacted: Contacted) -> bool:
    """Whether its lead came just now and is about to get an owner: the contact is theirs, so it is logged then."""
    lead = heard.known(inbound.connection, contacted.who) if contacted.stranger else None
    return lead is not None and lead.state in {State.NEW, State.READY} and inbound.unanswered < _LOOKS_FOR_OWNER


def _later(inbound: Inbound, now: datetime) -> Inbound:
    inbound.due_at, inbound.unanswered, inbound.tries = now + _OWNER_IN, inbound.unanswered + 1, inbound.tries - 1
    inbound.save(update_fields=["due_at", "unanswered", "tries"])
    return inbound


def _end(inbound: Inbound, state: Inbound.State, error: str, now: datetime) -> Inbound:
    return _write(inbound, state=state, error=error[:2000], handled_at=now)


def _wait(inbound: Inbound, why: str, now: datetime) -> Inbound:
    """The vendor did not answer: that is no try of ours."""
    if inbound.unanswered >= len(_LATER):
        return _end(inbound, Inbound.State.SET_ASIDE, why, now)
    due = now + timedelta(seconds=_LATER[inbound.unanswered])
    return _write(inbound, due_at=due, unanswered=inbound.unanswered + 1, tries=inbound.tries - 1, error=why[:2000])


def _not_its_fault(inbound: Inbound, now: datetime) -> Inbound:
    return _write(inbound, due_at=now + timedelta(seconds=1), tries=inbound.tries - 1)


def _failed(inbound: Inbound, why: str, now: datetime) -> Inbound:
    if inbound.tries >= TRIES:
        return _end(inbound, Inbound.State.SET_ASIDE, why, now)
    return _write(inbound, due_at=now + timedelta(seconds=_SOON[max(inbound.tries, 1) - 1]), error=why)


def _write(inbound: Inbound, **columns: Any) -> Inbound:
    """Only while it is still this try's: whoever was told to run it again, or took it over, has the word since."""
    held = Inbound.objects.filter(pk=inbound.pk, state=Inbound.State.KEPT, tries=inbound.tries)
    held.update(**columns)
    inbound.refresh_from_db()
    return inbound
