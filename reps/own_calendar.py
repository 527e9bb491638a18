"""The secret address under which a calendar program reads a rep's hours and next steps."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db.models import Q

from config.lib import sealed
from reps.models import CalendarAddress, Rep

_NOTED_EVERY = timedelta(minutes=10)


def renew(*, rep: Rep, now: datetime) -> CalendarAddress:
    """A new address; the one before is dead from this commit on."""
    token = secrets.token_urlsafe(32)
    values = {"digest": _digest(token), "sealed": sealed.seal(token), "made_at": now, "read_at": None}
    return CalendarAddress.objects.update_or_create(rep=rep, defaults=values)[0]


def remove(*, rep: Rep) -> None:
    """No address any more."""
    CalendarAddress.objects.filter(rep=rep).delete()


def name_leads(*, rep: Rep, titles: bool) -> None:
    """Whether entries name the rep's leads."""
    CalendarAddress.objects.filter(rep=rep).update(titles=titles)


def token_of(row: CalendarAddress) -> str:
    """What stands in the address. Raises sealed.UnsealedError."""
    return str(sealed.unseal(row.sealed))


def found_by(token: str) -> CalendarAddress | None:
    """Whose address this is; nobody's once they left or may not sign in, asked afresh each time."""
    rows = CalendarAddress.objects.filter(rep__active=True, rep__user__is_active=True)
    return rows.select_related("rep__user").filter(digest=_digest(token)).first()


def note_read(row: CalendarAddress, *, now: datetime) -> None:
    """When somebody last asked, to ten minutes."""
    old = Q(read_at=None) | Q(read_at__lt=now - _NOTED_EVERY)
    CalendarAddress.objects.filter(old, pk=row.pk).update(read_at=now)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
