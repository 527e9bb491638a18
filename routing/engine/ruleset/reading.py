"""Reads a rule set from JSON; whatever is wrong is listed with its path, never raised as anything else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leads.conditions import EVERYTHING, Catalogue, Condition, ConditionError
from leads.conditions import parse as parse_condition
from routing.engine.ruleset.index import Index
from routing.engine.ruleset.pass_over import RuleSetError
from routing.engine.ruleset.shape import (
    AWAY,
    DEFAULT_BAND,
    DESTINATIONS,
    OTHERWISE,
    Band,
    Directory,
    Place,
    Rule,
    RuleSet,
    To,
)
from routing.engine.ruleset.steps import LONGEST_RESPONSE, MOST_STEPS, StepsReading

MOST_RULES = 2000
LONGEST_NAME = 100  # as long as the rows of a draft keep
LONGEST_REASON = 200  # as above
LAST_BAND = 9
CLOCKS = ("working", "wall")
MODES = ("open", "blind", "broadcast")

SET_KEYS = {"rules", "bands", "default_band"}
RULE_KEYS = {
    "key", "name", "condition", "destination", "steps", "otherwise", "respond_within", "clock", "escalation",
    "priority",
}  # fmt: skip
PLACE_KEYS: dict[To, set[str]] = {
    To.GROUP: {"to", "group"},
    To.REP: {"to", "rep"},
    To.REJECT: {"to", "reason"},
    To.POOL: {"to", "group", "mode"},
    To.ACCOUNT: {"to", "away", "returning"},
}
ENDS = {To.NEXT_RULE, To.POOL, To.HOLD, To.DESK}  # nothing can follow these in an otherwise chain


def parse(body: object, catalogue: Catalogue, *, version: int = 0, directory: Directory | None = None) -> RuleSet:
    """The rule set of this JSON body, or RuleSetError with every problem; with a directory, ids must exist in it."""
    reading = Reading(catalogue, directory)
    rules = reading.rule_set(body, version)
    if rules is None or reading.problems:
        raise RuleSetError(tuple(reading.problems))
    return rules


class Reading(StepsReading):
    """One pass over a body that collects what is wrong instead of stopping at it."""

    def rule_set(self, body: object, version: int) -> RuleSet | None:
        if not isinstance(body, Mapping):
            self.wrong("", "not_an_object")
            return None
        self.keys(body, SET_KEYS, "")
        given = self.items(body.get("rules", []), "rules", MOST_RULES)
        rules = [self.rule(item, f"rules[{i}]", i, last=i == len(given) - 1) for i, item in enumerate(given)]
        read = tuple(rule for rule in rules if rule is not None)
        self.twice({i: rule.name for i, rule in enumerate(rules) if rule}, "name")
        self.twice({i: rule.key for i, rule in enumerate(rules) if rule}, "key")
        given = self.items(body.get("bands", []), "bands", MOST_RULES)
        bands = tuple(band for i, item in enumerate(given) if (band := self.band(item, f"bands[{i}]")))
        default = self.whole(body.get("default_band", DEFAULT_BAND), "default_band", 0, LAST_BAND)
        return RuleSet(read, bands, DEFAULT_BAND if default is None else default, version, Index.build(read))

    def rule(self, body: object, path: str, position: int, *, last: bool) -> Rule | None:
        if not isinstance(body, Mapping):
            self.wrong(path, "not_an_object")
            return None
        self.keys(body, RULE_KEYS, path)
        name = self.text(body.get("name"), f"{path}.name", LONGEST_NAME, "no_name") or ""
        key = f"r{position + 1}"
        if body.get("key") is not None:
            key = self.text(body["key"], f"{path}.key", LONGEST_NAME, "bad_key") or key
        condition = self.condition(body.get("condition"), f"{path}.condition")
        if last and condition.asks:
            self.wrong(f"{path}.condition", "last_rule_asks")
        destination = self.place(body.get("destination"), f"{path}.destination", DESTINATIONS)
        steps = self.steps(body.get("steps"), f"{path}.steps")
        otherwise = self.otherwise(body.get("otherwise", []), f"{path}.otherwise", destination, last=last)
        respond = self.whole(body.get("respond_within"), f"{path}.respond_within", 1, LONGEST_RESPONSE)
        clock = self.choice(body.get("clock"), f"{path}.clock", CLOCKS)
        escalation = self.escalation(body.get("escalation"), f"{path}.escalation")
        priority = self.whole(body.get("priority"), f"{path}.priority", 0, LAST_BAND)
        if destination is None:
            return None
        if destination.to in {To.REP, To.ACCOUNT}:
            self.alone(steps or (), f"{path}.steps")
        return Rule(key, name, condition, destination, steps, otherwise, respond, clock, escalation, priority)

    def band(self, body: object, path: str) -> Band | None:
        if not isinstance(body, Mapping):
            self.wrong(path, "not_an_object")
            return None
        self.keys(body, {"condition", "band"}, path)
        condition = self.condition(body.get("condition"), f"{path}.condition")
        if "band" not in body:
            self.wrong(f"{path}.band", "missing")
            return None
        band = self.whole(body["band"], f"{path}.band", 0, LAST_BAND)
        return None if band is None else Band(condition, band)

    def condition(self, tree: object, path: str) -> Condition:
        try:
            return parse_condition(tree, self.catalogue)
        except ConditionError as error:
            for problem in error.problems:
                below = f"{path}.{problem.path}" if problem.path else path
                self.wrong(below, f"condition_{problem.code.value}", **dict(problem.params))
            return EVERYTHING

    def kind_of_place(self, body: object, path: str, allowed: tuple[To, ...]) -> To | None:
        if not isinstance(body, Mapping):
            self.wrong(path, "missing" if body is None else "not_an_object")
            return None
        name = body.get("to")
        if isinstance(name, str) and name in {to.value for to in allowed}:
            return To(name)
        self.wrong(f"{path}.to", "unknown_destination", expected=", ".join(to.value for to in allowed))
        return None

    def place(self, body: Any, path: str, allowed: tuple[To, ...]) -> Place | None:
        """A destination, or a link of an otherwise chain."""
        to = self.kind_of_place(body, path, allowed)
        if to is None:
            return None
        self.keys(body, PLACE_KEYS.get(to, {"to"}), path)
        match to:
            case To.GROUP | To.POOL:
                return self.pool_or_group(to, body, path)
            case To.REP:
                known = self.directory.reps if self.directory else None
                rep = self.identity(body.get("rep"), f"{path}.rep", "unknown_rep", known)
                return None if rep is None else Place(to, rep)
            case To.ACCOUNT:
                return self.account(body, path)
            case To.REJECT:
                why = self.text(body.get("reason"), f"{path}.reason", LONGEST_REASON, "no_reason")
                return None if why is None else Place(to, reason=why)
        return Place(to)

    def account(self, body: Mapping[Any, Any], path: str) -> Place:
        away = self.choice(body.get("away"), f"{path}.away", AWAY)
        returning = body.get("returning", False)
        if not isinstance(returning, bool):
            self.wrong(f"{path}.returning", "wrong_type", expected="yes or no")
        return Place(To.ACCOUNT, away=away or AWAY[0], returning=returning is True)

    def pool_or_group(self, to: To, body: Mapping[Any, Any], path: str) -> Place | None:
        known = self.directory.groups if self.directory else None
        group = self.identity(body.get("group"), f"{path}.group", "unknown_group", known)
        mode = self.choice(body.get("mode"), f"{path}.mode", MODES) or MODES[0]
        return None if group is None else Place(to, group, mode=mode)

    def otherwise(self, body: object, path: str, destination: Place | None, *, last: bool) -> tuple[Place, ...]:
        """The chain when nobody is left: no group twice, nothing after its end, no next rule after the last."""
        given = self.items(body, path, MOST_STEPS)
        chain: list[Place] = []
        seen = {destination.id} if destination is not None and destination.to is To.GROUP else set()
        for i, item in enumerate(given):
            place = self.place(item, f"{path}[{i}]", OTHERWISE)
            if place is None:
                continue
            if chain and chain[-1].to in ENDS:
                self.wrong(f"{path}[{i}]", "after_the_end", end=chain[-1].to.value)
            if place.to is To.GROUP and place.id in seen:
                self.wrong(f"{path}[{i}]", "loop", group=place.id)
            if place.to is To.NEXT_RULE and last:
                self.wrong(f"{path}[{i}]", "no_next_rule")
            if place.to is To.GROUP:
                seen.add(place.id)
            chain.append(place)
        return tuple(chain)

    def identity(self, value: object, path: str, unknown: str, known: frozenset[int] | None) -> int | None:
        number = self.whole(value, path, 1, 2**63 - 1)
        if value is None:
            self.wrong(path, "missing")
        elif number is not None and known is not None and number not in known:
            self.wrong(path, unknown, id=number)
            return None
        return number

    def twice(self, texts: dict[int, str], what: str) -> None:
        first: dict[str, int] = {}
        for position, text in texts.items():
            folded = text.casefold()
            if folded and folded in first:
                self.wrong(f"rules[{position}].{what}", f"{what}_twice", first=first[folded] + 1, name=text)
            first.setdefault(folded, position)
