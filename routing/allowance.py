"""What a rep may still take from a group's pool: claims a day, unworked claims, a pause, put-backs a day."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from leads.life import State
from leads.models import Touch
from reps import availability
from reps.models import Group, Rep
from routing.models import Assignment


@dataclass(frozen=True, slots=True)
class Allowance:
    """Each is None where the group sets no limit."""

    claims_left: int | None = None  # today, in the rep's own zone
    unworked_left: int | None = None  # more that may be held before one of them is contacted
    again_at: datetime | None = None  # when the pause after the last claim is over; None: over
    put_backs_left: int | None = None  # today

    @property
    def stops(self) -> str:
        """The code of the first limit that is reached; empty where the rep may claim."""
        if self.claims_left == 0:
            return "too_many"
        if self.unworked_left == 0:
            return "unworked"
        return "too_soon" if self.again_at else ""


def of(group: Group, rep: Rep, *, now: datetime) -> Allowance:
    """How the rep's limits in the group stand."""
    mine = Assignment.objects.filter(rep=rep, group=group, how=Assignment.How.CLAIM)
    today = availability.day_start(rep, now)
    contacted = Touch.objects.filter(lead=OuterRef("lead"), hop=OuterRef("hop"))
    return Allowance(
        claims_left=_left(group.claims_per_day, mine.filter(starts_at__gte=today)),
        unworked_left=_left(
            group.claims_unworked, mine.filter(~Exists(contacted), ends_at=None, lead__state=State.ASSIGNED)
        ),
        again_at=_pause_over(group, mine, now),
        put_backs_left=put_backs_left(group, rep, now=now),
    )


def put_backs_left(group: Group, rep: Rep, *, now: datetime) -> int | None:
    """How many more claims the rep may put back today; None without a limit."""
    today = availability.day_start(rep, now)
    ended = Assignment.objects.filter(rep=rep, group=group, end=Assignment.End.PUT_BACK, ends_at__gte=today)
    return _left(group.put_backs_per_day, ended)


def _left(most: int | None, used: "QuerySet[Assignment]") -> int | None:
    return None if most is None else max(0, most - used.count())


def _pause_over(group: Group, mine: "QuerySet[Assignment]", now: datetime) -> datetime | None:
    if not group.claim_pause:
        return None
    last = mine.order_by("-starts_at").values_list("starts_at", flat=True).first()
    over = last + timedelta(seconds=group.claim_pause) if last else now
    return over if over > now else None
