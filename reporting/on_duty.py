"""Who is on duty now: load against capacity, leads of today, fair share of today, and until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from leads.life import Kind
from leads.models import Lead
from reporting.metrics.fairness import FairShare, fair_shares
from reps import availability
from reps.models import Group, Membership, Rep
from routing.models import Assignment

# A span of duty that ends later than this is told as "around the clock".
AHEAD = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class OnDuty:
    """One rep on duty; `until` is None where the duty has no end in sight."""

    rep: Rep
    groups: tuple[str, ...]
    load: int
    capacity: int | None
    leads_today: int
    share: FairShare | None
    until: datetime | None

    @property
    def room(self) -> int | None:
        """How many more leads they may hold; None without a limit."""
        return None if self.capacity is None else max(0, self.capacity - self.load)


@dataclass(frozen=True, slots=True)
class Duty:
    """Those on duty of all members."""

    members: int
    reps: tuple[OnDuty, ...]


def duty(groups: Sequence[Group], *, since: datetime, now: datetime) -> Duty:
    """Of the active members of the groups, by group and name; the number of queries does not grow with them."""
    memberships = list(
        Membership.objects.at(now)
        .filter(group__in=groups, rep__active=True)
        .select_related("rep__user", "group")
        .order_by("group__name", "rep__user__name", "pk")
    )
    reps = {m.rep_id: m.rep for m in memberships}
    ends = _ends(list(reps), now)
    pks = tuple(group.pk for group in groups)
    loads, today = Lead.objects.load(ends), _given_today(ends, pks, since)
    shares = fair_shares(since=since, until=now, groups=pks)
    rows = []
    for pk in [pk for pk in reps if pk in ends]:
        mine = [m for m in memberships if m.rep_id == pk]
        names = tuple(m.group.name for m in mine)
        capacity = _capacity(reps[pk], mine)
        rows.append(OnDuty(reps[pk], names, loads.get(pk, 0), capacity, today.get(pk, 0), shares.get(pk), ends[pk]))
    return Duty(len(reps), tuple(rows))


def _ends(reps: Sequence[int], now: datetime) -> dict[int, datetime | None]:
    """When the duty of each rep on duty ends."""
    found = {}
    calendars = availability.calendars(reps, since=now - timedelta(days=1), until=now + AHEAD)
    for pk, calendar in calendars.items():
        end = next((stop for start, stop in calendar.duty if start <= now < stop), None)
        if end is not None:
            found[pk] = end if end < now + AHEAD else None
    return found


def _capacity(rep: Rep, mine: Sequence[Membership]) -> int | None:
    """The rep's own limit, else that of their only group; limits of several groups do not make one figure."""
    if rep.cap_open is not None or len(mine) != 1:
        return rep.cap_open
    return mine[0].cap_open


def _given_today(reps: dict[int, datetime | None], groups: Sequence[int], since: datetime) -> dict[int, int]:
    rows = Assignment.objects.filter(Q(group__in=groups) | Q(group=None), rep__in=reps, starts_at__gte=since)
    rows = rows.exclude(lead__kind=Kind.TEST).filter(lead__merged_into=None).order_by()
    return dict(rows.values("rep").annotate(n=Count("lead", distinct=True)).values_list("rep", "n"))
