"""Deliveries written down before anybody reads them, and read back as they came."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from config.lib import doorbell
from leads.connector import Came, UnreadableError
from leads.models import Connection, Inbound

TASK = "leads.tasks.handle_inbound"
# Never kept: they open doors.
_HIDDEN = frozenset(
    {"authorization", "cookie", "proxy-authorization", "x-csrftoken", "x-fairlead-key", "x-verification-token"}
)
_MOST_HEADERS = 60
# Beside the headers, under a name no header can have.
SENDER = "(sender)"
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
    while True:
        if (kept := _once(connection, came, delivery_id[:200])) is not None:
            return kept


def _once(connection: Connection, came: Came, delivery_id: str) -> Kept | None:
    """None where the first was refused or forgotten just as its repeat was to be counted on it."""
    row = _row(connection, came, delivery_id)
    with transaction.atomic():
        Inbound.objects.bulk_create([row], ignore_conflicts=True)
        if (stored := Inbound.objects.filter(uid=row.uid).first()) is not None:
            transaction.on_commit(ring)
            return Kept(stored, repeated=False)
        first = Inbound.objects.filter(connection=connection, delivery_id=delivery_id)
        first = first.exclude(state=Inbound.State.REFUSED)
        first.update(times=F("times") + 1, last_at=came.at)
        same = first.first()
        return Kept(same, repeated=True) if same else None


def keep_refused(*, connection: Connection, came: Came, why: str, sender: str = "") -> Inbound | None:
    """Write down what was not let in, so that ops can see why; cut short, and not more than some an hour.

    `sender` is the network address of one that ops did not list: to run it again it is looked up in the list again.
    """
    lately = Inbound.objects.filter(
        connection=connection, state=Inbound.State.REFUSED, received_at__gt=came.at - timedelta(hours=1)
    )
    if lately.count() >= _REFUSED_AN_HOUR:
        return None
    row = _row(connection, came, "")
    row.state, row.error, row.body, row.handled_at = Inbound.State.REFUSED, why, came.body[:REFUSED_BYTES], came.at
    if sender:
        row.headers[SENDER] = sender
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
