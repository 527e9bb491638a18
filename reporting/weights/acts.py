"""What is done with a proposal, each at one stroke: applied, dismissed, undone; and the return to what was before."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from reporting.models import WeightPlan, WeightProposal
from reporting.weights.plans import WeightsError, begin, close_open, end, locked, shares_by_weight, weights_now
from reps import groups, members
from reps.models import Group, Membership, Rep, User


class StaleError(WeightsError):
    """Weights are others than when the proposal was made or applied; `names` says whose."""


@transaction.atomic
def apply(*, proposal: WeightProposal, by: User, now: datetime) -> None:
    """The proposed weights from now on, all or none. Raises WeightsError, StaleError where a weight was changed."""
    plan, row = _locked(proposal)
    _check_open(row)
    if plan.rhythm == WeightPlan.Rhythm.OFF:
        raise WeightsError("off")
    if not shares_by_weight(row.group):
        raise WeightsError("not_weighed")
    now = _alone(row.group, [*row.before], now)
    standing = weights_now(row.group, now=now)
    if standing != row.before:
        raise StaleError(
            "stale", _names(rep for rep in {*standing, *row.before} if standing.get(rep) != row.before.get(rep))
        )
    _put(row.group, row.weights, now)
    if plan.since is None:
        begin(plan, before=row.before, now=now)
        plan.save()
    row.applied_at, row.applied_by = now, by
    row.save(update_fields=["applied_at", "applied_by"])


@transaction.atomic
def dismiss(*, proposal: WeightProposal, by: User, now: datetime) -> None:
    """It is not applied. Raises WeightsError."""
    _plan, row = _locked(proposal)
    _check_open(row)
    row.dismissed_at, row.dismissed_by = now, by
    row.save(update_fields=["dismissed_at", "dismissed_by"])


@transaction.atomic
def undo(*, proposal: WeightProposal, by: User, now: datetime) -> None:
    """The weights there were before it, for all who are still in the group. Raises WeightsError, StaleError."""
    plan, row = _locked(proposal)
    if row.applied_at and row.closed_why == WeightProposal.Closed.WENT_BACK:
        raise WeightsError("went_back")
    if row.applied_at is None or row.undone_at is not None or row.pk != _last_applied(row.group):
        raise WeightsError("not_the_last")
    now = _alone(row.group, [*row.weights], now)
    standing = weights_now(row.group, now=now)
    changed = [rep for rep, weight in row.weights.items() if rep in standing and standing[rep] != weight]
    if changed:
        raise StaleError("stale_undo", _names(changed))
    _put(row.group, {rep: row.before[rep] for rep in row.weights if rep in standing}, now)
    row.undone_at, row.undone_by = now, by
    row.save(update_fields=["undone_at", "undone_by"])
    if plan.since is not None and not _applied(row.group).filter(applied_at__gte=plan.since).exists():
        end(plan)
        plan.save()


@transaction.atomic
def fall_back(*, plan: WeightPlan, why: str, now: datetime) -> bool:
    """Weights as before the first proposal was applied, nothing kept to compare, and off; whether it was on."""
    plan = locked(plan.group)
    if plan.rhythm == WeightPlan.Rhythm.OFF or plan.since is None:
        return False
    now = _alone(plan.group, [*weights_now(plan.group, now=now)], now)
    standing = weights_now(plan.group, now=now)
    even = [weight for weight in plan.before.values() if weight > 0]
    joined = max(1, round(sum(even) / len(even))) if even else 1
    _put(plan.group, {rep: plan.before.get(rep, joined if weight else 0) for rep, weight in standing.items()}, now)
    back = WeightProposal.Closed.WENT_BACK
    _applied(plan.group).filter(applied_at__gte=plan.since).update(undone_at=now, closed_why=back)
    close_open(plan.group, why=back, now=now)
    end(plan)
    plan.rhythm, plan.stopped_at, plan.stopped_why = WeightPlan.Rhythm.OFF, now, why
    plan.save()
    return True


def last_applied(group: Group) -> WeightProposal | None:
    """The one that may be undone: the latest that was applied and was not undone."""
    return _applied(group).select_related("applied_by").order_by("-applied_at", "-pk").first()


def _applied(group: Group) -> QuerySet[WeightProposal]:
    return WeightProposal.objects.filter(group=group, undone_at=None).exclude(applied_at=None)


def _last_applied(group: Group) -> int | None:
    last = last_applied(group)
    return last.pk if last else None


def _locked(proposal: WeightProposal) -> tuple[WeightPlan, WeightProposal]:
    """The plan first, then the proposal as it stands: whoever is second waits here and sees what was done."""
    plan = locked(proposal.group)
    rows = WeightProposal.objects.select_for_update(of=("self",)).select_related("group", "applied_by")
    return plan, rows.get(pk=proposal.pk)


def _check_open(row: WeightProposal) -> None:
    if row.applied_at is not None:
        raise WeightsError("applied", row.applied_by.name if row.applied_by else "")
    if row.dismissed_at is not None:
        gone = {WeightProposal.Closed.WENT_BACK: "closed_went_back", WeightProposal.Closed.OFF: "closed_off"}
        raise WeightsError(next((code for why, code in gone.items() if why == row.closed_why), "dismissed"))


def _alone(group: Group, reps: Iterable[str], now: datetime) -> datetime:
    """The group, then all reps, before anything is written, as everybody locks who changes who is in a group.

    Returns when it is: whoever waited here for another comes after them.
    """
    groups.locked(group)
    rows = Rep.objects.select_for_update(no_key=True).filter(pk__in=[int(rep) for rep in reps]).order_by("pk")
    list(rows.values_list("pk"))
    return max(now, timezone.now())


def _put(group: Group, weights: Mapping[str, int], now: datetime) -> None:
    """Through the writer of memberships, in the order of the reps; somebody who was faster makes all of it fail."""
    reps = Rep.objects.in_bulk([int(rep) for rep in weights])
    rows = {row.rep_id: row for row in Membership.objects.at(now).filter(group=group)}
    for pk in sorted(reps):
        row = rows.get(pk)
        if row is None:
            raise StaleError("stale", _names([pk]))
        try:
            members.change(
                group=group, rep=reps[pk], read=members.mark(row), terms={"weight": weights[str(pk)]}, now=now
            )
        except members.StaleError as error:
            raise StaleError("stale", _names([pk])) from error


def _names(reps: Iterable[str | int]) -> str:
    rows = Rep.objects.filter(pk__in=[int(rep) for rep in reps]).select_related("user").order_by("user__name")
    return ", ".join(row.name for row in rows)
