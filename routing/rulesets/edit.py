"""One rule of the draft at a time: read by itself, put in place, ordered, taken out; never over another's save."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction

from leads.conditions import Catalogue
from leads.qualify.freeze import catalogue_of
from reps.models import User
from routing.engine.ruleset import LONGEST_NAME, Directory, RuleSetError, parse
from routing.engine.ruleset import Rule as Read
from routing.engine.ruleset import RuleSet as Rules
from routing.engine.ruleset.index import Index
from routing.models import Rule, RuleSet
from routing.rulesets import diff
from routing.rulesets.draft import StaleDraftError, body_of, lock, put, signed, touched
from routing.rulesets.problems import directory_of

Body = dict[str, Any]
_PARTS = (
    "condition",
    "destination",
    "steps",
    "otherwise",
    "respond_within",
    "clock",
    "escalation",
    "priority",
)


class GoneError(LookupError):
    """The rule is not in the draft any more."""


def read_alone(body: Mapping[str, Any], catalogue: Catalogue, directory: Directory | None = None) -> Read:
    """One rule read by itself; another stands behind it, so that it may ask for the next one. Raises RuleSetError."""
    behind = {"key": "behind", "name": f"{body.get('name')} behind", "destination": {"to": "desk"}}
    return parse({"rules": [body, behind]}, catalogue, directory=directory).rules[0]


def readable(body: Mapping[str, Any], catalogue: Catalogue) -> Rules:
    """Those rules of a draft that can be read, whatever is wrong with the others or between them."""
    found = []
    for rule in body.get("rules", []):
        try:
            found.append(read_alone(rule, catalogue))
        except RuleSetError:
            continue
    return Rules(tuple(found), index=Index.build(found))


def same(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    """Whether both say the same, part by part."""
    if one is None or other is None:
        return one is other
    return not diff.diff({"rules": [{**one, "key": "x"}]}, {"rules": [{**other, "key": "x"}]})


def rule_of(rule_set: RuleSet, key: str) -> Body | None:
    """The rule of this key as the draft has it."""
    return next((rule for rule in body_of(rule_set)["rules"] if rule["key"] == key), None)


@transaction.atomic
def put_rule(*, rule_set: RuleSet, rule: Body, was: Body | None, by: User | None, before: str = "") -> RuleSet:
    """Save one rule on top of how it was read; `was` None: a new one, at `before` or else at the last place but one.

    What others saved in other rules stays. Raises RuleSetError, GoneError, and StaleDraftError where this very rule
    reads otherwise by now. Parts that mean what they meant keep their text, so that saving nothing changes nothing.
    """
    with signed(by):
        locked = _locked(rule_set)
        bodies = body_of(locked)["rules"]
        key = str(rule.get("key") or uuid.uuid4())
        place = next((n for n, body in enumerate(bodies) if body["key"] == key), None)
        if was is not None and place is None:
            raise GoneError(key)
        if place is not None and not same(bodies[place], was):
            raise StaleDraftError(locked)
        wanted = _kept({**rule, "key": key}, was, locked.division_id)
        if was is not None and same(wanted, was):
            return locked
        if place is not None:
            bodies[place] = wanted
        else:
            bodies.insert(_place(bodies, before), wanted)
        return _saved(locked, bodies)


@transaction.atomic
def remove_rule(*, rule_set: RuleSet, revision: int, key: str, by: User | None) -> tuple[RuleSet, Body, str]:
    """Take a rule out; returns the draft, the rule, and the key of the one behind it. Raises Stale- and GoneError."""
    with signed(by):
        locked = lock(rule_set, revision)
        bodies = body_of(locked)["rules"]
        place = _find(bodies, key)
        gone = bodies.pop(place)
        return _saved(locked, bodies), gone, bodies[place]["key"] if place < len(bodies) else ""


@transaction.atomic
def duplicate_rule(*, rule_set: RuleSet, revision: int, key: str, name: Callable[[str], str], by: User | None) -> str:
    """Put a copy behind the rule, under another name; returns its key. Raises StaleDraftError, GoneError."""
    with signed(by):
        locked = lock(rule_set, revision)
        bodies = body_of(locked)["rules"]
        place = _find(bodies, key)
        copy = {**bodies[place], "key": str(uuid.uuid4()), "name": name(bodies[place]["name"])[:LONGEST_NAME]}
        bodies.insert(place + 1, copy)
        _saved(locked, bodies)
        return str(copy["key"])


@transaction.atomic
def order_rules(*, rule_set: RuleSet, revision: int, keys: Sequence[str], by: User | None) -> RuleSet:
    """Put the rules in this order. Raises StaleDraftError; GoneError where these are not the rules of the draft."""
    with signed(by):
        locked = lock(rule_set, revision)
        bodies = {body["key"]: body for body in body_of(locked)["rules"]}
        if sorted(bodies) != sorted(keys):
            raise GoneError
        return locked if list(bodies) == list(keys) else _saved(locked, [bodies[key] for key in keys])


def body_with(body: Mapping[str, Any], rule: Body, before: str = "") -> Body:
    """The draft as it would be with this rule, in its place or at a new one."""
    bodies = list(body["rules"])
    place = next((n for n, one in enumerate(bodies) if one["key"] == rule["key"]), None)
    if place is None:
        bodies.insert(_place(bodies, before), rule)
    else:
        bodies[place] = rule
    return {**body, "rules": bodies}


def _locked(rule_set: RuleSet) -> RuleSet:
    return RuleSet.objects.select_for_update(of=("self",)).get(pk=rule_set.pk)


def _find(bodies: Sequence[Body], key: str) -> int:
    found = next((n for n, body in enumerate(bodies) if body["key"] == key), None)
    if found is None:
        raise GoneError(key)
    return found


def _place(bodies: Sequence[Body], before: str) -> int:
    """Where a new rule goes: where it was asked for, else before the rule that takes everything else."""
    found = next((n for n, body in enumerate(bodies) if body["key"] == before), None)
    if found is not None:
        return found
    return len(bodies) - 1 if bodies and not bodies[-1]["condition"] else len(bodies)


def _kept(rule: Body, was: Body | None, division: int) -> Body:
    """The rule, checked, with the old text of each part that still means the same."""
    catalogue = catalogue_of(division)
    new = read_alone(rule, catalogue, directory_of(division))
    if was is None:
        return rule
    try:
        old = read_alone(was, catalogue)
    except RuleSetError:
        return rule
    parts = {part: was[part] for part in _PARTS if part in was and getattr(new, part) == getattr(old, part)}
    return {**rule, **parts}


def _saved(rule_set: RuleSet, bodies: Sequence[Body]) -> RuleSet:
    put(rule_set, {"rules": list(bodies), "bands": body_of(rule_set)["bands"]})
    touched(rule_set)
    return RuleSet.objects.select_related("published", "division").get(pk=rule_set.pk)


@transaction.atomic
def begin(*, division: int, name: str, rest: str, by: User | None) -> RuleSet:
    """The first rules of a division: one that keeps every lead for To assign; where there are some, those."""
    with signed(by):
        rows = RuleSet.objects.filter(division_id=division, runs_on=RuleSet.RunsOn.NEW)
        made, new = rows.get_or_create(stage=None, defaults={"division_id": division, "name": name})
        if new:
            made.rules.create(name=rest, position=1, to=Rule.To.DESK)
        return made
