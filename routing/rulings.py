"""Returned leads: whose they are to rule on, and how often leads come back, by rep and by source."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from reps import access
from reps.models import Rep, User
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


def rates(user: User, *, now: datetime) -> dict[str, list[Rate]]:
    """By "rep" and by "source", most returned first; both from one reading of what was given."""
    since = now - RATES_OVER
    spells = Assignment.objects.filter(starts_at__gte=since, lead__kind="new").exclude(how=Assignment.How.HISTORY)
    if not access.oversees_all(user):
        spells = spells.filter(group__in=access.groups_managed(user).values("pk"))
    back = overseen_by(user).filter(at__gte=since).select_related(None)
    given, returned = _counted(spells), _counted(back)
    approved = _counted(back.filter(ruling=APPROVED))
    names = dict(Rep.objects.filter(pk__in={rep for rep, _source in returned}).values_list("pk", "user__name"))
    return {
        "rep": _rates(given, returned, approved, of=lambda rep, _source: rep, name=names.__getitem__),
        "source": _rates(given, returned, approved, of=lambda _rep, source: source, name=str),
    }


Counts = Mapping[tuple[int, str], int]


def _counted(rows: "QuerySet[Any]") -> Counts:
    """(rep, source) -> how many."""
    found = rows.order_by().values_list("rep", "lead__source").annotate(n=Count("pk"))
    return {(rep, source): n for rep, source, n in found}


def _rates(
    given: Counts, returned: Counts, approved: Counts, *, of: Callable[[int, str], Any], name: Callable[[Any], str]
) -> list[Rate]:
    """Summed by what a row is `of`, as two reps may have one name."""
    sums: list[Counter[Any]] = []
    for counts in (given, returned, approved):
        one: Counter[Any] = Counter()
        for (rep, source), n in counts.items():
            one[of(rep, source)] += n
        sums.append(one)
    rows = [Rate(name(key), sums[0][key], n, sums[2][key]) for key, n in sums[1].items()]
    return sorted(rows, key=lambda rate: (-rate.returned, rate.name))[:_MOST]
