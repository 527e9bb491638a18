"""Claims that come faster than people click: stopped until the minute is over, and managers told, once an hour."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from config.lib import rates
from leads import dispatch
from reps import access
from reps.models import Rep
from routing import claim as claims


def too_many(rep: Rep, *, now: datetime) -> rates.Spent | None:
    """Count one try; how it stands where that is too many."""
    spent = rates.spend("claims", rep.pk)
    if spent.allowed:
        return None
    _tell_managers(rep, now)
    return spent


def stopped(rep: Rep) -> bool:
    """Whether the next try would be too many."""
    return rates.is_over("claims", rep.pk) is not None


def says() -> str:
    """In words; how many they were is the reader's to know, when the minute is over is on their clock."""
    return _("That was too many tries in one minute. You can go on when it is over.")


def _tell_managers(rep: Rep, now: datetime) -> None:
    places = {(group.division_id, group.pk) for group in claims.groups_with_pool(rep, now=now)}
    people = access.managers_of(places or {(rep.division_id, None)})
    told = sorted({user for group in people.values() for user in group} - {rep.user_id})
    words = [
        dispatch.Word(None, 0, user=user, event="many_claims", ref=f"{rep.pk}-{now:%Y%m%d%H}", payload={"rep": rep.pk})
        for user in told
    ]
    with transaction.atomic():
        if dispatch.plan(words, now=now):
            transaction.on_commit(dispatch.ring)
