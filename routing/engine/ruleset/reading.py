"""Reads a rule set from JSON; whatever is wrong is listed with its path, never raised as anything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leads.conditions import EVERYTHING, Catalogue, Condition, ConditionError
from leads.conditions import parse as parse_condition
from routing.engine.ruleset.index import Index
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
from routing.engine.strategies import shelf
from routing.engine.strategy import Part, read_options
from routing.engine.trace import Number, Numbers
from routing.engine.world import Stage, Step

MOST_RULES = 2000
MOST_STEPS = 10
LONGEST_NAME = 200
LONGEST_REASON = 500
LONGEST_RESPONSE = 30 * 24 * 3600
LAST_BAND = 9
MOST_STAGES = 10
CLOCKS = ("working", "wall")
DOES = ("remind", "warn", "release", "pause")
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


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """One thing wrong in a rule set: where (as `rules[2].steps[0].options.rep`), a code, and its numbers."""

    path: str
    code: str
    numbers: Numbers = ()

    def __str__(self) -> str:
        told = ", ".join(f"{name} {number}" for name, number in self.numbers)
        return f"{self.path or 'rules'}: {self.code}" + (f" ({told})" if told else "")


class RuleSetError(ValueError):
    """The rule set cannot be read; `problems` lists everything that is wrong with it."""

    def __init__(self, problems: tuple[RuleProblem, ...]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


def parse(body: object, catalogue: Catalogue, *, version: int = 0, directory: Directory | None = None) -> RuleSet:
    """The rule set of this JSON body, or RuleSetError with every problem; with a directory, ids must exist in it."""
    reading = Reading(catalogue, directory)
    rules = reading.rule_set(body, version)
    if rules is None or reading.problems:
        raise RuleSetError(tuple(reading.problems))
    return rules


def parse_steps(body: object, *, directory: Directory | None = None) -> tuple[Step, ...]:
    """The default steps of a group from JSON, or RuleSetError with every problem."""
    reading = Reading(Catalogue({}), directory)
    steps = reading.steps(body if body is not None else [], "steps")
    if reading.problems:
        raise RuleSetError(tuple(reading.problems))
    return steps or ()


def parse_escalation(body: object) -> tuple[Stage, ...]:
    """What a group does while an owner stays silent, from JSON; RuleSetError with every problem."""
    reading = Reading(Catalogue({}), None)
    stages = reading.escalation(body if body is not None else [], "escalation")
    if reading.problems:
        raise RuleSetError(tuple(reading.problems))
    return stages or ()


class Reading:
    """One pass over a body that collects what is wrong instead of stopping at it."""

    def __init__(self, catalogue: Catalogue, directory: Directory | None) -> None:
        self.catalogue = catalogue
        self.directory = directory
        self.problems: list[RuleProblem] = []

    def wrong(self, path: str, code: str, **numbers: Number) -> None:
        self.problems.append(RuleProblem(path, code, tuple(sorted(numbers.items()))))

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

    def alone(self, steps: tuple[Step, ...], path: str) -> None:
        """One rep by name, or an account's owner, is nobody to share among: only conditions on them make sense."""
        for i, step in enumerate(steps):
            if step.strategy in {"pool", "manual", "account", "fixed"} or shelf()[step.strategy].part is Part.SHARE:
                self.wrong(f"{path}[{i}]", "needs_group", strategy=step.strategy)

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

    def place(self, body: object, path: str, allowed: tuple[To, ...]) -> Place | None:
        """A destination, or a link of an otherwise chain."""
        if not isinstance(body, Mapping):
            self.wrong(path, "missing" if body is None else "not_an_object")
            return None
        name = body.get("to")
        if not isinstance(name, str) or name not in {to.value for to in allowed}:
            self.wrong(f"{path}.to", "unknown_destination", expected=", ".join(to.value for to in allowed))
            return None
        to = To(name)
        self.keys(body, PLACE_KEYS.get(to, {"to"}), path)
        if to in {To.GROUP, To.POOL}:
            return self.pool_or_group(to, body, path)
        if to is To.REP:
            rep = self.identity(
                body.get("rep"), f"{path}.rep", "unknown_rep", self.directory.reps if self.directory else None
            )
            return None if rep is None else Place(to, rep)
        if to is To.ACCOUNT:
            away = self.choice(body.get("away"), f"{path}.away", AWAY)
            returning = body.get("returning", False)
            if not isinstance(returning, bool):
                self.wrong(f"{path}.returning", "wrong_type", expected="yes or no")
            return Place(to, away=away or AWAY[0], returning=returning is True)
        if to is To.REJECT:
            why = self.text(body.get("reason"), f"{path}.reason", LONGEST_REASON, "no_reason")
            return None if why is None else Place(to, reason=why)
        return Place(to)

    def pool_or_group(self, to: To, body: Mapping[Any, Any], path: str) -> Place | None:
        known = self.directory.groups if self.directory else None
        group = self.identity(body.get("group"), f"{path}.group", "unknown_group", known)
        mode = self.choice(body.get("mode"), f"{path}.mode", MODES) or MODES[0]
        return None if group is None else Place(to, group, mode=mode)

    def steps(self, body: object, path: str) -> tuple[Step, ...] | None:
        """The steps of a rule; None where the group's own apply."""
        if body is None:
            return None
        given = self.items(body, path, MOST_STEPS)
        steps = [self.step(item, f"{path}[{i}]") for i, item in enumerate(given)]
        read = tuple(step for step in steps if step is not None)
        self.order(steps, path)
        return read

    def order(self, steps: list[Step | None], path: str) -> None:
        """Leave out, prefer, share, end: a step that comes too late, or twice, would do nothing or the wrong thing."""
        reached, before = Part.NARROW, ""
        sharing = ""
        seen: set[str] = set()
        for i, step in enumerate(steps):
            if step is None:
                continue
            strategy = shelf()[step.strategy]
            if step.strategy in seen and not strategy.repeats:
                self.wrong(f"{path}[{i}]", "step_twice", strategy=step.strategy)
            elif strategy.part is Part.SHARE and sharing:
                self.wrong(f"{path}[{i}]", "shares_twice", strategy=step.strategy, first=sharing)
            elif max(strategy.part, Part.PREFER) < reached:
                code = "nothing_after_end" if reached is Part.END else "too_late"
                self.wrong(f"{path}[{i}]", code, strategy=step.strategy, before=before)
            elif step.strategy in {"pool", "manual"} and sharing:
                self.wrong(f"{path}[{i}]", "pool_shares_nothing", strategy=sharing)
            if strategy.part >= reached:
                reached, before = strategy.part, step.strategy
            sharing = step.strategy if strategy.part is Part.SHARE else sharing
            seen.add(step.strategy)

    def escalation(self, body: object, path: str) -> tuple[Stage, ...] | None:
        """What is done while the owner stays silent, in order of time; None where the group's own applies."""
        if body is None:
            return None
        stages: list[Stage] = []
        for i, item in enumerate(self.items(body, path, MOST_STAGES)):
            if not isinstance(item, Mapping):
                self.wrong(f"{path}[{i}]", "not_an_object")
                continue
            self.keys(item, {"after", "do"}, f"{path}[{i}]")
            after = self.whole(item.get("after"), f"{path}[{i}].after", 1, LONGEST_RESPONSE)
            do = self.choice(item.get("do"), f"{path}[{i}].do", DOES)
            if "after" not in item or "do" not in item:
                self.wrong(f"{path}[{i}].{'do' if 'after' in item else 'after'}", "missing")
            if after is None or do is None:
                continue
            if any(stage.do == "release" and stage.after < after for stage in stages):
                self.wrong(f"{path}[{i}]", "after_release")
            if stages and stages[-1].after > after:
                self.wrong(f"{path}[{i}].after", "not_in_order")
            if do in {"release", "pause"} and any(stage.do == do for stage in stages):
                self.wrong(f"{path}[{i}]", "stage_twice", do=do)
            stages.append(Stage(after, do))
        return tuple(stages)

    def choice(self, value: object, path: str, choices: tuple[str, ...]) -> str | None:
        """One of the choices; None where none is given, or a wrong one."""
        if value is None or value in choices:
            return value if isinstance(value, str) else None
        self.wrong(path, "wrong_choice", expected=", ".join(choices))
        return None

    def step(self, body: object, path: str) -> Step | None:
        if not isinstance(body, Mapping):
            self.wrong(path, "not_an_object")
            return None
        self.keys(body, {"strategy", "options"}, path)
        name = body.get("strategy")
        strategy = shelf().get(name) if isinstance(name, str) else None
        if strategy is None:
            self.wrong(f"{path}.strategy", "unknown_strategy", expected=", ".join(sorted(shelf())))
            return None
        options, faults = read_options(strategy.Options, body.get("options") or {})
        for fault in faults:
            below = f"{path}.options.{fault.option}" if fault.option else f"{path}.options"
            self.wrong(below, fault.code, **dict(fault.numbers))
        field = getattr(options, "field", None)
        if field is not None and self.catalogue.fields and field not in self.catalogue.fields:
            self.wrong(f"{path}.options.field", "condition_unknown_field", field=shown(field))
        rep = getattr(options, "rep", None)
        if rep is not None and self.directory is not None and rep not in self.directory.reps:
            self.wrong(f"{path}.options.rep", "unknown_rep", id=rep)
        return None if faults else Step(strategy.name, options)

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

    def keys(self, body: Mapping[Any, Any], known: set[str], path: str) -> None:
        for key in body:
            if key not in known:
                self.wrong(path, "unknown_key", key=shown(key))

    def items(self, body: object, path: str, most: int) -> list[object]:
        if not isinstance(body, list | tuple):
            self.wrong(path, "not_a_list")
            return []
        if len(body) > most:
            self.wrong(path, "too_many", most=most)
        return list(body)[:most]

    def text(self, value: object, path: str, longest: int, absent: str) -> str | None:
        if not isinstance(value, str) or not value.strip():
            self.wrong(path, absent)
            return None
        if any(c == "\x00" or "\ud800" <= c <= "\udfff" for c in value):
            self.wrong(path, "bad_text")
            return None
        if len(value) > longest:
            self.wrong(path, "too_long", most=longest)
            return None
        return value.strip()

    def whole(self, value: object, path: str, low: int, high: int) -> int | None:
        """A whole number in bounds; None where none is given."""
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.wrong(path, "wrong_type", expected="whole number")
            return None
        if not low <= value <= high:
            self.wrong(path, "out_of_bounds", high=high, low=low)
            return None
        return value

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


def shown(value: object) -> str:
    """A foreign key short and clean enough to stand in an error."""
    text = value if isinstance(value, str) else type(value).__name__
    return text[:80].encode("utf-8", "replace").decode()
