"""Small worlds, leads and rule sets for the tests of the engine."""

from datetime import UTC, datetime, timedelta

from leads.conditions import catalogue
from routing.engine.ruleset import Directory, parse, parse_steps
from routing.engine.world import Group, Lead, Member, Rep, World

CATALOGUE = catalogue()
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
NINE = MONDAY + timedelta(hours=9)
NIGHT = MONDAY + timedelta(hours=23)
SHARED = [{"strategy": "availability"}, {"strategy": "capacity"}, {"strategy": "weighted"}]


def hours(day, start, end):
    return (MONDAY + timedelta(days=day, hours=start), MONDAY + timedelta(days=day, hours=end))


def rep(number, **given):
    """On shift Monday to Friday, 8 to 18 UTC."""
    given.setdefault("duty", tuple(hours(day, 8, 18) for day in range(5)))
    return Rep(number, **given)


def group(number, *members, steps=SHARED, **given):
    placed = tuple(one if isinstance(one, Member) else Member(one) for one in members)
    return Group(number, placed, parse_steps(steps), **given)


def world(*groups, reps=None, **given):
    """The groups, and an ordinary rep for everybody in them who is not given."""
    known = {one.id: one for one in reps or ()}
    for one in groups:
        known.update({m.rep: rep(m.rep) for m in one.members if m.rep not in known})
    return World(groups={one.id: one for one in groups}, reps=known, **given)


def lead(number=1, account=None, **facts):
    return Lead(number, facts, CATALOGUE.fold(facts), account=account)


def leaf(field, operator, value=None):
    found = {"field": field, "operator": operator}
    return found if value is None else {**found, "value": value}


def to_group(number):
    return {"to": "group", "group": number}


def rule(name, destination, condition=None, **given):
    return {"name": name, "condition": condition, "destination": destination, **given}


def rules(*bodies, version=1, bands=(), groups=None, reps=None):
    directory = None if groups is None and reps is None else Directory(frozenset(groups or ()), frozenset(reps or ()))
    return parse({"rules": list(bodies), "bands": list(bands)}, CATALOGUE, version=version, directory=directory)
