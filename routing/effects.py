"""What a change of hours would do, before it is done: the change is made for real, looked at, and rolled back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Min, Q, QuerySet

from leads.life import State
from leads.models import Lead, Task
from reps import availability, schedule
from reps.models import Group, Membership, Rep, TimeOff
from routing import hand
from routing.models import Offer, Timer

Gone = tuple[schedule.Span, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many, and when the first."""

    n: int
    first: datetime | None


@dataclass(frozen=True, slots=True)
class Released:
    """Leads that leave their owner when time off begins, unless there was a contact by then."""

    at: datetime
    again: int
    given: int
    backup: Rep | None


@dataclass(frozen=True, slots=True)
class Effects:
    """All that would follow."""

    lost: Gone  # hours of duty that fall away
    gained: Gone
    on_duty: bool  # at once
    back_at: datetime | None  # the next time on duty, where not at once; None within the horizon
    leads: int  # open ones
    released: tuple[Released, ...]
    due: Tally  # first contacts that fall due while away
    timers: dict[str, Tally]  # by kind: what silence does meanwhile
    offers: Tally
    steps: Tally
    groups: tuple[Group, ...]


def of(*, rep: Rep, change: Callable[[], object], now: datetime) -> Effects:
    """What the change would do. It may raise what it raises when done."""
    until = now + availability.HORIZON
    before = availability.calendar(rep, since=now, until=until)
    known = _begins(rep, now)
    with undone():
        change()
        current = Rep.objects.select_related("backup__user").get(pk=rep.pk)
        after = availability.calendar(current, since=now, until=until)
        begins = _begins(rep, now) - known
        released = tuple(found for at in sorted(begins) if (found := _released(current, at, now)))
    lost = schedule.subtract(before.duty, after.duty)
    gone = schedule.merge([*lost, *schedule.subtract(_holes(after, until), _holes(before, until))])
    mine = Lead.objects.filter(owner=rep, state=State.ASSIGNED.value)
    silent = hand.untouched().filter(owner=rep)
    return Effects(
        lost=lost,
        gained=schedule.subtract(after.duty, before.duty),
        on_duty=schedule.on_duty(after.duty, at=now),
        back_at=schedule.next_on_duty(after.duty, at=now),
        leads=mine.count(),
        released=released,
        due=_count(silent.filter(_within("due_at", gone)), "due_at"),
        timers=_timers(silent, gone),
        offers=_count(Offer.objects.filter(_within("due_at", gone), rep=rep, answered_at=None), "due_at"),
        steps=_count(
            Task.objects.filter(
                _within("due_at", gone), rep=rep, done_at=None, stopped_at=None, lead__owner=rep, lead__hop=F("hop")
            ),
            "due_at",
        ),
        groups=tuple(
            Group.objects.filter(active=True, pk__in=Membership.objects.at(now).filter(rep=rep).values("group"))
            .order_by("name")
        ),
    )  # fmt: skip


@contextmanager
def undone() -> Iterator[None]:
    """What is written inside is rolled back at its end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _begins(rep: Rep, now: datetime) -> set[datetime]:
    """When time off begins that is not over."""
    return set(TimeOff.objects.filter(rep=rep, ends_at__gt=now).values_list("starts_at", flat=True))


def _released(rep: Rep, at: datetime, now: datetime) -> Released | None:
    """By what is known now: who is contacted until then stays."""
    rows = list(hand.would_go(rep))
    if not rows:
        return None
    plan = hand.onward(rep, rows, at=max(at, now))
    return Released(at, len(plan.again), len(plan.given), plan.backup)


def _holes(calendar: availability.Calendar, until: datetime) -> Gone:
    return schedule.merge((one.start, min(one.end or until, until)) for one in calendar.absences)


def _within(field: str, spans: Gone) -> Q:
    found = Q(pk__in=[])
    for start, end in spans:
        found |= Q(**{f"{field}__gte": start, f"{field}__lt": end})
    return found


def _count(rows: "QuerySet[Any]", field: str) -> Tally:
    found = rows.aggregate(n=Count("pk"), first=Min(field))
    return Tally(found["n"], found["first"])


def _timers(silent: "QuerySet[Lead]", gone: Gone) -> dict[str, Tally]:
    """Leads by what is done about them while the owner is away: timers are set when a lead is given, and stay."""
    rows = Timer.objects.filter(_within("due_at", gone), fired_at=None, lead__in=silent, hop=F("lead__hop"))
    counted = rows.values("kind").annotate(leads=Count("lead", distinct=True), first=Min("due_at"))
    return {row["kind"]: Tally(row["leads"], row["first"]) for row in counted}
