"""Targets: the share of a group's leads that is to come to something, who is below it, and what that may be due to.

A share that takes time is taken over matured leads only: those assigned longer ago than nine of ten who came there
took. Beside a rep below the target stands what their leads promised and their hours on duty, against the group's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from django.db import connection

from reporting.duty_hours import hours_on_duty
from reporting.lead_quality import RESULTS, Quality, quality
from reporting.metric import ENOUGH, Answer, Over
from reporting.metrics import shelf
from reporting.metrics.leads_per_hour import leads_per_hour
from reporting.models import Target
from reporting.scope import Scope
from reporting.spells import keep
from reps.models import Group

# What a target may be set on: metric -> the column of when a lead came to it, where that takes time.
METRICS = {
    "meetings": "booked_at",
    "meetings_held": "held_at",
    "opportunities": "opportunity_at",
    "close_rate": "closed_at",
    "responded": "first_touch_at",
    "reached": "",
    "response_sla": "",
    "first_call": "",
}
# What is meant where nobody said otherwise.
USUAL, USUAL_AIM = "meetings", Decimal("0.5")
# The result by which the quality of leads is told: its own, else meetings.
_RESULT = {"opportunities": "opportunities", "close_rate": "wins"}
_MATURED_SHARE = 0.9
# How far back it is looked how long results take.
_LOOKED_AT = timedelta(days=180)


class Why(StrEnum):
    """What being below a target may be due to."""

    COMPARABLE = "comparable"  # comparable leads bring others more
    WEAKER = "weaker"  # the leads promised less than those of the group
    ALL = "all"  # neither: the group as a whole is about as low


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a rep's figure: per lead what the leads promise, hours on duty, leads for each of them."""

    promised: float | None
    hours: float
    an_hour: float | None


@dataclass(frozen=True, slots=True)
class Below:
    """A rep below a target; `sure` where the whole interval is below it."""

    rep: int
    answer: Answer
    why: Why
    beside: Beside
    sure: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A target, over which leads it was looked at (those assigned before `until`), and who is below."""

    target: Target
    until: datetime
    counted: int
    too_early: int
    below: tuple[Below, ...]
    group: Beside


def put(*, group: Group, metric: str, aim: Decimal | None) -> None:
    """Set the target of a group, or take it away; ValueError for what cannot be aimed at."""
    if metric not in METRICS:
        raise ValueError(f"metric must be one of {', '.join(METRICS)}, not {metric}")
    if aim is None:
        Target.objects.filter(group=group, metric=metric).delete()
        return
    if not 0 < aim <= 1:
        raise ValueError(f"aim must be above 0 and at most 1, not {aim}")
    Target.objects.update_or_create(group=group, metric=metric, defaults={"aim": aim})


def standings(*, groups: Iterable[Group], since: datetime, until: datetime, now: datetime) -> list[Standing]:
    """How all targets of the groups stand over the leads assigned in the span."""
    found = Target.objects.filter(group__in=list(groups), metric__in=METRICS).select_related("group")
    targets = list(found.order_by("group__name", "metric"))
    if not targets:
        return []
    keep.refresh()
    answers = {
        metric: _answers(metric, targets, since=since, until=until, now=now)
        for metric in dict.fromkeys(target.metric for target in targets)
    }
    reps = {rep for each in answers.values() for _group, rep in each.found}
    hours = hours_on_duty(reps, since=since, until=min(until, now))
    return [_standing(target, answers[target.metric], hours, since=since, now=now) for target in targets]


def result_of(metric: str) -> str:
    """By which result the quality of leads is told beside a target on the metric."""
    return _RESULT.get(metric, "meetings")


def why(found: Quality, rep: int) -> Why:
    """What explains more of how far a rep is behind the group: weaker leads, or less made of the same leads."""
    had, promised, usual = found.had.get(rep), found.per_lead(rep), found.per_lead_of_all()
    if had is None or not had.kept or promised is None or usual is None:
        return Why.COMPARABLE
    weaker, lower = usual - promised, promised - had.kept_came / had.kept
    if weaker <= 0 and lower <= 0:
        return Why.ALL
    return Why.WEAKER if weaker > lower else Why.COMPARABLE


@dataclass(frozen=True, slots=True)
class _Answers:
    """Of one metric: the answer for each (group, rep), over leads assigned until then."""

    until: datetime
    found: Mapping[tuple[int, int], Answer]
    leads: Mapping[tuple[int, int], int]


def _standing(
    target: Target, answers: _Answers, hours: Mapping[int, float], *, since: datetime, now: datetime
) -> Standing:
    assert target.group_id is not None  # noqa: S101 - asked for by groups
    own = {rep: answer for (group, rep), answer in answers.found.items() if group == target.group_id}
    low = {rep: a for rep, a in own.items() if a.n >= ENOUGH and a.value is not None and a.value < target.aim}
    leads = {rep: n for (group, rep), n in answers.leads.items() if group == target.group_id}
    promises = _quality(target, since, answers.until, now) if low else None
    an_hour = leads_per_hour(leads, {rep: hours.get(rep, 0.0) for rep in own})
    below = [
        Below(
            rep,
            answer,
            why(promises, rep),
            Beside(promises.per_lead(rep), hours.get(rep, 0.0), an_hour[rep]),
            sure=answer.high is not None and answer.high < target.aim,
        )
        for rep, answer in sorted(low.items(), key=lambda each: (each[1].value, each[0]))
        if promises
    ]
    together = sum(hours.get(rep, 0.0) for rep in own)
    group = Beside(
        promises.per_lead_of_all() if promises else None,
        together / len(own) if own else 0.0,
        sum(leads.values()) / together if together else None,
    )
    early = sum(answer.n < ENOUGH for answer in own.values())
    return Standing(target, answers.until, len(own) - early, early, tuple(below), group)


def _quality(target: Target, since: datetime, until: datetime, now: datetime) -> Quality:
    scope = Scope(groups=(target.group_id,) if target.group_id else ())
    return quality(scope=scope, since=since, until=until, now=now, result=RESULTS[result_of(target.metric)])


def _answers(metric: str, targets: Sequence[Target], *, since: datetime, until: datetime, now: datetime) -> _Answers:
    groups = [target.group_id for target in targets if target.metric == metric]
    ripe = min(until, now - _takes(METRICS[metric], groups, now)) if METRICS[metric] else until
    plug = shelf()[metric]
    wanted = {"leads": "count(DISTINCT lead_id)", **plug.counts}
    statement = _SPELLS if plug.over is Over.SPELLS else _SPELLS + _LEADS
    rows = "spell" if plug.over is Over.SPELLS else "lead"
    sql = f"""{statement} SELECT group_id, rep_id, {", ".join(f"{sql} AS {name}" for name, sql in wanted.items())}
        FROM {rows} GROUP BY group_id, rep_id"""  # noqa: S608 - columns and aggregates of ours
    with connection.cursor() as cursor:
        cursor.execute(sql, {"since": since, "until": ripe, "now": now, "groups": groups})
        names = [column.name for column in cursor.description or ()]
        counts = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return _Answers(
        ripe,
        {(row["group_id"], row["rep_id"]): plug.answer(row) for row in counts},
        {(row["group_id"], row["rep_id"]): row["leads"] for row in counts},
    )


def _takes(column: str, groups: Sequence[int | None], now: datetime) -> timedelta:
    """In how long nine of ten leads came there, of those that did; nothing where none did yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT percentile_disc(%(share)s) WITHIN GROUP (ORDER BY x.{column} - x.starts_at)
            FROM reporting_spell x WHERE x.group_id = ANY(%(groups)s::bigint[])
                AND x.starts_at >= %(since)s AND x.{column} >= x.starts_at""",  # noqa: S608 - a column of ours
            {"share": _MATURED_SHARE, "groups": [*groups], "since": now - _LOOKED_AT},
        )
        row = cursor.fetchone()
    return row[0] if row and row[0] is not None else timedelta()


# As in reporting/cohort.py, with the group and the rep for the part of the cut.
_SPELLS = """
WITH spell AS (
    SELECT x.*, %(now)s::timestamptz AS asked_at FROM reporting_spell x
    WHERE x.starts_at >= %(since)s AND x.starts_at < %(until)s AND x.group_id = ANY(%(groups)s::bigint[])
)"""
_LEADS = """,
lead AS (
    SELECT group_id, rep_id, lead_id, bool_or(touches > 0) AS touched, bool_or(reached) AS reached,
        bool_or(booked_at IS NOT NULL) AS booked, bool_or(held_at IS NOT NULL) AS held,
        bool_or(opportunity_at IS NOT NULL) AS opportunity, bool_or(ending = 'won') AS won,
        bool_or(ending = 'lost') AS lost
    FROM spell GROUP BY group_id, rep_id, lead_id
)"""
