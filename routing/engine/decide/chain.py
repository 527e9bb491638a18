"""Walks the rules: the first that holds, its destination, its steps, and its otherwise chain to an outcome."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from routing.engine.decide.asked import Asked
from routing.engine.decide.decision import ENGINE, Considered, Decision, Passed
from routing.engine.decide.earning import earning
from routing.engine.decide.verdicts import DUTY, Choice, choose, everybody_out
from routing.engine.ledger import LedgerEntry, Transfer
from routing.engine.ruleset import Place, Rule, RuleSet, To, shares_equally
from routing.engine.slate import Chosen, Outcome, Slate
from routing.engine.strategies import shelf
from routing.engine.strategy import Asks, Part
from routing.engine.trace import Code, Reason, StepTaken, Trace, reason
from routing.engine.world import NOTHING, Group, Lead, Member, OnReturn, Step, World, closest_territory

# How soon a lead is looked at again that waits for room.
SOON = timedelta(minutes=1)
# Coming on duty changes nothing about these.
LASTING = frozenset({Code.NOT_IN_TERRITORY, Code.NOT_THE_NAMED_REP})
_VERDICTS = {
    "disqualified": (Outcome.REJECTED, Code.REJECTED_BY_QUALIFICATION),
    "look": (Outcome.DESK, Code.LOOK_FIRST),
}


def decide(lead: Lead, world: World, rules: RuleSet | None, *, at: datetime, trace: Trace | None = None) -> Decision:
    """Who gets the lead at this instant, and why; never raises, whatever is missing in the world.

    No rules published, or none in the set, is an outcome with a reason as well. With a trace every rule up to the one
    that decides is asked and every leaf of it; the decision is the same.
    """
    return Walk(lead, world, rules, at, trace).decide()


class Walk:
    """One lead on its way through the rules."""

    __slots__ = (
        "asked", "at", "considered", "full", "last", "lead", "passed", "rule", "rules", "trace", "waited_for", "world",
    )  # fmt: skip

    def __init__(self, lead: Lead, world: World, rules: RuleSet | None, at: datetime, trace: Trace | None) -> None:
        self.lead, self.world, self.rules, self.at, self.trace = lead, world, rules, at, trace
        self.rule: Rule | None = None
        self.last = Reason(Code.NO_RULE_MATCHED)  # why the latest place took nobody
        self.passed: list[Passed] = []
        self.considered: tuple[Considered, ...] = ()
        self.waited_for: list[tuple[int | None, list[Member]]] = []  # whom the current rule could hold the lead for
        self.full = False  # somebody was at a limit
        self.asked = Asked(lead, world)

    def decide(self) -> Decision:
        rules = self.rules
        if (unqualified := self.verdict()) is not None:
            return unqualified
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

    def verdict(self) -> Decision | None:
        """What qualification said of the lead, which stands in its facts, goes before all rules."""
        said = self.lead.folded.get("verdict")
        if said not in _VERDICTS:
            return None
        outcome, code = _VERDICTS[said]
        numbers = {name: self.lead.folded.get(f"verdict_{name}") or None for name in ("reason", "rule")}
        return self.end(outcome, reason(code, **numbers))

    def positions(self, rules: RuleSet) -> Iterable[int]:
        """All rules where somebody wants to see them tried, else those that could match."""
        return range(len(rules.rules)) if self.trace else rules.index.candidates(self.lead.folded)

    def holds(self, rule: Rule) -> bool:
        if self.trace is not None:
            return self.trace.try_rule(rule, self.lead.facts, self.lead.folded)
        return rule.condition.holds(self.lead.folded)

    def take(self, rule: Rule) -> Decision | None:
        """The rule's destination, then its otherwise chain; None: the next rule's turn."""
        self.rule = rule
        self.waited_for = []
        self.full = False
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
            case To.ACCOUNT:
                return self.account(place)
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
                return self.hold(self.waited_for) or self.end(Outcome.DESK, self.nobody_comes())
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
        if group.paused:
            return self.stand_still(group)
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
        if group.paused:
            return self.stand_still(group)
        outside = reason(Code.NOT_IN_TERRITORY, territory=found.id)
        slate = Slate(self.at, group.id, group.members, group.members)
        slate = slate.drop(lambda member: None if member.rep in found.reps else outside)
        return self.settle(slate, group.steps if self.steps is None else self.steps)

    def account(self, place: Place) -> Decision | None:
        """The owner of the known account, in the group where it counts for them; what if they cannot is said there."""
        self.asked.of({Asks.ACCOUNT, Asks.LAST_OWNER} if place.returning else {Asks.ACCOUNT})
        account = self.world.accounts.get(self.lead.account or 0)
        owner, why = (None, Code.NO_ACCOUNT) if account is None else (account.owner, Code.OWNS_ACCOUNT)
        if owner is None and place.returning and self.lead.last_owner is not None:
            owner, why = self.lead.last_owner, Code.HAD_THE_PERSON
        if owner is None:
            self.pass_by(None, reason(Code.NO_ACCOUNT if account is None else Code.ACCOUNT_HAS_NO_OWNER))
            return None
        if owner not in self.world.reps:
            self.pass_by(None, reason(Code.REP_MISSING, rep=owner))
            return None
        group = self.world.groups.get(account.group or 0) if account is not None else None
        if group is not None and group.paused:
            self.asked.people([owner])
            return self.stand_still(group)
        decision = self.owner(owner, Reason(why), group, place)
        if decision is None and place.away == "rotate" and group is not None:
            return self.group(group.id, None)
        return decision

    def owner(self, owner: int, why: Reason, group: Group | None, place: Place) -> Decision | None:
        """The account's owner, or their backup where the place says so; the others are looked at for the fair share."""
        backup = self.world.reps[owner].backup if place.away == "backup" else None
        known = {member.rep: member for member in (group.members if group else ())}
        # Who is no member stands with weight 0: may get the lead, and has no part in the group's fair share.
        for one in (owner, backup):
            if one is not None and one in self.world.reps:
                known.setdefault(one, Member(one, weight=0))
        members = tuple(known[rep] for rep in sorted(known))
        self.asked.people([owner] if backup is None else sorted({owner, backup}))
        equal = group is None or shares_equally(group.steps)
        slate = Slate(self.at, group.id if group else None, members, members, equal=equal)
        for step in ON_DUTY if self.steps is None else self.steps:
            slate = self.narrow(slate, step)
        standing = {member.rep for member in slate.standing}
        wins = next((one for one in (owner, backup) if one in standing), None)
        others = reason(Code.ACCOUNT_OWNED_BY, rep=owner)
        if wins is None:
            slate = slate.drop(lambda _member: others)
            waits = place.away == "wait" and owner not in self.lead.barred  # who let it go is not waited for
            return self.nobody(slate._replace(wait=(owner,)) if waits else slate)
        told = why if wins == owner else reason(Code.BACKUP_OF, rep=owner)
        counted = group is not None and group.count_accounts
        slate = slate._replace(chosen=Chosen(frozenset({wins}), told, others, counted=counted))
        return self.concluded(slate)

    def named(self, number: int) -> Decision | None:
        """A rep by name, or the backup while away; stands in no group."""
        rep = self.world.reps.get(number)
        if rep is None:
            self.pass_by(None, reason(Code.REP_MISSING, rep=number))
            return None
        both = {number} if rep.backup is None else {number, rep.backup}
        members = tuple(Member(one) for one in sorted(both) if one in self.world.reps)
        self.asked.people(sorted(both))
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
        return self.concluded(self.narrowed(slate, steps), steps)

    def narrowed(self, slate: Slate, steps: tuple[Step, ...]) -> Slate:
        """The slate after the steps, those of weight 0 left out unless it ends in a pool."""
        weighed = False
        for step in _offer_first(steps) if self.lead.barred else steps:
            # Who has weight 0 stands for nothing where a share is worked out, least busy and the lot included.
            if not weighed and shelf()[step.strategy].part is Part.SHARE:
                slate, weighed = _weighed(slate), True
            slate = self.narrow(slate, step)
        return slate if weighed or slate.ending is not None else _weighed(slate)

    def concluded(self, slate: Slate, steps: tuple[Step, ...] = ()) -> Decision | None:
        """A winner, an offer, a pool, a wait; None: nobody is left here."""
        ending = slate.ending
        group = self.world.groups.get(slate.group or 0)
        if ending is not None and group is not None and (slate.standing or ending.outcome is Outcome.DESK):
            self.considered += everybody_out(slate, self.world)
            if ending.outcome is Outcome.DESK:
                return self.end(ending.outcome, Reason(Code.SENT_TO_DESK), group=group.id)
            if group.has_pool:
                return self.end(ending.outcome, Reason(Code.IN_POOL), group=group.id, mode=ending.mode)
            self.pass_by(group.id, reason(Code.NO_POOL, group=group.id))
            return None
        if not slate.standing:
            return self.nobody(slate)
        if group is not None and group.on_return is OnReturn.REPAY:
            self.asked.arrears(group)
        ghosts = earning(slate, steps, group, self.lead, self.world) if group else ()
        if slate.even or (slate.even is False and not slate.equal and not slate.chosen_stands()):
            self.asked.told["even"] = slate.even
        choice = choose(slate, self.lead.id, self.world, group, ghosts)
        self.considered += choice.considered
        return self.given(slate, choice)

    def given(self, slate: Slate, choice: Choice) -> Decision:
        offered = slate.offer is not None
        return self.end(
            Outcome.OFFERED if offered else Outcome.ASSIGNED,
            choice.reason,
            group=slate.group,
            rep=choice.rep,
            until=self.at + timedelta(seconds=slate.offer or 0) if offered else None,
            entry=choice.entry,
            transfers=choice.transfers,
        )

    def nobody(self, slate: Slate) -> Decision | None:
        """Nobody is left: held where a step says so, else note why, and the chain goes on."""
        never = {rep for rep, why in slate.dropped if why.code in LASTING}
        self.considered += everybody_out(slate, self.world)
        why = _nobody(slate)
        self.full = self.full or any(one.code is Code.AT_CAP and _may_free(one) for _rep, one in slate.dropped)
        if slate.wait:
            self.last = (
                reason(Code.WAITS_FOR_SKILL) if slate.retry_at else reason(Code.OWNER_OFF_DUTY, rep=slate.wait[0])
            )
            waiting = [member for member in slate.all if member.rep in slate.wait]
            held = self.hold([(slate.group, waiting)], latest=slate.retry_at, weightless=True)
            if held is not None:
                return held
        self.waited_for.append((slate.group, [member for member in slate.all if member.rep not in never]))
        self.pass_by(slate.group, why)
        return None

    def narrow(self, slate: Slate, step: Step) -> Slate:
        strategy = shelf()[step.strategy]
        if asks := strategy.asks(step.options):
            self.asked.of(asks)
        narrowed: Slate = strategy.narrow(slate, self.lead, self.world, step.options)
        if narrowed.untold is not None:
            self.asked.duty_of(narrowed.untold, self.at)
        if self.trace is not None and self.rule is not None:
            before = set(slate.dropped)
            dropped = tuple(row for row in narrowed.dropped if row not in before)
            standing = tuple(member.rep for member in narrowed.standing)
            self.trace.steps.append(StepTaken(self.rule.key, slate.group, step.strategy, standing, dropped))
        return narrowed

    def pool(self, place: Place) -> Decision | None:
        """A group's pool, whoever is on duty; all members may take it."""
        group = self.members_of(place.id)
        if group is None:
            return None
        if group.paused:
            return self.stand_still(group)
        if not group.has_pool:
            self.pass_by(group.id, reason(Code.NO_POOL, group=group.id))
            return None
        self.considered += everybody_out(Slate(self.at, group.id, group.members, group.members), self.world)
        return self.end(Outcome.POOLED, self.last, group=group.id, mode=place.mode)

    def stand_still(self, group: Group) -> Decision:
        """Somebody paused the group's routing: its leads wait until it goes on."""
        return self.end(Outcome.HELD, reason(Code.ROUTING_PAUSED, group=group.id), group=group.id)

    def hold(
        self,
        whom: list[tuple[int | None, list[Member]]],
        latest: datetime | None = None,
        *,
        weightless: bool = False,
    ) -> Decision | None:
        """Until the first of them comes on duty, or the latest instant; None where neither is in sight.

        Where somebody was at a limit it is looked at again soon: room comes when a lead is closed, at no known instant.
        """
        comes = [
            (begin, group or 0, group, member.rep)
            for group, members in whom
            for member in members
            if (member.weight > 0 or weightless)
            and (rep := self.world.reps.get(member.rep))
            and (begin := rep.next_duty(self.at))
        ]
        self.asked.comes({rep: begin for begin, _, _, rep in comes})
        if self.full:
            soon = self.at + SOON
            latest = soon if latest is None else min(soon, latest)
        if latest is not None:
            comes.append((latest, 0, whom[0][0], 0))
        if not comes:
            return None
        until, _, group, _ = min(comes, key=lambda row: row[:2])
        return self.end(Outcome.HELD, self.last, group=group, until=until)

    def nobody_comes(self) -> Reason:
        return Reason(Code.NOBODY_COMING) if self.waited_for else self.last

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
        transfers: tuple[Transfer, ...] = (),
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
            transfers=transfers,
            considered=self.considered,
            passed=tuple(self.passed),
            respond_within=within,
            priority=rule.priority if rule else None,
            asked=self.asked.told or NOTHING,
        )


ON_DUTY = (Step("availability", shelf()["availability"].Options()),)


def _offer_first(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Who declined is out before anything is shared, so that the choice falls among those who may still be asked."""
    offers = tuple(step for step in steps if step.strategy == "offer")
    others = [step for step in steps if step.strategy != "offer"]
    place = next((i for i, step in enumerate(others) if shelf()[step.strategy].part >= Part.SHARE), len(others))
    return (*others[:place], *offers, *others[place:])


def _may_free(why: Reason) -> bool:
    """Whether room may come: a limit of 0 never has any."""
    return dict(why.numbers).get("most") != 0


def _weighed(slate: Slate) -> Slate:
    """Without those of weight 0, who keep the place and get nothing but what is theirs anyway."""
    if all([member.weight > 0 for member in slate.standing]):  # noqa: C419 - a list is faster for twenty
        return slate
    kept = slate.chosen.reps if slate.chosen else ()
    return slate.drop(lambda m: Reason(Code.WEIGHT_IS_ZERO) if m.weight <= 0 and m.rep not in kept else None)


def _nobody(slate: Slate) -> Reason:
    """Why nobody is left: off duty, all of them, or for reasons that differ."""
    codes = {why.code for _, why in slate.dropped}
    if codes == {Code.WEIGHT_IS_ZERO}:
        return reason(Code.WEIGHT_IS_ZERO, members=len(slate.all))
    off = bool(codes) and codes <= DUTY
    return reason(Code.NOBODY_ON_DUTY if off else Code.NOBODY_LEFT, members=len(slate.all))
