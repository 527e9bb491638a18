"""Pools: what waits for a group, taking one, putting it back. Nothing hidden is read here."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, Min, QuerySet

from leads.life import EventKind, State
from leads.models import Lead
from reps.models import Group, Membership, Rep, User
from routing import allowance, handles, terms
from routing.assign import Move, NotYoursError, turn, write
from routing.books import counted_entry
from routing.models import Assignment
from routing.snapshot import at_limit


class NotClaimedError(Exception):
    """The claim did not go through; `code` says why.

    It is one of: faster, none_left, only_put_back, at_cap, too_many, unworked, too_soon, off_duty, not_yours.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotPutBackError(Exception):
    """The claim stays; `code` says why: not_yours, no_reason, too_often."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Card:
    """A lead of a pool before its claim: an unguessable handle of the viewer's own, and what the group made public."""

    handle: str
    lead: int  # stays inside
    shown: dict[str, str]
    waiting_since: datetime
    band: int | None


@dataclass(frozen=True, slots=True)
class Pool:
    """A group's pool as one rep sees it."""

    group: Group
    cards: tuple[Card, ...]
    waiting: int
    oldest_at: datetime | None
    allowed: allowance.Allowance


# All a query for cards may read; everything else about a lead stands behind the claim.
_ORDER = ("band", "arrived_at", "id")


def groups_with_pool(rep: Rep, *, now: datetime) -> "QuerySet[Group]":
    """The rep's groups whose leads may wait in a pool."""
    mine = Membership.objects.at(now).filter(rep=rep).values("group")
    return Group.objects.filter(active=True, pk__in=mine).exclude(pool=Group.Pool.NONE).order_by("name")


def waiting_in(group: Group) -> int:
    """How many leads wait in the group's pool."""
    return Lead.objects.filter(state=State.POOLED, group=group).count()


def pool_of(group: Group, rep: Rep, *, now: datetime, most: int) -> Pool:
    """The group's pool as the rep sees it: by public priority, then age; no cards where the group wants none."""
    most = most if group.pool_cards else 0
    waiting = Lead.objects.filter(state=State.POOLED, group=group)
    shown = list(group.public_fields)
    rows = waiting.order_by(*_ORDER).values("pk", "band", "arrived_at", *shown)[:most]
    cards = tuple(
        Card(
            handles.seal(viewer=rep.pk, lead=row["pk"]),
            row["pk"],
            {name: row[name] for name in shown if row[name]},
            row["arrived_at"],
            row["band"],
        )
        for row in rows
    )
    seen = waiting.aggregate(n=Count("pk"), oldest=Min("arrived_at"))
    return Pool(group, cards, seen["n"], seen["oldest"], allowance.of(group, rep, now=now))


def pull(*, group: Group, rep: Rep, by: User) -> Lead:
    """Take the best waiting lead the rep did not put back: by priority, then age. Raises NotClaimedError."""
    return _claim(group, rep, by, lead=None)


def claim(*, rep: Rep, by: User, handle: str) -> Lead:
    """Take the lead behind the viewer's handle. Raises NotClaimedError; who lost the race learns nothing else."""
    lead = handles.unseal(handle, viewer=rep.pk)
    group = Group.objects.filter(leads=lead, leads__state=State.POOLED).first() if lead is not None else None
    if group is None or not group.pool_cards:
        raise NotClaimedError("faster")
    return _claim(group, rep, by, lead=lead)


def why_not(group: Group, rep: Rep, *, now: datetime) -> str:
    """The code of what keeps the rep from claiming just now; empty where nothing does."""
    try:
        _check_may(group, rep, now=now)
    except NotClaimedError as error:
        return error.code
    return ""


def _claim(group: Group, rep: Rep, by: User, *, lead: int | None) -> Lead:
    with turn(group.division_id) as held:
        assert held is not None  # noqa: S101 - only an errand finds no turn
        found = _lock_pooled(group, rep, lead)
        # Who lost is told before anything else is asked: of a hundred claimers the last waits for all the others.
        if found is None and lead is not None:
            raise NotClaimedError("faster")
        _check_may(group, rep, now=held.now)
        if found is None:
            raise NotClaimedError("only_put_back" if waiting_in(group) else "none_left")
        pk, hop, test = found
        entry, shares = (
            counted_entry(group=group, winner=rep, lead=pk, now=held.now)
            if group.count_claims and not test
            else (None, {})
        )
        due_at, alarms = terms.given(rep, group, held.now)
        move = Move(
            lead=pk,
            hop=hop,
            before=State.POOLED,
            state=State.ASSIGNED,
            reason="claimed",
            event=EventKind.CLAIMED,
            group=group.pk,
            rep=rep.pk,
            due_at=due_at,
            timers=alarms,
            how=Assignment.How.CLAIM.value,
            by=by.pk,
            entry=entry,
        )
        try:
            write(held, [move], shares)
        except NotYoursError as error:
            raise NotClaimedError("faster") from error
    return Lead.objects.get(pk=pk)


def _check_may(group: Group, rep: Rep, *, now: datetime) -> None:
    """Membership, switch, caps and limits as they stand under the turn."""
    current = Group.objects.get(pk=group.pk)
    membership = (
        Membership.objects.at(now)
        .filter(rep=rep, group=current, rep__active=True, rep__user__is_active=True)
        .select_related("rep")
        .first()
    )
    if membership is None or not current.active or current.pool == Group.Pool.NONE:
        raise NotClaimedError("not_yours")
    if rep.pauses.at(now).exists():
        raise NotClaimedError("off_duty")
    if stops := allowance.of(current, rep, now=now).stops:
        raise NotClaimedError(stops)
    if at_limit(membership, now):
        raise NotClaimedError("at_cap")


def _lock_pooled(group: Group, rep: Rep, lead: int | None) -> tuple[int, int, bool] | None:
    """The lead asked for, or the first the rep did not put back before; locked. None where another has it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT l.id, l.hop, l.kind = 'test' FROM leads_lead l
            WHERE l.group_id = %(group)s AND l.state = 'pooled' AND CASE WHEN %(lead)s::bigint IS NULL
                THEN NOT EXISTS (SELECT FROM routing_assignment a
                    WHERE a.lead_id = l.id AND a.rep_id = %(rep)s AND a."end" = 'put_back')
                ELSE l.id = %(lead)s END
            ORDER BY l.band, l.arrived_at, l.id LIMIT 1 FOR UPDATE OF l SKIP LOCKED
            """,
            {"group": group.pk, "lead": lead, "rep": rep.pk},
        )
        row: tuple[int, int, bool] | None = cursor.fetchone()
        return row


def _has_pool(group: Group | None) -> bool:
    return group is not None and group.active and group.pool != Group.Pool.NONE


def put_back(*, lead: Lead, rep: Rep, by: User, reason: str) -> None:
    """Give up a claim: the lead waits in the pool again, hidden again. Raises NotPutBackError.

    The claim stays counted and the turn paid, so that looking and putting back costs what keeping does.
    """
    if not reason.strip():
        raise NotPutBackError("no_reason")
    with turn(lead.division_id) as held:
        current = Lead.objects.select_for_update(of=("self",)).select_related("group").get(pk=lead.pk)
        claimed = Assignment.objects.filter(lead=current, ends_at=None, rep=rep, how=Assignment.How.CLAIM).exists()
        if held is None or not claimed or current.state != State.ASSIGNED or current.responded_at is not None:
            raise NotPutBackError("not_yours")
        if current.group and allowance.put_backs_left(current.group, rep, now=held.now) == 0:
            raise NotPutBackError("too_often")
        write(
            held,
            [
                Move(
                    lead=current.pk,
                    hop=current.hop,
                    before=State.ASSIGNED,
                    # A pool that was switched off meanwhile takes nothing back: a person looks.
                    state=State.POOLED if _has_pool(current.group) else State.DESK,
                    reason="put_back",
                    event=EventKind.RELEASED,
                    group=current.group_id,
                    end=Assignment.End.PUT_BACK.value,
                    by=by.pk,
                    about=rep.pk,
                    timers=(terms.alarm_for(current.group, held.now),),
                    private={"reason": reason.strip()},
                )
            ],
        )
