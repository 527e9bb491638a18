"""Kept deliveries handled again, by another mapping or secret, or because somebody says so."""

import contextlib
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from config.lib import sealed
from config.lib.signing import NotSignedError
from leads.connector import UnreadableError
from leads.inbound.keep import SENDER, came_of, ring
from leads.inbound.source import may_send, source_of
from leads.models import Inbound

_TRIES = 3


def replay(*, pks: Sequence[int], now: datetime, by_hand: bool = False) -> int:
    """Have kept deliveries handled again: what was made of them is not made twice, what was empty is filled in.

    One that was turned away at the door comes in only `by_hand`, or where a secret put right since proves it.
    """
    for _try in range(_TRIES - 1):
        with contextlib.suppress(IntegrityError):  # the same came in just now: it has taken the place of one of these
            return _again(pks, now, by_hand=by_hand)
    return _again(pks, now, by_hand=by_hand)


def _again(pks: Sequence[int], now: datetime, *, by_hand: bool) -> int:
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
        source, configured = source_of(row.connection, now)
        if (sender := row.headers.get(SENDER)) is not None and not may_send(sender, configured):
            return False
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
