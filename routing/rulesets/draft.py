"""The draft: rows as the JSON that the engine reads and back, each save on top of the revision it was read at."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pghistory
from django.db import transaction
from django.db.models import F

from leads.qualify.freeze import catalogue_of
from reps.models import User
from routing import wording
from routing.engine.ruleset import RuleSetError, parse
from routing.models import Act, Band, Rule, RuleSet, RuleSetVersion

# What rows keep of a destination; a body that says more is refused, so that nothing is lost without a word.


class StaleDraftError(Exception):
    """Somebody saved the draft after it was read; `current` is it as it stands now."""

    def __init__(self, current: RuleSet) -> None:
        super().__init__(f"the draft is at revision {current.revision}")
        self.current = current


@dataclass(frozen=True, slots=True)
class Saved:
    """Who saved a draft, and when."""

    by: str  # empty where nobody signed in did
    at: datetime
    revision: int


def body_of(rule_set: RuleSet) -> dict[str, Any]:
    """The draft as the JSON that the engine reads."""
    return {
        "rules": [_rule_body(rule) for rule in rule_set.rules.all()],
        "bands": [{"condition": band.condition, "band": band.band} for band in rule_set.bands.all()],
    }


def words_of(rule_set: RuleSet) -> list[str]:
    """The draft as sentences, one a rule; empty where it cannot be read yet."""
    body = body_of(rule_set)
    try:
        rules = parse(body, catalogue_of(rule_set.division_id))
    except RuleSetError:
        return []
    return wording.rule_set_words(rules, wording.Names.load(rule_set.division_id, rules=body["rules"]))


@transaction.atomic
def replace(*, rule_set: RuleSet, revision: int, body: dict[str, Any], by: User | None) -> RuleSet:
    """Make `body` the draft where nobody saved since `revision` was read. Raises StaleDraftError, RuleSetError.

    Rules are known again by their key, so that one that stays keeps its row and its history.
    """
    with signed(by):
        locked = lock(rule_set, revision)
        put(locked, _readable(body, locked.division_id))
        touched(locked)
    return RuleSet.objects.get(pk=locked.pk)


@transaction.atomic
def go_back(*, version: RuleSetVersion, revision: int, by: User | None, why: str, now: datetime) -> RuleSet:
    """Make an older version the draft again; nothing is published by it. Raises StaleDraftError."""
    with signed(by):
        locked = lock(version.rule_set, revision)
        put(locked, version.body)
        touched(locked)
    Act.objects.create(
        division_id=locked.division_id,
        kind=Act.Kind.GO_BACK,
        at=now,
        by=by,
        why=why[:500],
        asked={"rule_set": str(locked.uid), "version": version.n},
        result={"revision": revision + 1, "rules": len(version.body.get("rules", []))},
    )
    return RuleSet.objects.get(pk=locked.pk)


def lock(rule_set: RuleSet, revision: int) -> RuleSet:
    """The row, locked until the transaction ends. Raises StaleDraftError where it is not at that revision any more."""
    locked = RuleSet.objects.select_for_update(of=("self",)).get(pk=rule_set.pk)
    if locked.revision != revision:
        raise StaleDraftError(locked)
    return locked


def touched(rule_set: RuleSet) -> None:
    """Something of the draft was saved: its own row, a rule or a priority."""
    RuleSet.objects.filter(pk=rule_set.pk).update(revision=F("revision") + 1)


@contextmanager
def signed(by: User | None) -> Iterator[None]:
    """What is saved inside is kept in the history under this name."""
    with pghistory.context(by=by.pk if by else None):
        yield


def saved_since(rule_set: RuleSet, revision: int) -> list[Saved]:
    """Who saved the draft after that revision was read, oldest first."""
    events = (
        RuleSet.pgh_event_model.objects.filter(pgh_obj_id=rule_set.pk, revision__gt=revision)  # type: ignore[attr-defined]  # added by pghistory
        .select_related("pgh_context")
        .order_by("pgh_id")
    )
    found: dict[int, tuple[int | None, datetime]] = {}
    for event in events:
        who = event.pgh_context.metadata.get("by") if event.pgh_context else None
        found.setdefault(event.revision, (who, event.pgh_created_at))
    names = dict(User.objects.filter(pk__in={who for who, _at in found.values()}).values_list("pk", "name"))
    return [Saved(names.get(who or 0, ""), at, number) for number, (who, at) in sorted(found.items())]


def _readable(body: dict[str, Any], division_id: int) -> dict[str, Any]:
    """With numbers as JSON columns keep them, and readable, or RuleSetError."""
    plain: dict[str, Any] = json.loads(json.dumps(body, default=float))
    for rule in plain.get("rules", []) if isinstance(plain.get("rules"), list) else []:
        if isinstance(rule, dict) and not rule.get("key"):
            rule["key"] = str(uuid.uuid4())
    parse(plain, catalogue_of(division_id))
    return plain


def put(rule_set: RuleSet, body: dict[str, Any]) -> None:
    """Make the body the rows; whoever calls holds the lock and counts the revision."""
    known = {str(rule.key): rule for rule in rule_set.rules.all()}
    wanted = {_key(rule): (position, rule) for position, rule in enumerate(body.get("rules", []), start=1)}
    rule_set.rules.exclude(key__in=wanted).delete()
    for key, (position, rule) in wanted.items():
        fields = {"position": position, **_fields(rule)}
        row = known.get(key) or Rule(rule_set=rule_set, key=uuid.UUID(key))
        if row.pk is None or any(getattr(row, name) != value for name, value in fields.items()):
            for name, value in fields.items():
                setattr(row, name, value)
            row.save()
    _put_bands(rule_set, body.get("bands", []))


def _put_bands(rule_set: RuleSet, bands: list[dict[str, Any]]) -> None:
    """Priorities have no key: those that read as before keep their row, and so their name."""
    left = list(rule_set.bands.all())
    for band in bands:
        same = next((row for row in left if row.band == band["band"] and row.condition == band["condition"]), None)
        if same is None:
            name = f"{Band._meta.verbose_name} {band['band']}".capitalize()  # noqa: SLF001 - Django's documented API
            Band.objects.create(rule_set=rule_set, name=name, band=band["band"], condition=band["condition"])
        else:
            left.remove(same)
    for row in left:
        row.delete()


def _key(rule: dict[str, Any]) -> str:
    """As the rows keep keys; a text that is no uuid always gives the same one."""
    try:
        return str(uuid.UUID(str(rule["key"])))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_OID, str(rule["key"])))


def _rule_body(rule: Rule) -> dict[str, Any]:
    destination: dict[str, Any] = {"to": rule.to}
    if rule.to == Rule.To.GROUP:
        destination["group"] = rule.group_id
    elif rule.to == Rule.To.REP:
        destination["rep"] = rule.rep_id
    elif rule.to == Rule.To.REJECT:
        destination["reason"] = rule.reject_reason
    elif rule.to == Rule.To.ACCOUNT:
        destination |= {"away": rule.away, "returning": rule.returning}
    return {
        "key": str(rule.key),
        "name": rule.name,
        "condition": rule.condition,
        "destination": destination,
        "steps": rule.steps,
        "otherwise": rule.otherwise,
        "respond_within": rule.respond_within * 60 if rule.respond_within else None,
        # Said only where the rule has them, so that what was printed before they existed compares as it is.
        **({"clock": rule.clock} if rule.clock else {}),
        **({"escalation": rule.escalation} if rule.escalation is not None else {}),
        **({"priority": rule.priority} if rule.priority is not None else {}),
    }


def _fields(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule of a body as columns; seconds are rounded up to the minutes that people set."""
    destination = rule["destination"]
    seconds = rule.get("respond_within")
    return {
        "name": rule["name"],
        "condition": rule.get("condition"),
        "to": destination["to"],
        "group_id": destination.get("group"),
        "rep_id": destination.get("rep"),
        "reject_reason": destination.get("reason", ""),
        "away": destination.get("away") or Rule.Away.PASS.value,
        "returning": destination.get("returning", False),
        "steps": rule.get("steps"),
        "otherwise": rule.get("otherwise") or [],
        "respond_within": -(-seconds // 60) if seconds else None,
        "clock": rule.get("clock") or "",
        "escalation": rule.get("escalation"),
        "priority": rule.get("priority"),
    }
