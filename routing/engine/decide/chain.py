"""Walks the rules: the first that holds, its destination, its steps, and its otherwise chain to an outcome."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from routing.engine.decide.decision import ENGINE, Considered, Decision, Passed
from routing.engine.decide.verdicts import DUTY, Choice, choose, everybody_out
from routing.engine.ledger import LedgerEntry
from routing.engine.ruleset import Place, Rule, RuleSet, To
from routing.engine.slate import Outcome, Slate
from routing.engine.strategies import shelf
from routing.engine.trace import Code, Reason, RuleTried, StepTaken, Trace, reason
from routing.engine.world import Group, Lead, Member, Step, World, closest_territory

# Coming on duty changes nothing about these.
LASTING = frozenset({Code.NOT_IN_TERRITORY, Code.NOT_THE_NAMED_REP})


def decide(lead: Lead, world: World, rules: RuleSet | None, *, at: datetime, trace: Trace | None = None) -> Decision:
    """Who gets the lead at this instant, and why; never raises, whatever is missing in the world.

    No rules published, or none in the set, is an outcome with a reason as well. With a trace every rule up to the one
    that decides is asked and every leaf of it; the decision is the same.
    """
    return Walk(lead, world, rules, at, trace).decide()


class Walk:
    """One lead on its way through the rules."""

    __slots__ = ("at", "considered", "last", "lead", "passed", "rule", "rules", "trace", "waited_for", "world")

    def __init__(self, lead: Lead, world: World, rules: RuleSet | None, at: datetime, trace: Trace | None) -> None:
        self.lead, self.world, self.rules, self.at, self.trace = lead, world, rules, at, trace
        self.rule: Rule | None = None
        self.last = Reason(Code.NO_RULE_MATCHED)  # why the latest place took nobody
        self.passed: list[Passed] = []
        self.considered: tuple[Considered, ...] = ()
        self.waited_for: list[tuple[int | None, list[Member]]] = []  # whom the current rule could hold the lead for

    def decide(self) -> Decision:
        rules = self.rules
        if rules is None or not rules.rules:
            return self.end(Outcome.DESK, Reason(Code.NO_RULES))
        for position in self.positions(rules):
            rule = rules.rules[position]
            if not self.holds(rule):
                continue
            decision = self.take(rule)
            if decision is not None:
                return decision
        self.rule = None
        return self.end(Outcome.DESK, Reason(Code.NO_RULE_MATCHED))

    def positions(self, rules: RuleSet) -> Iterable[int]:
        """All rules where somebody wants to see them tried, else those that could match."""
        return range(len(rules.rules)) if self.trace else rules.index.candidates(self.lead.folded)

    def holds(self, rule: Rule) -> bool:
        holds = rule.condition.holds(self.lead.folded)
        if self.trace is not None:
            verdict = rule.condition.verdict(self.lead.facts, self.lead.folded)
            self.trace.rules.append(RuleTried(rule.key, holds, verdict))
        return holds

    def take(self, rule: Rule) -> Decision | None:
        """The rule's destination, then its otherwise chain; None: the next rule's turn."""
        self.rule = rule
        self.waited_for = []
        decision = self.destination(rule.destination)
        for link in rule.otherwise:
            if decision is not None:
                return decision
            if link.to is To.NEXT_RULE:
                return None
            decision = self.link(link)
        return decision or self.end(Outcome.DESK, self.last)

    def destination(self, place: Place) -> Decision | None:
        match place.to:
            case To.GROUP:
                return self.group(place.id, self.steps)
            case To.TERRITORY:
                return self.territory()
            case To.REP:
                return self.named(place.id or 0)
            case To.REJECT:
                return self.end(Outcome.REJECTED, reason(Code.REJECTED_BY_RULE, reason=place.reason))
            case _:
                return self.end(Outcome.DESK, Reason(Code.SENT_TO_DESK))

    def link(self, place: Place) -> Decision | None:
        match place.to:
            case To.GROUP:
                return self.group(place.id, None)
            case To.POOL:
                return self.pool(place)
            case To.HOLD:
                return self.hold()
            case _:
                return self.end(Outcome.DESK, self.last)

    @property
    def steps(self) -> tuple[Step, ...] | None:
        return None if self.rule is None else self.rule.steps

    def group(self, number: int | None, steps: tuple[Step, ...] | None) -> Decision | None:
        """One group by the given steps or its own."""
        group = self.members_of(number)
        if group is None:
            return None
        slate = Slate(self.at, group.id, group.members, group.members)
        return self.settle(slate, group.steps if steps is None else steps)

    def territory(self) -> Decision | None:
        """The group of the closest territory, only those of it who cover it."""
        found = closest_territory(self.world.territories, self.lead.folded)
        if found is None:
            self.pass_by(None, Reason(Code.NO_TERRITORY))
            return None
        group = self.members_of(found.group)
        if group is None:
            return None
        outside = reason(Code.NOT_IN_TERRITORY, territory=found.id)
        slate = Slate(self.at, group.id, group.members, group.members)
        slate = slate.drop(lambda member: None if member.rep in found.reps else outside)
        return self.settle(slate, group.steps if self.steps is None else self.steps)

    def named(self, number: int) -> Decision | None:
        """A rep by name, or the backup while away; stands in no group."""
        rep = self.world.reps.get(number)
        if rep is None:
            self.pass_by(None, reason(Code.REP_MISSING, rep=number))
            return None
        both = {number} if rep.backup is None else {number, rep.backup}
        members = tuple(Member(one) for one in sorted(both) if one in self.world.reps)
        fixed = shelf()["fixed"]
        first = Step(fixed.name, fixed.Options(rep=number))
        slate = Slate(self.at, None, members, members, named=number)
        return self.settle(slate, (first, *(self.steps or ())))

    def members_of(self, number: int | None) -> Group | None:
        """The group; None where there is no such group or nobody in it."""
        group = self.world.groups.get(number or 0)
        if group is None:
            self.pass_by(number, reason(Code.GROUP_MISSING, group=number))
            return None
        if not group.members:
            self.pass_by(number, reason(Code.GROUP_HAS_NOBODY, group=number))
            return None
        return group

    def settle(self, slate: Slate, steps: tuple[Step, ...]) -> Decision | None:
        """The slate through its steps to a winner, a pool, or nobody."""
        for step in steps:
            slate = self.narrow(slate, step)
        if slate.ending is not None and slate.standing and slate.group is not None:
            self.considered += everybody_out(slate, self.world)
            return self.end(slate.ending.outcome, Reason(Code.IN_POOL), group=slate.group, mode=slate.ending.mode)
        if any([member.weight <= 0 for member in slate.standing]):  # noqa: C419 - a list is faster for twenty
            slate = slate.drop(_weightless)
        if not slate.standing:
            never = {rep for rep, why in slate.dropped if why.code in LASTING}
            self.waited_for.append((slate.group, [member for member in slate.all if member.rep not in never]))
            self.considered += everybody_out(slate, self.world)
            self.pass_by(slate.group, _nobody(slate))
            return None
        choice = choose(slate, self.lead.id, self.world)
        self.considered += choice.considered
        return self.assigned(slate.group, choice)

    def narrow(self, slate: Slate, step: Step) -> Slate:
        narrowed: Slate = shelf()[step.strategy].narrow(slate, self.lead, self.world, step.options)
        if self.trace is not None and self.rule is not None:
            before = set(slate.dropped)
            dropped = tuple(row for row in narrowed.dropped if row not in before)
            standing = tuple(member.rep for member in narrowed.standing)
            self.trace.steps.append(StepTaken(self.rule.key, slate.group, step.strategy, standing, dropped))
        return narrowed

    def assigned(self, group: int | None, choice: Choice) -> Decision:
        return self.end(Outcome.ASSIGNED, choice.reason, group=group, rep=choice.rep, entry=choice.entry)

    def pool(self, place: Place) -> Decision | None:
        """A group's pool, whoever is on duty."""
        group = self.members_of(place.id)
        return None if group is None else self.end(Outcome.POOLED, self.last, group=group.id, mode=place.mode)

    def hold(self) -> Decision:
        """Until the first of those tried by this rule comes on duty; nobody within the horizon: the desk."""
        comes = [
            (begin, group or 0, group)
            for group, members in self.waited_for
            for member in members
            if member.weight > 0 and (rep := self.world.reps.get(member.rep)) and (begin := rep.next_duty(self.at))
        ]
        if not comes:
            return self.end(Outcome.DESK, Reason(Code.NOBODY_COMING) if self.waited_for else self.last)
        until, _, group = min(comes, key=lambda row: row[:2])
        return self.end(Outcome.HELD, self.last, group=group, until=until)

    def pass_by(self, group: int | None, why: Reason) -> None:
        """Nobody here: note it, so that the receipt and the next link know why."""
        self.last = why
        self.passed.append(Passed(self.rule.key if self.rule else "", group, why))

    def end(
        self,
        outcome: Outcome,
        why: Reason,
        *,
        group: int | None = None,
        rep: int | None = None,
        until: datetime | None = None,
        mode: str | None = None,
        entry: LedgerEntry | None = None,
    ) -> Decision:
        rule = self.rule
        within = rule.respond_within if rule else None
        if within is None and group is not None and group in self.world.groups:
            within = self.world.groups[group].respond_within
        return Decision(
            engine=ENGINE,
            version=self.rules.version if self.rules else 0,
            lead=self.lead.id,
            at=self.at,
            outcome=outcome,
            reason=why,
            rule=rule.key if rule else None,
            group=group,
            rep=rep,
            until=until,
            mode=mode,
            entry=entry,
            considered=self.considered,
            passed=tuple(self.passed),
            respond_within=within,
            priority=rule.priority if rule else None,
        )


def _weightless(member: Member) -> Reason | None:
    return Reason(Code.WEIGHT_IS_ZERO) if member.weight <= 0 else None


def _nobody(slate: Slate) -> Reason:
    """Why nobody is left: off duty, all of them, or for reasons that differ."""
    codes = {why.code for _, why in slate.dropped}
    if codes == {Code.WEIGHT_IS_ZERO}:
        return reason(Code.WEIGHT_IS_ZERO, members=len(slate.all))
    off = bool(codes) and codes <= DUTY
    return reason(Code.NOBODY_ON_DUTY if off else Code.NOBODY_LEFT, members=len(slate.all))
