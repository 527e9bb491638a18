"""A proposal: what each rep reached of their leads, older weeks counting less, as shares, weights and leads."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from reporting import lead_quality
from reporting.models import Spell, WeightPlan, WeightProposal
from reporting.scope import Scope
from reporting.statistics import shrunk, thompson
from reporting.statistics.shrunk import ENOUGH_LEADS, Record
from reporting.statistics.thompson import WHOLE, Bounds
from reporting.weights.plans import WeightsError, close_open, locked, shares_by_weight, weights_now
from reps.models import Group, User

# So many weeks are looked at; the oldest of them counts for under half.
WEEKS = 26
DAYS = {WeightPlan.Rhythm.WEEK: 7, WeightPlan.Rhythm.QUARTER: 91}


@dataclass(frozen=True, slots=True)
class Expected:
    """How weights of a group come to leads: part of them by weight, part of them shared evenly."""

    weights: Mapping[str, int]
    even_percent: int

    def share(self, rep: str) -> float:
        """The part of all leads that is this rep's while everybody is there."""
        weighed = [weight for weight in self.weights.values() if weight > 0]
        weight = self.weights.get(rep, 0)
        if not weighed or weight <= 0:
            return 0.0
        even = self.even_percent / WHOLE
        return (1 - even) * weight / sum(weighed) + even / len(weighed)


def expected_leads(got: Mapping[str, int], *, was: Expected, becomes: Expected) -> dict[str, float]:
    """What each would get of as many leads at the same hours: who was there little stays so."""
    raw = {
        rep: n * becomes.share(rep) / was.share(rep) if was.share(rep) else float(n * bool(becomes.share(rep)))
        for rep, n in got.items()
    }
    total = sum(raw.values())
    return {rep: value * sum(got.values()) / total if total else 0.0 for rep, value in raw.items()}


@transaction.atomic
def propose(*, group: Group, now: datetime, period: str = "", by: User | None = None) -> WeightProposal | None:
    """New weights for the group, in place of a proposal that is open; None where one was made for the period.

    Raises WeightsError: `off`, `not_weighed`, or `too_early` where under two reps have 30 matured leads.
    """
    plan = locked(group)
    if plan.rhythm == WeightPlan.Rhythm.OFF:
        raise WeightsError("off")
    if period and WeightProposal.objects.filter(group=group, period=period).exists():
        return None
    if not shares_by_weight(group):
        raise WeightsError("not_weighed")
    before = weights_now(group, now=now)
    since = now - timedelta(weeks=WEEKS)
    records = records_of(group, plan.result, [rep for rep, weight in before.items() if weight > 0], since, now)
    if sum(each.leads >= ENOUGH_LEADS for each in records) < 2:
        raise WeightsError("too_early")
    seed = seed_of(group, plan.result, period or now.isoformat())
    bounds = Bounds(float(plan.floor), float(plan.ceiling))
    _between, strength = strength_of(records)
    shares = thompson.shares(records, strength=strength, seed=seed, bounds=bounds)
    weights = {str(rep): weight for rep, weight in thompson.weights(shares).items()}
    days = DAYS[WeightPlan.Rhythm(plan.rhythm)]
    got = leads_given(group, since=now - timedelta(days=days), until=now)
    got = {rep: got.get(rep, 0) for rep in weights}
    would = expected_leads(got, was=Expected(before, group.even_percent), becomes=Expected(weights, plan.control))
    close_open(group, why=WeightProposal.Closed.NEWER, now=now, by=by)
    return WeightProposal.objects.create(
        group=group, made_at=now, made_by=by, period=period, result=plan.result,
        bounds=[bounds.floor, bounds.ceiling], since=since, until=now, seed=seed, before=before, weights=weights,
        lines=[_line(each, strength, shares[each.rep], got[str(each.rep)], would[str(each.rep)]) for each in records],
        days=days,
    )  # fmt: skip


def records_of(group: Group, result: str, reps: list[str], since: datetime, until: datetime) -> list[Record]:
    """What each of the reps reached in the group, older weeks counting less; who had no lead stands with nothing."""
    asked: dict[str, Any] = {
        "scope": Scope(groups=(group.pk,)), "since": since, "until": until, "now": until,
        "result": lead_quality.RESULTS[result],
    }  # fmt: skip
    ripe = until - lead_quality.takes(**asked)
    weekly = lead_quality.by_week(lead_quality.quality(**asked), **asked, ripe=ripe)
    nothing = [Record(0, 0, 0.0, 0.0, 0.0)]
    found = {int(rep): thompson.decayed(weekly.get(int(rep), nothing)) for rep in reps}
    return [Record(rep, one.leads, one.observed, one.expected, one.variance) for rep, one in sorted(found.items())]


def strength_of(records: list[Record]) -> tuple[float, float]:
    """How far reps differ by more than luck, and how strongly each is drawn to the others for it."""
    between, _noise = shrunk.between_reps(records)
    return between, shrunk.strength_of(between)


def leads_given(group: Group, *, since: datetime, until: datetime) -> dict[str, int]:
    """How many leads the rules gave each rep in the group."""
    rows = Spell.objects.filter(group=group, how__in=("rule", "offer"), starts_at__gte=since, starts_at__lt=until)
    found: dict[str, int] = {}
    for rep, _lead in set(rows.values_list("rep", "lead")):
        found[str(rep)] = found.get(str(rep), 0) + 1
    return found


def seed_of(group: Group, result: str, what: str) -> int:
    """The same for the same question; it is kept with the proposal, so that anybody may draw again."""
    digest = hashlib.blake2b(repr((group.pk, result, what)).encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def _line(each: Record, strength: float, share: float, got: int, would: float) -> dict[str, Any]:
    low, high = shrunk.interval(each, strength)
    return {
        "rep": each.rep,
        "leads": each.leads,
        "observed": round(each.observed, 6),
        "expected": round(each.expected, 6),
        "variance": round(each.variance, 6),
        "score": round(shrunk.score(each, strength), 3),
        "low": round(low, 3),
        "high": round(high, 3),
        "early": each.leads < ENOUGH_LEADS,
        "share": round(share, 6),
        "got": got,
        "would": round(would, 3),
    }
