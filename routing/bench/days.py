"""Simulation of the days that lie in the database: the fold alone, with reading, and whether replay equals live."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db import connection

from reps.models.division import SEEDED
from routing.models import RuleSet
from routing.rulesets import rules_of
from routing.simulate import Asked, recorded, simulate

_DAYS = timedelta(days=90, hours=1)


@dataclass(slots=True)
class Measured:
    """Of medians over rounds; `same` of `decisions` come out as live said when nothing is assumed."""

    leads: int
    fold: float  # decisions a second
    whole: float  # leads a second, end to end
    decisions: int
    same: int
    wrong_balances: int


def measure(*, rounds: int, now: datetime) -> Measured:
    """The published rules over ninety days against what happened, the roster as it was."""
    rule_set = RuleSet.objects.select_related("division", "published").get(
        division=SEEDED, runs_on=RuleSet.RunsOn.NEW, published__isnull=False
    )
    assert rule_set.published is not None  # noqa: S101 - asked for above
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    asked = Asked(now - _DAYS, now, roster="then", against="happened")
    rules = rules_of(rule_set.published)
    found = [simulate(rules, rule_set=rule_set, asked=asked, now=now) for _n in range(rounds + 1)][1:]
    again = recorded.replayed(SEEDED, since=asked.since, until=asked.until)
    return Measured(
        found[0].leads,
        median(one.fold_rate for one in found),
        median(one.rate for one in found),
        again.decisions,
        again.same,
        len(again.wrong_balances),
    )
