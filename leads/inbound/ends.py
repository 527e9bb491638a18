"""How a try at a delivery ends: done, refused, set aside, or again later; each written only while it is its own."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from leads.models import Inbound

# As often as one is tried; what never ends or kills its process is counted, too, as the try is written down first.
TRIES = 5
_SOON = (2, 4, 8, 16)
# Where a vendor must be asked for the rest and does not answer: about a day in all.
_LATER = (5, 30, 120, 600, 3600, 3600, 4 * 3600, 12 * 3600)
# How often, and how soon, it is looked whether a new lead has its owner.
LOOKS_FOR_OWNER, _OWNER_IN = 5, timedelta(seconds=2)


def end(inbound: Inbound, state: Inbound.State, error: str, now: datetime) -> Inbound:
    """It is done with, one way or the other."""
    return _write(inbound, state=state, error=error[:2000], handled_at=now)


def for_owner(inbound: Inbound, now: datetime) -> Inbound:
    """Its lead is about to get an owner: looked at again then, and no try of it."""
    return _write(inbound, due_at=now + _OWNER_IN, unanswered=inbound.unanswered + 1, tries=inbound.tries - 1)


def wait(inbound: Inbound, why: str, now: datetime) -> Inbound:
    """The vendor did not answer: that is no try of ours."""
    if inbound.unanswered >= len(_LATER):
        return end(inbound, Inbound.State.SET_ASIDE, why, now)
    due = now + timedelta(seconds=_LATER[inbound.unanswered])
    return _write(inbound, due_at=due, unanswered=inbound.unanswered + 1, tries=inbound.tries - 1, error=why[:2000])


def not_its_fault(inbound: Inbound, now: datetime) -> Inbound:
    """What failed says nothing about the delivery: soon again, and no try of it."""
    return _write(inbound, due_at=now + timedelta(seconds=1), tries=inbound.tries - 1)


def failed(inbound: Inbound, why: str, now: datetime) -> Inbound:
    """Again a little later each time, then set aside."""
    if inbound.tries >= TRIES:
        return end(inbound, Inbound.State.SET_ASIDE, why, now)
    return _write(inbound, due_at=now + timedelta(seconds=_SOON[max(inbound.tries, 1) - 1]), error=why)


def _write(inbound: Inbound, **columns: Any) -> Inbound:
    """The only write of a try: while the delivery is still its own."""
    still(inbound).update(**columns)
    inbound.refresh_from_db()
    return inbound


def still(inbound: Inbound) -> QuerySet[Inbound]:
    """The row, while this try holds it: whoever was told to run it again, or took it over, has the word since.

    How long it is held for tells a first try from a first one after it was told to run again.
    """
    return Inbound.objects.filter(pk=inbound.pk, state=Inbound.State.KEPT, tries=inbound.tries, due_at=inbound.due_at)
