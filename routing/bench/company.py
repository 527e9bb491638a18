"""The company that is measured: groups of twenty around the clock, rules by country, leads of many countries."""

import random
import uuid
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from leads.arrival import Arrival
from reps.models import Group, Membership, Rep, Shift, User
from routing import rulesets
from routing.models import RuleSet, RuleSetVersion

MEMBERS = 20
GROUPS = 5
RULES = 50
COUNTRIES = (  # noqa: SIM905 - forty quoted codes are harder to read
    "DE AT CH FR IT ES PT NL BE GB IE SE NO DK FI PL CZ SK HU RO US CA MX BR AR CL CO PE IN JP KR AU NZ SG TH VN "
    "ZA KE EG AE"
).split()
_STEPS: list[dict[str, Any]] = [{"strategy": name} for name in ("availability", "capacity", "weighted")]


def make_company(*, now: datetime, members: int = MEMBERS) -> RuleSetVersion:
    """Rows of the company, and its published rules; `members` in each of the groups."""
    groups = [_group(n, now, members) for n in range(GROUPS)]
    rule_set = RuleSet.objects.create(name="Bench")
    for position, body in enumerate(rule_bodies([g.pk for g in groups], RULES), start=1):
        rule_set.rules.create(
            position=position, name=body["name"], condition=body["condition"], group_id=body["destination"]["group"]
        )
    return rulesets.publish(rule_set=rule_set, by=None, comment="", now=now)


def rule_bodies(groups: list[int], count: int) -> list[dict[str, Any]]:
    """That many rules: a country, a size; the last takes everything."""
    bodies = []
    for n in range(count):
        country = COUNTRIES[n] if n < len(COUNTRIES) else f"Region {n}"
        asked = {"field": "country" if n < len(COUNTRIES) else "region", "operator": "is", "value": country}
        size = {"field": "employees", "operator": "at_least", "value": 5}
        bodies.append(
            {
                "name": f"Rule {n + 1}",
                "condition": {"all": [asked, size]} if n < count - 1 else None,
                "destination": {"to": "group", "group": groups[n % len(groups)]},
            }
        )
    return bodies


def arrivals(count: int) -> Iterator[Arrival]:
    """Leads nobody sent before."""
    for _n in range(count):
        mark = uuid.uuid4().hex
        employees = random.randint(1, 400)  # noqa: S311 - no secrets
        yield Arrival(
            external_id=mark,
            name=f"Person {mark[:6]}",
            email=f"{mark}@{mark[:8]}.example",
            company=f"Company {mark[:4]}",
            country=random.choice(COUNTRIES),  # noqa: S311 - as above
            employees=employees,
            source="Website",
            intent="demo",
            message="Could somebody show us how this works?",
        )


def _group(n: int, now: datetime, members: int) -> Group:
    group = Group.objects.create(name=f"Group {n + 1}", steps=_STEPS)
    marks = [f"{n}-{m}" for m in range(members)]
    users = User.objects.bulk_create(User(email=f"rep-{m}@bench.example", name=f"Rep {m}") for m in marks)
    reps = Rep.objects.bulk_create(Rep(user=user, cap_open=1_000_000) for user in users)
    long_ago = now - timedelta(days=30)
    Membership.objects.bulk_create(
        Membership(group=group, rep=rep, weight=1 + m % 3, starts_at=long_ago) for m, rep in enumerate(reps)
    )
    days = [(rep, day) for rep in reps for day in range(7)]
    Shift.objects.bulk_create(
        Shift(rep=rep, weekday=day, begins=time(0), ends=time(0), starts_at=long_ago) for rep, day in days
    )
    return group
