"""Deliveries that are due, read one by one; whatever goes wrong harms that one alone."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db import connection as database
from django.utils.translation import gettext as _

from config.lib import deadline, sealed
from leads import capture
from leads.connector import Door, UnansweredError, UnreadableError
from leads.inbound import ends
from leads.inbound.bring import bring
from leads.inbound.keep import came_of
from leads.inbound.source import source_of
from leads.models import Inbound
from leads.outside import Outside

log = logging.getLogger(__name__)

_SECONDS_OUTSIDE = 15
# Reading one takes milliseconds; what takes so long never ends.
_PROCESSOR_SECONDS = 2


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
    if inbound.tries > ends.TRIES:
        return ends.end(inbound, Inbound.State.SET_ASIDE, inbound.error or _("Whoever read it did not come back."), now)
    try:
        source, configured = source_of(inbound.connection, now)
        with deadline.processor_seconds(_PROCESSOR_SECONDS):
            news = source.read(came_of(inbound), configured, door or Outside(seconds=_SECONDS_OUTSIDE))
        return bring(inbound, source, news, now)
    except Exception as error:  # noqa: BLE001 - what a connector raises must not end the work on the others
        return _told(inbound, error, now)


def _told(inbound: Inbound, error: Exception, now: datetime) -> Inbound:
    """What went wrong, on the row: no use trying, later, sooner, or set aside."""
    match error:
        case UnreadableError():
            return ends.end(inbound, Inbound.State.REFUSED, str(error), now)
        case UnansweredError():
            return ends.wait(inbound, str(error), now)
        case sealed.UnsealedError():
            return ends.end(inbound, Inbound.State.SET_ASIDE, _("The secrets of its connection cannot be opened."), now)
        case OperationalError() | InterfaceError() | capture.NotCapturedError():
            # A server that restarts, or two doors that met over one person, say nothing about the delivery.
            log.warning("A delivery waits for the next look: %s", error)
            return ends.not_its_fault(inbound, now)
    log.error("A delivery could not be handled", exc_info=error)
    return ends.failed(inbound, f"{type(error).__name__}: {error}"[:1000], now)
