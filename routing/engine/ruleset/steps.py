"""Reads how a rule or a group shares, and what follows silence: steps in an order that makes sense, stages in time."""

from __future__ import annotations

from collections.abc import Mapping

from leads.conditions import Catalogue
from routing.engine.ruleset.pass_over import Pass, RuleSetError, shown
from routing.engine.ruleset.shape import Directory
from routing.engine.strategies import shelf
from routing.engine.strategy import Part, read_options
from routing.engine.world import Stage, Step

MOST_STEPS = 10
MOST_STAGES = 10
LONGEST_RESPONSE = 30 * 24 * 3600
DOES = ("remind", "warn", "release", "pause")


def parse_steps(
    body: object, *, directory: Directory | None = None, catalogue: Catalogue | None = None
) -> tuple[Step, ...]:
    """The default steps of a group from JSON, or RuleSetError with every problem; fields only asked of a catalogue."""
    reading = StepsReading(catalogue or Catalogue({}), directory)
    steps = reading.steps(body if body is not None else [], "steps")
    if reading.problems:
        raise RuleSetError(tuple(reading.problems))
    return steps or ()


def parse_escalation(body: object) -> tuple[Stage, ...]:
    """What a group does while an owner stays silent, from JSON; RuleSetError with every problem."""
    reading = StepsReading(Catalogue({}), None)
    stages = reading.escalation(body if body is not None else [], "escalation")
    if reading.problems:
        raise RuleSetError(tuple(reading.problems))
    return stages or ()


def shares_equally(steps: tuple[Step, ...]) -> bool:
    """Whether a group with these steps splits a lead equally, not by weight: what an entry made by hand follows too."""
    for step in reversed(steps):
        if shelf()[step.strategy].part is Part.SHARE:
            return step.strategy == "round_robin" or getattr(step.options, "by", "") == "equal"
    return True


# They choose by another order than what is owed, so their entries are forced.
_ELSE = frozenset({"least_loaded", "random", "account", "fixed", "pool", "manual"})


def on_the_ledger(steps: tuple[Step, ...]) -> bool:
    """Whether it is always whoever is owed most that gets the lead: what the bounds of fairness hold for."""
    if {step.strategy for step in steps} & _ELSE:
        return False
    back = [getattr(step.options, "back_within_minutes", None) for step in steps if step.strategy == "availability"]
    return not any(back)


class StepsReading(Pass):
    """A pass that knows steps and stages."""

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
            elif reached is Part.END or max(strategy.part, Part.PREFER) < reached:
                code = "nothing_after_end" if reached is Part.END else "too_late"
                self.wrong(f"{path}[{i}]", code, strategy=step.strategy, before=before)
            elif step.strategy in {"pool", "manual"} and sharing:
                self.wrong(f"{path}[{i}]", "pool_shares_nothing", strategy=sharing)
            if strategy.part >= reached:
                reached, before = strategy.part, step.strategy
            sharing = step.strategy if strategy.part is Part.SHARE else sharing
            seen.add(step.strategy)

    def alone(self, steps: tuple[Step, ...], path: str) -> None:
        """One rep by name, or an account's owner, is nobody to share among: only conditions on them make sense."""
        for i, step in enumerate(steps):
            if step.strategy in {"pool", "manual", "account", "fixed"} or shelf()[step.strategy].part is Part.SHARE:
                self.wrong(f"{path}[{i}]", "needs_group", strategy=step.strategy)

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
        options, faults = read_options(strategy.Options, body.get("options", {}))
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
