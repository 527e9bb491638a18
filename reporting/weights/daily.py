"""The work of a day: proposals that are due, and once a week a look at what the weights bring, with the return."""

import logging
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from leads import dispatch
from reporting.models import WeightPlan, WeightProposal
from reporting.weights.acts import fall_back
from reporting.weights.measured import Measured, counted, measure
from reporting.weights.plans import WeightsError, locked, shares_by_weight
from reporting.weights.propose import propose
from reps import access
from reps.models import Group

log = logging.getLogger(__name__)

A_WEEK = timedelta(weeks=1)
# Taken back where the whole interval is below nothing at so many weekly looks in a row, over so many leads and results.
LOOKS, LEAST_EVEN, LEAST_RESULTS = 4, 100, 20
# Of 100 programmes in which weights neither help nor harm, so many are stopped within a year; at the first look that
# is below nothing it would be 26. Measured in tests/reporting/statistics/test_false_stops.py.
FALSE_STOPS = 15
# Taken back, too, where so few leads were shared in a quarter that nothing can be told.
A_QUARTER, LEAST_LEADS = timedelta(weeks=13), 130


def watch_daily(*, now: datetime) -> int:
    """All groups, as often as one likes: each is sought a proposal once a day; how many were made.

    Whatever comes of one, the others have their turn.
    """
    made = 0
    plans = WeightPlan.objects.exclude(rhythm=WeightPlan.Rhythm.OFF).filter(group__active=True).select_related("group")
    for plan in plans.order_by("group"):
        try:
            look(plan, now=now)
            made += _propose_due(plan, now=now)
        except Exception:
            log.exception("weights of group %s", plan.group_id)
    return made


def period_of(plan: WeightPlan, *, now: datetime) -> str:
    """The week or quarter, in the company's days."""
    day = _company_day(plan, now)
    if plan.rhythm == WeightPlan.Rhythm.QUARTER:
        return f"{day.year}-Q{(day.month + 2) // 3}"
    year, week, _day = day.isocalendar()
    return f"{year}-W{week:02}"


def _company_day(plan: WeightPlan, now: datetime) -> date:
    return timezone.localtime(now, ZoneInfo(plan.group.division.time_zone)).date()


def _sought_today(plan: WeightPlan, now: datetime) -> bool:
    """By the company's days, so that a new week or quarter is answered in its first hour."""
    return plan.sought_at is not None and _company_day(plan, plan.sought_at) == _company_day(plan, now)


def look(plan: WeightPlan, *, now: datetime) -> str:
    """Measure once a week, and go back where it does not bring more; why, if so."""
    if plan.since is None or (plan.looked_at and now - plan.looked_at < A_WEEK):
        return ""
    found = measure(plan, now=now)
    assert found is not None  # noqa: S101 - told by `since`
    with transaction.atomic():
        row = locked(plan.group)
        if (row.compared_from, row.looked_at) != (plan.compared_from, plan.looked_at):
            return ""  # another look was first, or the comparison began anew
        row.looked_at, row.measured = now, found.kept()
        row.below = row.below + 1 if is_worse(found) else 0
        row.save(update_fields=["looked_at", "measured", "below"])
        why = _why(row, now)
        if why and fall_back(plan=row, why=why, now=now):
            _tell(row.group, "weights_stopped", {"why": why}, now, ref=f"{row.pk}-{now:%Y%m%d}")
            return why
    return ""


def is_worse(found: Measured) -> bool:
    """Whether the whole interval of the gain is below nothing, over leads enough."""
    gain = found.lift
    enough = found.even_leads >= LEAST_EVEN and found.all_won >= LEAST_RESULTS
    return enough and gain is not None and gain.high < 0


def _why(plan: WeightPlan, now: datetime) -> str:
    if not shares_by_weight(plan.group):
        return WeightPlan.Why.NOT_WEIGHED.value
    if plan.below >= LOOKS:
        return WeightPlan.Why.WORSE.value
    if plan.since and now - plan.since >= A_QUARTER:
        lately = counted(plan, since=now - A_QUARTER, until=now)
        if lately.all_leads < LEAST_LEADS:
            return WeightPlan.Why.TOO_FEW.value
    return ""


def _propose_due(plan: WeightPlan, *, now: datetime) -> int:
    plan = WeightPlan.objects.select_related("group__division").get(pk=plan.pk)
    period = period_of(plan, now=now)
    if plan.rhythm == WeightPlan.Rhythm.OFF or _sought_today(plan, now):
        return 0
    if WeightProposal.objects.filter(group=plan.group, period=period).exists():
        return 0
    made = None
    try:
        with transaction.atomic():
            made = propose(group=plan.group, now=now, period=period)
            if made is not None:
                _tell(plan.group, "weights_proposed", {}, now, ref=f"{made.pk}")
    except WeightsError:
        pass  # too early, or nothing to weigh: looked at again tomorrow
    WeightPlan.objects.filter(pk=plan.pk, sought_at=plan.sought_at).update(sought_at=now)
    return int(made is not None)


def _tell(group: Group, event: str, more: dict[str, str], now: datetime, *, ref: str) -> None:
    people = access.managers_of([(group.division_id, group.pk)])[group.division_id, group.pk]
    payload = {"group": group.name, **more}
    words = [dispatch.Word(None, 0, user=user, event=event, ref=ref, payload=payload) for user in people]
    if dispatch.plan(words, now=now):
        transaction.on_commit(dispatch.ring)
