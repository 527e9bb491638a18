"""Returned leads: whose they are to rule on, and how often leads come back, by rep and by source."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from reps import access
from reps.models import User
from routing.models import Assignment, Return
from routing.returns import APPROVED

RATES_OVER = timedelta(days=90)
_MOST = 12  # rows of a table: the rest is in the reports


@dataclass(frozen=True, slots=True)
class Rate:
    """Of so many leads given, so many came back, and so many of those rightly."""

    name: str
    given: int
    returned: int
    approved: int

    @property
    def share(self) -> float:
        """Of one."""
        return self.returned / self.given if self.given else 0.0


def overseen_by(user: User) -> "QuerySet[Return]":
    """Of leads that groups of theirs had given; of those no group had, for all managers."""
    rows = Return.objects.select_related("lead__private", "lead__group", "rep__user", "ruled_by")
    if access.oversees_all(user):
        return rows
    spell = Assignment.objects.filter(lead=OuterRef("lead"), hop=OuterRef("hop"))
    mine = spell.filter(Q(group__in=access.groups_managed(user).values("pk")) | Q(group=None))
    return rows.filter(Exists(mine))


def may_rule(user: User, given_back: Return) -> bool:
    """Nobody rules on what they gave back themselves, but for ops and admins, who may be all there is."""
    return given_back.rep.user_id != user.pk or access.oversees_all(user)


def rates(user: User, *, by: str, now: datetime) -> list[Rate]:
    """Most returned first; `by` is "rep" or "source"."""
    column, name = {"rep": ("rep", "rep__user__name"), "source": ("lead__source", "lead__source")}[by]
    since = now - RATES_OVER
    spells = Assignment.objects.filter(starts_at__gte=since, lead__kind="new").exclude(how=Assignment.How.HISTORY)
    if not access.oversees_all(user):
        spells = spells.filter(group__in=access.groups_managed(user).values("pk"))
    back = overseen_by(user).filter(at__gte=since).select_related(None).order_by().values(column)
    found = {
        row[column]: row for row in back.annotate(returned=Count("pk"), approved=Count("pk", filter=Q(ruling=APPROVED)))
    }
    given = spells.filter(**{f"{column}__in": list(found)}).order_by().values(column, name).annotate(given=Count("pk"))
    rows = [
        Rate(row[name], row["given"], found[row[column]]["returned"], found[row[column]]["approved"]) for row in given
    ]
    return sorted(rows, key=lambda rate: (-rate.returned, rate.name))[:_MOST]
