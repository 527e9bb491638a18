"""The time people spend at leads of To assign: opened, left, decided; the only writer of `DeskTime`.

Every request to the page is an input. Between two inputs at most IDLE counts: the longest message of a lead is read in
a minute, so whoever lets more pass is on the telephone or at lunch. Where the page tells how long somebody was active
on it (keys, pointer, scrolling, each silence cut at the same length), that counts instead, but never more than went by
on the server's clock. A stretch of time belongs to one lead, so that a person's day cannot sum up to more than it had.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from django.db import connection, transaction
from django.db.models import QuerySet

from leads.models import Lead
from reps.models import User
from routing.models import DeskTime

IDLE = timedelta(seconds=60)
MUCH = 0.15  # of a week, spent by one person: from here on the pages say so
_NEWEST = 1000


@transaction.atomic
def open_lead(*, lead: Lead, by: User, now: datetime) -> None:
    """The lead is in front of this person from now on, and what was before is not.

    Two tabs come one after the other, so that one lead at a time is in front of a person (desk_time_one_shown).
    """
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    leave(by=by, now=now)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO routing_desktime (lead_id, user_id, opened_at, shown_at, at, seconds, what)
            VALUES (%(lead)s, %(user)s, %(now)s, %(now)s, %(now)s, 0, '')
            ON CONFLICT (lead_id, user_id) WHERE decided_at IS NULL DO UPDATE SET shown_at = EXCLUDED.shown_at
            """,
            {"lead": lead.pk, "user": by.pk, "now": now},
        )


def leave(*, by: User, now: datetime, lead: Lead | None = None, active: float | None = None) -> None:
    """Count what went by at whatever is in front of this person; `active` seconds are told of `lead`."""
    for row in DeskTime.objects.filter(user=by, shown_at__isnull=False):
        told = active if lead is not None and row.lead_id == lead.pk else None
        wall = now - row.shown_at if row.shown_at else timedelta()
        # Whoever comes second, from another tab, counts nothing.
        DeskTime.objects.filter(pk=row.pk, shown_at=row.shown_at).update(
            seconds=row.seconds + counted(wall, told), at=now, shown_at=None
        )


def counted(wall: timedelta, active: float | None = None) -> float:
    """How many seconds count of a stretch between two requests."""
    passed = max(0.0, wall.total_seconds())
    return min(passed, IDLE.total_seconds() if active is None else max(0.0, active))


def decide(*, lead: Lead, by: User, what: DeskTime.What, now: datetime, active: float | None = None) -> None:
    """They decided it; of a lead they never opened nothing is known."""
    leave(by=by, now=now, lead=lead, active=active)
    DeskTime.objects.filter(lead=lead, user=by, decided_at=None).update(decided_at=now, what=what)


def take_back(*, lead: Lead, by: User) -> None:
    """What they decided last was a mistake: the time was spent all the same, but it is no decision."""
    last = DeskTime.objects.filter(lead=lead, user=by, decided_at__isnull=False).order_by("-decided_at").first()
    if last is not None:
        DeskTime.objects.filter(pk=last.pk).update(what=DeskTime.What.TAKEN_BACK)


def typical(rows: "QuerySet[DeskTime] | None" = None) -> list[float]:
    """Seconds of the newest decisions, for a median."""
    found = DeskTime.objects.all() if rows is None else rows
    done = found.filter(decided_at__isnull=False).exclude(what=DeskTime.What.TAKEN_BACK).order_by("-at")
    return list(done.values_list("seconds", flat=True)[:_NEWEST])


@dataclass(frozen=True, slots=True)
class Week:
    """What one person spent in one week, which begins on `monday`."""

    user: int
    name: str
    monday: date
    seconds: float
    decided: int

    def share(self, hours: int) -> float:
        """Of a week of so many hours, as a share of one."""
        return self.seconds / (hours * 3600)


def weeks(*, users: Iterable[int] | None, since: datetime, zone: tzinfo) -> list[Week]:
    """By week, the latest first, and person, most first; of these users, or (None) of all."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT d.user_id, u.name, date_trunc('week', d.at AT TIME ZONE %(zone)s)::date, sum(d.seconds),
                count(*) FILTER (WHERE d.decided_at IS NOT NULL AND d.what <> 'taken_back')
            FROM routing_desktime d JOIN reps_user u ON u.id = d.user_id
            WHERE d.at >= %(since)s AND (%(all)s OR d.user_id = ANY(%(users)s::bigint[]))
            GROUP BY 1, 2, 3 ORDER BY 3 DESC, 4 DESC, 2
            """,
            {"zone": str(zone), "since": since, "all": users is None, "users": list(users or ())},
        )
        return [Week(*row) for row in cursor.fetchall()]
