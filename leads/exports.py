"""What people take out as files: so many an hour, each kept with its rows, ops told of whoever takes out too many."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from config.lib import rates
from leads import dispatch
from leads.models import Export
from reps.models import User

log = logging.getLogger(__name__)


def may_take(*, by: User, now: datetime) -> rates.Spent:
    """Count one; where it is too many, ops and admins are told, once an hour."""
    spent = rates.spend("exports", by.pk)
    if not spent.allowed:
        log.warning("user %d takes out more files than allowed", by.pk)
        _tell(by, now)
    return spent


def note(*, what: Export.What, rows: int, by: User, now: datetime) -> Export:
    """Keep that it was taken out."""
    log.info("user %d takes out %s, %d rows", by.pk, what.value, rows)
    return Export.objects.create(what=what, rows=rows, by=by, at=now)


def _tell(by: User, now: datetime) -> None:
    told = User.objects.filter(Q(is_ops=True) | Q(is_superuser=True), is_active=True).values_list("pk", flat=True)
    words = [
        dispatch.Word(None, 0, user=pk, event="many_exports", ref=f"{by.pk}-{now:%Y%m%d%H}", payload={"person": by.pk})
        for pk in told.order_by("pk")
    ]
    with transaction.atomic():
        if dispatch.plan(words, now=now):
            transaction.on_commit(dispatch.ring)
