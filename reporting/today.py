"""Where today's leads stand and what waits: the numbers of the board, in a constant number of queries."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from django.db import connection
from django.db.models import Case, CharField, Count, Exists, F, Min, OuterRef, Q, QuerySet, Value, When

from leads.life import State
from leads.models import Delivery, Lead, Touch
from leads.models.lead import WAITING_SINCE
from reporting.period import days_earlier, midnight
from routing.models import Assignment

SOON = timedelta(minutes=5)
_WEEKS = 4
_OWNED = Q(state__in=[State.ASSIGNED, State.CLOSED])
# Owned, and the present owner has not been in touch.
_MADE = Exists(Touch.objects.filter(lead=OuterRef("pk"), hop=OuterRef("hop")))
_SILENT = Q(state=State.ASSIGNED) & (Q(responded_at=None) | (Q(responded_at__lt=F("assigned_at")) & ~_MADE))
_AT_DESK = Q(state__in=[State.DESK, State.SET_ASIDE])


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in one group (or without one) now, whenever it arrived."""

    group: int | None
    overdue: int
    due_first: datetime | None
    soon: int
    desk: int
    desk_first: datetime | None
    pooled: int
    pooled_first: datetime | None
    held: int
    held_until: datetime | None


@dataclass(frozen=True, slots=True)
class Arrived:
    """Leads of today from one source in one group, by where they are now.

    `place` is dropped, pooled, desk, held, other (on the way to a decision), or of those with a rep: answered (closed
    ones too), late, due (within five minutes), runs.
    """

    source: str
    group: int | None
    place: str
    n: int


@dataclass(frozen=True, slots=True)
class Stuck:
    """What somebody should look at."""

    set_aside: int = 0
    set_aside_first: datetime | None = None
    undecided: int = 0
    undecided_first: datetime | None = None
    desk_first: datetime | None = None
    mails_failed: int = 0
    mails_late: int = 0
    silent: dict[str, float | None] = field(default_factory=dict)


def usual(rows: "QuerySet[Lead]", *, now: datetime, zone: tzinfo) -> float | None:
    """Mean arrivals of the same weekday up to the same hour over the last four weeks; None where there were none yet.

    Weeks before the first lead ever are left out, so that a new installation is not compared with silence.
    """
    spans = [
        (midnight(now, zone, days=-7 * week), days_earlier(now, zone, days=7 * week)) for week in range(1, _WEEKS + 1)
    ]
    first = rows.aggregate(at=Min("arrived_at"))["at"]
    spans = [span for span in spans if first is not None and span[1] > first]
    if not spans:
        return None
    within = Q()
    for since, until in spans:
        within |= Q(arrived_at__gte=since, arrived_at__lt=until)
    return rows.filter(within).count() / len(spans)


def waiting(rows: "QuerySet[Lead]", *, now: datetime) -> list[Waiting]:
    """By group; one query."""
    late, soon = _SILENT & Q(due_at__lt=now), _SILENT & Q(due_at__gte=now, due_at__lt=now + SOON)
    pooled, held = Q(state=State.POOLED), Q(state=State.HELD)
    found = (
        rows.filter(_SILENT | _AT_DESK | pooled | held)
        .order_by()
        .values("group")
        .annotate(
            overdue=Count("pk", filter=late),
            due_first=Min("due_at", filter=late),
            soon=Count("pk", filter=soon),
            desk=Count("pk", filter=_AT_DESK),
            desk_first=Min(WAITING_SINCE, filter=_AT_DESK),
            pooled=Count("pk", filter=pooled),
            pooled_first=Min(WAITING_SINCE, filter=pooled),
            held=Count("pk", filter=held),
            held_until=Min("waiting_until", filter=held),
        )
    )
    return [Waiting(**row) for row in found]


def due_soon_by_rep(rows: "QuerySet[Lead]", *, now: datetime) -> list[tuple[str, int]]:
    """Who has how many leads due within five minutes, most first."""
    soon = rows.filter(_SILENT, due_at__gte=now, due_at__lt=now + SOON).order_by()
    found = soon.values("owner__user__name").annotate(n=Count("pk")).order_by("-n", "owner__user__name")
    return [(row["owner__user__name"], row["n"]) for row in found]


def arrived(rows: "QuerySet[Lead]", *, since: datetime, now: datetime) -> list[Arrived]:
    """Today's leads by source, group and place; one query."""
    place = Case(
        When(state=State.REJECTED, then=Value("dropped")),
        When(state=State.POOLED, then=Value("pooled")),
        When(_AT_DESK, then=Value("desk")),
        When(state=State.HELD, then=Value("held")),
        When(_SILENT & Q(due_at__lt=now), then=Value("late")),
        When(_SILENT & Q(due_at__lt=now + SOON), then=Value("due")),
        When(_SILENT, then=Value("runs")),
        When(_OWNED, then=Value("answered")),
        default=Value("other"),
        output_field=CharField(),
    )
    found = (
        rows.filter(arrived_at__gte=since, arrived_at__lte=now)
        .exclude(state=State.ERASED)
        .order_by()
        .annotate(place=place)
        .values("source", "group", "place")
        .annotate(n=Count("pk"))
        .order_by("source", "group", "place")
    )
    return [Arrived(**row) for row in found]


def dropped_why(rows: "QuerySet[Lead]", *, since: datetime, now: datetime) -> list[tuple[str, int]]:
    """The reasons for which today's leads were rejected, most first."""
    found = rows.filter(arrived_at__gte=since, arrived_at__lte=now, state=State.REJECTED).order_by()
    return list(found.values("reason").annotate(n=Count("pk")).order_by("-n", "reason").values_list("reason", "n"))


def speed(rows: "QuerySet[Lead]", *, since: datetime, now: datetime) -> dict[str, float | None] | None:
    """Seconds from arrived to assigned and from assigned to mailed, of today's leads that the rules gave away at once.

    Leads that waited for people first (held, in a pool, at the desk) say nothing of the speed of routing, and are out.
    """
    sql, params = (
        rows.filter(arrived_at__gte=since, arrived_at__lte=now).order_by().values("pk").query.sql_with_params()
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT count(*), percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY assigned),
                percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY told)
            FROM (
                SELECT EXTRACT(EPOCH FROM a.starts_at - l.arrived_at) AS assigned,
                    (SELECT EXTRACT(EPOCH FROM min(d.sent_at) - a.starts_at) FROM leads_delivery d
                        WHERE d.lead_id = l.id AND d.hop = a.hop AND d.channel = %s) AS told
                FROM routing_assignment a JOIN leads_lead l ON l.id = a.lead_id
                WHERE a.hop = 1 AND a.how = %s AND l.id IN ({sql}) AND NOT EXISTS (
                    SELECT FROM leads_leadevent e
                    WHERE e.lead_id = l.id AND e.hop = 0 AND e.kind IN ('held', 'pooled', 'desk'))
            ) x
            """,  # noqa: S608 - the inner query is Django's, its values are parameters
            [Delivery.Channel.EMAIL.value, Assignment.How.RULE.value, *params],
        )
        n, assigned, told = cursor.fetchone() or (0, [None, None], None)
    if not n:
        return None
    told = told or [None, None]
    return {
        "assigned_p50": assigned[0],
        "assigned_p99": assigned[1],
        "told_p50": told[0],
        "told_p99": told[1],
    }


def stuck(rows: "QuerySet[Lead]", *, now: datetime, silent: dict[str, float | None]) -> Stuck:
    """Leads and mails that make no way; `silent` names the processes without a sign of life, as the caller found."""
    aside = Q(state=State.SET_ASIDE)
    undecided = Q(state__in=[State.NEW, State.READY], arrived_at__lt=now - timedelta(minutes=1))
    undecided &= Q(ready_at=None) | Q(ready_at__lt=now - timedelta(minutes=1))
    desk = Q(state=State.DESK)
    found = rows.filter(aside | undecided | desk).aggregate(
        set_aside=Count("pk", filter=aside),
        set_aside_first=Min(WAITING_SINCE, filter=aside),
        undecided=Count("pk", filter=undecided),
        undecided_first=Min("arrived_at", filter=undecided),
        desk_first=Min(WAITING_SINCE, filter=desk),
    )
    day = now - timedelta(days=1)
    mails = Delivery.objects.filter(
        channel=Delivery.Channel.EMAIL, sent_at=None, created_at__gte=day, lead__in=rows.order_by().values("pk")
    ).aggregate(
        mails_failed=Count("pk", filter=~Q(failed_at=None)),
        mails_late=Count("pk", filter=Q(failed_at=None, tries__gte=2)),
    )
    return Stuck(**found, **mails, silent=silent)
