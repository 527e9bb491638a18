"""What a group settled for: how often weights are proposed, by what, within which bounds, and how many to compare."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from reporting.models import WeightPlan, WeightProposal
from reps import groups
from reps.models import Group, Membership, User
from routing import rulesets
from routing.engine.ruleset import RuleSetError, To, parse_steps
from routing.engine.world import Step

_WEIGHED = "weighted"


class WeightsError(ValueError):
    """What was asked cannot be done; the code says why, `names` whom it is about."""

    def __init__(self, code: str, names: str = "") -> None:
        super().__init__(code)
        self.code, self.names = code, names


@dataclass(frozen=True, slots=True)
class Terms:
    """What a manager sets."""

    rhythm: str
    result: str
    floor: Decimal
    ceiling: Decimal
    control: int


def plan_of(group: Group) -> WeightPlan:
    """The group's, or what would be proposed to it: off."""
    return WeightPlan.objects.filter(group=group).first() or WeightPlan(group=group)


def locked(group: Group) -> WeightPlan:
    """The plan, one writer at a time until the caller's transaction ends."""
    WeightPlan.objects.get_or_create(group=group)
    return WeightPlan.objects.select_for_update(of=("self",)).select_related("group").get(group=group)


@transaction.atomic
def settle(*, group: Group, terms: Terms, now: datetime) -> WeightPlan:
    """From now on on these terms. Switched off, weights stay; no lead is kept to compare, nothing to apply.

    Where another part is shared evenly, or something else counts, the comparison begins anew: leads pooled over times
    with different parts would show a good month of everybody as what the weights bring, or take.
    """
    plan = locked(group)
    compared = plan.result, plan.control
    for name in ("rhythm", "result", "floor", "ceiling", "control"):
        setattr(plan, name, getattr(terms, name))
    if plan.rhythm == WeightPlan.Rhythm.OFF:
        end(plan)
        close_open(group, why=WeightProposal.Closed.OFF, now=now)
    else:
        plan.stopped_at, plan.stopped_why = None, ""
        plan.sought_at = None  # on other terms it may not be too early
        if plan.since:
            if (plan.result, plan.control) != compared:
                _compare_anew(plan, now=max(now, timezone.now()))  # it may have waited for the lock
            groups.share_evenly(group=group, percent=plan.control)
    plan.save()
    return plan


def begin(plan: WeightPlan, *, before: dict[str, int], now: datetime) -> None:
    """The first weights are applied: what was before is kept, and leads are kept for an even share."""
    plan.since, plan.before = now, before
    _compare_anew(plan, now=now)
    groups.share_evenly(group=plan.group, percent=plan.control)


def end(plan: WeightPlan) -> None:
    """Nothing is compared any more."""
    plan.since, plan.before, plan.compared_since = None, {}, None
    groups.share_evenly(group=plan.group, percent=0)


def close_open(group: Group, *, why: str, now: datetime, by: User | None = None) -> None:
    """The proposal that waits for an answer, if one does, is not to be applied any more."""
    waiting = WeightProposal.objects.filter(group=group, applied_at=None, dismissed_at=None)
    waiting.update(dismissed_at=now, dismissed_by=by, closed_why=why)


def _compare_anew(plan: WeightPlan, *, now: datetime) -> None:
    plan.compared_since = now
    plan.looked_at, plan.below, plan.measured = None, 0, {}


def weights_now(group: Group, *, now: datetime) -> dict[str, int]:
    """The weight of each member by the rep's number, as JSON keeps it."""
    rows = Membership.objects.at(now).filter(group=group, rep__active=True).order_by("rep")
    return {str(rep): weight for rep, weight in rows.values_list("rep", "weight")}


def shares_by_weight(group: Group) -> bool:
    """Whether weights decide anywhere who gets a lead of the group: by its own steps, or by those of a rule."""
    try:
        own = parse_steps(group.steps)
    except RuleSetError:
        own = ()
    if _has(own):
        return True
    versions = [rulesets.published(group.division_id), *rulesets.published_for_stages(group.division_id).values()]
    return any(
        rule.steps is not None and rule.destination.to is To.GROUP and rule.destination.id == group.pk
        and _has(rule.steps)
        for version in versions if version for rule in rulesets.rules_of(version).rules
    )  # fmt: skip


def _has(steps: tuple[Step, ...]) -> bool:
    return any(step.strategy == _WEIGHED for step in steps)
