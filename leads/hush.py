"""Quiet hours: which of the words in hand must wait, and until when."""

from collections.abc import Sequence
from datetime import datetime

from leads.models import Delivery
from reps import availability, news, quiet
from reps.models import Preference


def over_at(rows: Sequence[Delivery], *, now: datetime) -> dict[int, datetime]:
    """When it is no longer quiet for these words, by their numbers; what need not wait is not in it."""
    wanted = {
        (row.person.pk, news.kind_of(row.event).key) for row in rows if row.endpoint is None or row.endpoint.user_id
    }
    kept = {
        (row.user_id, row.kind): row
        for row in Preference.objects.filter(user__in={user for user, _kind in wanted}, quiet_from__isnull=False)
    }
    if not kept:
        return {}
    found: dict[int, datetime] = {}
    excepted: list[Delivery] = []
    for row in rows:
        preference = kept.get((row.person.pk, news.kind_of(row.event).key))
        until = _until(preference, row, now) if preference else None
        if preference is None or until is None:
            continue
        found[row.pk] = until
        if preference.on_shift and row.rep_id and news.kind_of(row.event).while_on_shift:
            excepted.append(row)
    if excepted:
        working = availability.on_duty({row.rep_id for row in excepted if row.rep_id}, now)
        for row in excepted:
            if row.rep_id in working:
                del found[row.pk]
    return found


def _until(preference: Preference, row: Delivery, now: datetime) -> datetime | None:
    if preference.quiet_from is None or preference.quiet_until is None:
        return None
    hours = quiet.Hours(preference.quiet_from, preference.quiet_until, quiet.weekdays(preference.quiet_days))
    return quiet.over_at(hours, at=now, zone=row.person.time_zone or "UTC")
