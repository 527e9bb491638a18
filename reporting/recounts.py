"""Once a day all spells in figures are made anew, and how many had been wrong is kept for Health to tell."""

import logging
from datetime import datetime, timedelta

from django.utils import timezone

from reporting.models import Recount, Spell
from reporting.spells import daily, keep

log = logging.getLogger(__name__)

EVERY = timedelta(days=1)
_KEPT = 30
# One without an end after so long was killed.
_GIVEN_UP_AFTER = timedelta(hours=6)


def latest() -> Recount | None:
    """The last that came to its end."""
    return Recount.objects.exclude(ended_at=None).order_by("-started_at").first()


def recount_daily(*, now: datetime) -> Recount | None:
    """Make all anew where the last time was a day ago; None where it was not."""
    last = Recount.objects.order_by("-started_at").first()
    if last and now - last.started_at < (EVERY if last.ended_at else _GIVEN_UP_AFTER):
        return None
    keep.refresh_all()  # what is only late is not wrong
    row = Recount.objects.create(started_at=now)
    row.wrong = keep.rebuild() + daily.remake()
    row.spells = Spell.objects.count()
    row.ended_at = timezone.now()
    row.save(update_fields=["wrong", "spells", "ended_at"])
    if row.wrong:
        log.error("recount: %s of %s spells in figures were wrong", row.wrong, row.spells)
    old = Recount.objects.order_by("-started_at").values_list("pk", flat=True)[_KEPT:]
    Recount.objects.filter(pk__in=list(old)).delete()
    return row
