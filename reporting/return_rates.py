"""How often leads come back: of those given lately, by rep and by source, and how many of these rightly."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from reporting.models import Spell
from reporting.scope import Scope
from reporting.spells import keep
from reps.models import Rep
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


def rates(scope: Scope, *, now: datetime) -> dict[str, list[Rate]]:
    """By "rep" and by "source", most returned first; what was given before Fairlead counts for nobody."""
    keep.refresh()
    spells = _of(scope).filter(starts_at__gte=now - RATES_OVER).exclude(how=Assignment.How.HISTORY)
    back = Q(end="returned")
    counts = spells.values_list("rep", "source").annotate(given=Count("pk"), returned=Count("pk", filter=back))
    rows = {(rep, source): (given, returned) for rep, source, given, returned in counts}
    ruling = Return.objects.filter(lead=OuterRef("lead"), hop=OuterRef("hop"), ruling=APPROVED)
    found = spells.filter(back, Exists(ruling)).values_list("rep", "source").annotate(n=Count("pk"))
    approved = {(rep, source): n for rep, source, n in found}
    cells = [(*key, *numbers, approved.get(key, 0)) for key, numbers in rows.items()]
    reps = {rep for rep, _source, _given, returned, _approved in cells if returned}
    names = dict(Rep.objects.filter(pk__in=reps).values_list("pk", "user__name"))
    return {
        "rep": _rates(cells, of=0, name=lambda rep: names.get(rep, "")),
        "source": _rates(cells, of=1, name=str),
    }


def _of(scope: Scope) -> "QuerySet[Spell]":
    rows = Spell.objects.order_by()
    if scope.groups is None:
        return rows
    return rows.filter(Q(group__in=scope.groups) | Q(group=None, rep__in=scope.members))


def _rates(cells: list[tuple[Any, ...]], *, of: int, name: Callable[[Any], str]) -> list[Rate]:
    """Summed by what a row is `of`, as two reps may have one name."""
    sums: dict[Any, list[int]] = defaultdict(lambda: [0, 0, 0])
    for cell in cells:
        for n, number in enumerate(cell[2:]):
            sums[cell[of]][n] += number
    rows = [Rate(name(key), *numbers) for key, numbers in sums.items() if numbers[1]]
    return sorted(rows, key=lambda rate: (-rate.returned, rate.name))[:_MOST]
