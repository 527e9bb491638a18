"""The morning summary: what came overnight, is due or overdue; once a day to each person, when they begin."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from leads import dispatch
from leads.life import State
from leads.models import Lead
from reps import access, availability
from reps.models import Group, Listener, User

USUALLY = time(8)
# Who was not told within these hours after the time is not told that day: the morning is over.
_STILL_MORNING = timedelta(hours=3)
_LOOK_BACK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Morning:
    """Somebody's day: which it is, when it begins for them, and since when they were away."""

    user: User
    day: date
    begins: datetime
    away_since: datetime


def tell(*, now: datetime) -> int:
    """Plan the summaries whose time has come; returns how many people will hear. Repeats are harmless."""
    told = 0
    for one in _due(now):
        with transaction.atomic():
            if not _first_today(one):
                continue
            figures = figures_of(one, now=now)
            if any(figures.values()) or _wants_empty(one.user):
                word = dispatch.Word(
                    None, 0, event="morning", user=one.user.pk, ref=str(one.day), payload={"figures": figures}
                )
                told += bool(dispatch.plan([word], now=now))
    if told:
        dispatch.ring()
    return told


def figures_of(one: Morning, *, now: datetime) -> dict[str, int]:
    """What the summary counts: of their own leads, and of those of the groups they manage."""
    found: dict[str, int] = {}
    midnight = datetime.combine(one.day + timedelta(days=1), time(), tzinfo=ZoneInfo(one.user.time_zone or "UTC"))
    if rep := access.rep_of(one.user):
        mine = Lead.objects.filter(owner=rep)
        silent = mine.awaiting_contact()
        found |= {
            "came": mine.filter(state=State.ASSIGNED, assigned_at__gte=one.away_since).count(),
            "due": silent.filter(due_at__gte=now, due_at__lt=midnight).count(),
            "overdue": silent.filter(due_at__lt=now).count(),
        }
    if access.groups_managed(one.user).exists():
        theirs = Lead.objects.overseen_by(one.user)
        found |= {
            "unassigned": theirs.filter(state__in=[State.DESK, State.SET_ASIDE]).count(),
            "late": theirs.awaiting_contact().filter(due_at__lt=now).count(),
        }
    return found


def _due(now: datetime) -> Iterable[Morning]:
    """Those whose day has begun within the last hours, and who were not asked about today."""
    people = _people(now)
    reps = {user.rep.pk: user for user in people if access.rep_of(user)}
    calendars = availability.calendars(reps, since=now - _LOOK_BACK, until=now + timedelta(days=1)) if reps else {}
    for user in people:
        rep = access.rep_of(user)
        duty = calendars[rep.pk].duty if rep and rep.pk in calendars else None
        one = _morning(user, duty, now)
        if one is not None and one.begins <= now < one.begins + _STILL_MORNING:
            yield one


def _people(now: datetime) -> Sequence[User]:
    """Active reps and managers who were not asked about today, by the most eastern day there is."""
    manages = Exists(Group.objects.filter(active=True, managers=OuterRef("pk")))
    done = Q(listener__morning_on__gt=(now + timedelta(hours=14)).date() - timedelta(days=1))
    people = User.objects.filter(is_active=True).filter(Q(rep__active=True) | manages).exclude(done)
    return list(people.select_related("rep", "listener").order_by("pk"))


def _morning(user: User, duty: Sequence[tuple[datetime, datetime]] | None, now: datetime) -> Morning | None:
    """Today, if they work today: reps by their shifts, managers from Monday to Friday."""
    zone = ZoneInfo(user.time_zone or "UTC")
    day = now.astimezone(zone).date()
    midnight = datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
    chosen = user.listener.morning_at if hasattr(user, "listener") else None
    usual = datetime.combine(day, chosen or USUALLY, tzinfo=zone).astimezone(UTC)
    if duty is None:
        evening = datetime.combine(day - timedelta(days=1), time(18), tzinfo=zone)
        return Morning(user, day, usual, evening.astimezone(UTC)) if day.weekday() < 5 else None
    tomorrow = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone).astimezone(UTC)
    begins = [start for start, end in duty if midnight <= start < tomorrow]
    if not begins and not any(start < midnight < end for start, end in duty):
        return None
    start = begins[0] if begins and not chosen else usual
    ended = [end for _start, end in duty if end <= start]
    return Morning(user, day, start, ended[-1] if ended else start - timedelta(hours=14))


def _first_today(one: Morning) -> bool:
    """Mark the day as asked about; False where another process was first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO reps_listener
                (user_id, sound, morning_when_empty, morning_on, slack_team, slack_member, slack_code)
            VALUES (%s, true, false, %s, '', '', '')
            ON CONFLICT (user_id) DO UPDATE SET morning_on = excluded.morning_on
            WHERE reps_listener.morning_on IS NULL OR reps_listener.morning_on < excluded.morning_on
            """,
            [one.user.pk, one.day],
        )
        return bool(cursor.rowcount)


def _wants_empty(user: User) -> bool:
    return Listener.objects.filter(user=user, morning_when_empty=True).exists()
