"""A rep who leaves, or goes on leave: what is theirs is looked at first, then given on in one step."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import Q

from leads import dispatch, signals
from leads.life import State
from leads.models import Account, Lead
from reps import roster
from reps.models import Group, Membership, Pause, Rep, TerritoryCover, User
from routing.assign import NotYoursError, Turn, turn
from routing.hand.again import contacted, send_back
from routing.hand.give import give_all, groups_for, may_get
from routing.hand.moved import locked
from routing.models import Act, Assignment, Offer, Rule

_TRIES = 3
_DEADLOCK = "40P01"


class Where(StrEnum):
    """What becomes of an open lead."""

    AGAIN = "again"
    TO = "to"


@dataclass(frozen=True, slots=True)
class Leave:
    """Who, for good or for a time, and what becomes of what is theirs.

    `stages` says it by stage (its number) where it differs from `leads`. A rep who goes on leave keeps accounts,
    memberships and everything else.
    """

    rep: Rep
    kind: Act.Kind = Act.Kind.LEAVE
    leads: Where = Where.AGAIN
    stages: Mapping[int, Where] = field(default_factory=dict)
    to: Rep | None = None
    accounts_to: Rep | None = None
    sign_off: bool = True  # the person may not sign in any more; sessions end with it
    counted: bool = False  # in the fair share of who gets them
    why: str = ""

    def where(self, stage: int) -> Where:
        """For a lead in that stage."""
        return self.stages.get(stage, self.leads)

    @property
    def for_good(self) -> bool:
        """Not only for a time."""
        return self.kind == Act.Kind.LEAVE


class NotLeavingError(ValueError):
    """It cannot be done so: `field` of the form or body, and a code: missing, gone, same, self."""

    def __init__(self, field_name: str, code: str) -> None:
        super().__init__(f"{field_name}: {code}")
        self.field, self.code = field_name, code


@dataclass(frozen=True, slots=True)
class StageLeads:
    """The open leads in one stage, and where they would go."""

    stage: int
    name: str
    count: int
    contacted: int
    where: Where


@dataclass(frozen=True, slots=True)
class LeavePreview:
    """What is the rep's now, and so what one step would move or end."""

    stages: tuple[StageLeads, ...]
    claims: int  # of the open leads, those pulled from a pool
    offers: int
    accounts: int
    memberships: tuple[str, ...]
    territories: tuple[str, ...]
    backs_up: tuple[str, ...]
    manages: tuple[str, ...]  # groups that no other active person manages
    rules: tuple[str, ...]  # of drafts, that name the rep

    @property
    def leads(self) -> int:
        """All open leads."""
        return sum(row.count for row in self.stages)


def check_leave(plan: Leave, *, by: User | None) -> None:
    """Raise NotLeavingError where the plan names nobody, or the wrong one."""
    if plan.for_good and plan.sign_off and by is not None and by.pk == plan.rep.user_id:
        raise NotLeavingError("rep", "self")
    if plan.to is None and Where.TO in {plan.leads, *plan.stages.values()}:
        raise NotLeavingError("to", "missing")
    for name, rep in (("to", plan.to), ("accounts_to", plan.accounts_to)):
        if rep is not None and rep.pk == plan.rep.pk:
            raise NotLeavingError(name, "same")
        if rep is not None and not may_get(rep, plan.rep.division_id):
            raise NotLeavingError(name, "gone")


def preview_leave(plan: Leave, *, now: datetime) -> LeavePreview:
    """What is theirs; nothing is written."""
    rep = plan.rep
    rows = list(Lead.objects.filter(owner=rep, state=State.ASSIGNED.value).select_related("stage").order_by("pk"))
    touched = contacted(rows)
    stages = {row.stage_id: row.stage for row in rows}
    counts = Counter(row.stage_id for row in rows)
    made = Counter(row.stage_id for row in rows if row.pk in touched)
    claims = Assignment.objects.filter(
        rep=rep, ends_at=None, how=Assignment.How.CLAIM, lead__state=State.ASSIGNED.value
    )
    others = User.objects.filter(is_active=True).exclude(pk=rep.user_id)
    return LeavePreview(
        stages=tuple(
            StageLeads(pk, str(stages[pk]), counts[pk], made[pk], plan.where(pk))
            for pk in sorted(stages, key=lambda pk: (stages[pk].position, pk))
        ),
        claims=claims.count(),
        offers=Offer.objects.filter(rep=rep, answered_at=None).count(),
        accounts=Account.objects.filter(owner=rep).count(),
        memberships=tuple(
            Membership.objects.at(now).filter(rep=rep).order_by("group__name").values_list("group__name", flat=True)
        ),
        territories=tuple(
            TerritoryCover.objects.at(now)
            .filter(rep=rep)
            .order_by("territory__name")
            .values_list("territory__name", flat=True)
        ),
        backs_up=tuple(
            Rep.objects.filter(backup=rep, active=True).order_by("user__name").values_list("user__name", flat=True)
        ),
        manages=tuple(
            Group.objects.filter(managers=rep.user_id, active=True)
            .exclude(pk__in=Group.objects.filter(managers__in=others).values("pk"))
            .order_by("name")
            .values_list("name", flat=True)
        ),
        rules=tuple(
            Rule.objects.filter(Q(to=Rule.To.REP, rep=rep) | Q(steps__contains=[{"options": {"rep": rep.pk}}]))
            .order_by("rule_set", "position")
            .values_list("name", flat=True)
        ),
    )


def leave(*, plan: Leave, by: User | None) -> dict[str, int]:
    """Do it, in one transaction under the turn; returns the counts that the audit row keeps. Raises NotLeavingError."""
    check_leave(plan, by=by)
    for last in (False,) * (_TRIES - 1) + (True,):
        try:
            return _leave(plan, by)
        except OperationalError as error:
            # Somebody changed the rep's row by another door at the same time; nothing was written.
            if last or getattr(error.__cause__, "sqlstate", "") != _DEADLOCK:
                raise
    raise AssertionError("the last try returns or raises")


def _leave(plan: Leave, by: User | None) -> dict[str, int]:
    with turn(plan.rep.division_id) as held:
        if held is None:
            raise NotYoursError
        if plan.to is not None and not may_get(plan.to, held.division):
            raise NotLeavingError("to", "gone")
        counts = _move_leads(held, plan, by)
        if plan.for_good:
            counts |= _move_accounts(plan)
            counts |= _end_roster(held, plan)
        Act.objects.create(
            division_id=held.division,
            kind=plan.kind,
            at=held.now,
            by=by,
            why=plan.why[:500],
            asked={
                "rep": str(plan.rep.uid),
                "leads": plan.leads.value,
                "stages": {str(stage): where.value for stage, where in plan.stages.items()},
                "to": str(plan.to.uid) if plan.to else None,
                "accounts_to": str(plan.accounts_to.uid) if plan.accounts_to else None,
                "sign_off": plan.sign_off,
                "counted": plan.counted,
            },
            result=counts,
        )
        transaction.on_commit(dispatch.ring)
        transaction.on_commit(partial(signals.ring, division_id=held.division))
    return counts


def _move_leads(held: Turn, plan: Leave, by: User | None) -> dict[str, int]:
    mine = Q(owner=plan.rep, state=State.ASSIGNED.value)
    offered = Q(state=State.OFFERED.value, offers__rep=plan.rep, offers__answered_at=None)
    pks = list(Lead.objects.filter(mine | offered, division=held.division).values_list("pk", flat=True).distinct())
    rows = [row for row in locked(pks) if row.owner_id == plan.rep.pk or row.state == State.OFFERED]
    owned = [row for row in rows if row.state == State.ASSIGNED]
    to = [row for row in owned if plan.where(row.stage_id) is Where.TO]
    again = [row for row in rows if row not in to]
    touched = contacted(owned)
    # Who is only away must not be given it right back; who left cannot be.
    end = Assignment.End.LEFT if plan.for_good else Assignment.End.RELEASED
    reason = "owner_left" if plan.for_good else "owner_away"
    send_back(held, again, by, plan.why, reason, end=end, take_back=lambda lead: lead.pk not in touched)
    if plan.to is not None:
        groups = groups_for(plan.to, to, held)
        given = [(row, groups[row.pk]) for row in to]
        end = Assignment.End.LEFT if plan.for_good else Assignment.End.HAND_OVER
        give_all(held, given, rep=plan.to, by=by, why=plan.why, counted=plan.counted, end=end)
    return {"routed_again": len(again), "given": len(to)}


def _move_accounts(plan: Leave) -> dict[str, int]:
    return {"accounts": Account.objects.filter(owner=plan.rep).update(owner=plan.accounts_to)}


def _end_roster(held: Turn, plan: Leave) -> dict[str, Any]:
    """Memberships, covers and pauses end, nobody's backup any more, switched off; all of the past stays."""
    ended = Counter[str]()
    for name, model in (("memberships", Membership), ("territories", TerritoryCover), ("pauses", Pause)):
        for row in model.objects.filter(Q(ends_at=None) | Q(ends_at__gt=held.now), rep=plan.rep):
            roster.end(row=row, now=held.now)
            ended[name] += 1
    ended["backups"] = Rep.objects.filter(backup=plan.rep).update(backup=None)
    Rep.objects.filter(pk=plan.rep.pk).update(active=False, backup=None)
    if plan.sign_off:
        User.objects.filter(pk=plan.rep.user_id).update(is_active=False)
    return dict(ended)
