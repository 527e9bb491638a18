"""Ninety days told in order: leads are decided by the very engine as they come, then claimed, given, returned, worked.

A queue of happenings in memory, each of which may plan later ones; what lies after `until` has not happened yet, so the
company stands in the middle of its work when the visitor arrives.
"""

import heapq
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from leads import timeline
from leads.life import EventKind, State
from leads.models import Delivery, Stage
from reporting.demo.team import Team
from reps import availability, schedule
from reps.models import Rep
from reps.models.division import SEEDED
from routing import history, terms, wording
from routing.assign import kind_of
from routing.engine import world as w
from routing.engine.decide import Decision as Said
from routing.engine.decide import record
from routing.engine.ledger import LedgerEntry
from routing.engine.replay import Closed, Fold, Taken
from routing.engine.ruleset import RuleSet as Rules
from routing.engine.slate import Outcome
from routing.models import Assignment, Decision, Return, RuleSetVersion
from routing.models import LedgerEntry as EntryRow
from routing.prints import TERRITORIES, looked_at, print_world
from routing.snapshot import duty_of

MINUTE = timedelta(minutes=1)
_EVENTS = {
    Outcome.ASSIGNED: EventKind.ASSIGNED,
    Outcome.POOLED: EventKind.POOLED,
    Outcome.HELD: EventKind.HELD,
    Outcome.DESK: EventKind.DESK,
    Outcome.REJECTED: EventKind.REJECTED,
}
_RETURNS = (
    (Return.Reason.WRONG_PERSON, "She only collects offers for her boss.", 3),
    (Return.Reason.UNREACHABLE, "The number is dead and mails bounce.", 3),
    (Return.Reason.NOT_MINE, "We had them last year, ask Amara.", 2),
    (Return.Reason.SPAM, "They want to sell us search placements.", 2),
)


@dataclass(slots=True)
class Tale:
    """One lead on its way. `alone`: nobody pulls, gives or answers it; `returned`: its first owner hands it back."""

    lead: w.Lead
    facts_id: int
    arrived_at: datetime
    past: history.Past
    value: int = 0
    alone: bool = False
    returned: bool = False
    decision: Decision | None = None

    @property
    def standing(self) -> history.Standing:
        """Where it stands by now."""
        return self.past.standing

    @property
    def spell(self) -> Assignment:
        """The latest spell of ownership."""
        return self.past.spells[-1]

    def tell(
        self,
        kind: EventKind,
        at: datetime,
        payload: Mapping[str, Any],
        *,
        user: int | None = None,
        rep: int | None = None,
        private: dict[str, Any] | None = None,
    ) -> None:
        """Add a line to its timeline."""
        whom = rep or self.standing.owner
        self.past.news.append(
            timeline.News(self.lead.id, kind, at, whom, user, self.standing.hop, dict(payload), private)
        )


# What a rep does with a lead that just became theirs; made in reporting.demo.work.
Work = Callable[["Story", Tale], None]


class Story:
    """The queue, the fold of decisions, and the people around it."""

    def __init__(
        self, *, team: Team, version: RuleSetVersion, rules: Rules, world: w.World, seed: int, work: Work
    ) -> None:
        self.team, self.version, self.world, self.work = team, version, world, work
        self.fold = Fold(world, rules)
        self.random = random.Random(seed)  # noqa: S311 - invented data, not secrets
        self.stages = {stage.key: stage for stage in Stage.objects.filter(division=SEEDED)}
        self.reps: dict[int, Rep] = {rep.pk: rep for rep in team.reps.values()}
        self.duty = {pk: duty_of(rep) for pk, rep in world.reps.items()}
        self.tales: list[Tale] = []
        self._rules = rules
        self._prints = print_world(SEEDED, world)
        self._names = {rule.key: rule.name for rule in rules.rules}
        self._groups = {group.pk: group for group in team.groups.values()}
        self._queue: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._n = count()

    def plan(self, at: datetime, act: Callable[[datetime], None]) -> None:
        """Have something happen at the instant."""
        heapq.heappush(self._queue, (at, next(self._n), act))

    def run(self, until: datetime) -> None:
        """Let happen what happens before the instant."""
        while self._queue and self._queue[0][0] < until:
            at, _n, act = heapq.heappop(self._queue)
            act(at)

    def working(self, rep: int, start: datetime, minutes: float) -> datetime | None:
        """The instant by which the rep has worked so many minutes; None beyond the calendar."""
        return schedule.add_working_time(self.duty[rep], start=start, amount=minutes * MINUTE)

    def some_minutes(self, usual: float) -> float:
        """About the usual number, now and then far more."""
        return min(usual * 40, self.random.lognormvariate(math.log(usual), 0.85))

    # What the machine does

    def arrive(self, tale: Tale) -> None:
        """A lead comes in; it is decided a moment later."""
        self.tales.append(tale)
        tale.standing.band = self._rules.band(tale.lead.folded)
        tale.standing.ready_at = tale.arrived_at
        moment = timedelta(milliseconds=self.random.randint(90, 800))
        self.plan(tale.arrived_at + moment, lambda at: self.decide(tale, at))

    def decide(self, tale: Tale, at: datetime) -> None:
        """Ask the engine, and keep what it says as live routing would."""
        decision, standing = self.fold.decide(tale.lead, at), tale.standing
        rule_name = self._names.get(decision.rule or "", "")
        row = self._row(decision, tale, rule_name)
        tale.past.decisions.append(row)
        standing.state, standing.reason = decision.outcome.value, decision.reason.code.value
        standing.group, standing.decided_at = decision.group, at
        standing.waiting_until = decision.until
        if decision.rep is not None:
            if decision.entry is not None:
                self._enter(tale, decision.entry, at, row)
            self._own(tale, at, rep=decision.rep, how=Assignment.How.RULE, due=self._due_at(decision, at), row=row)
            tale.tell(EventKind.ASSIGNED, at, {"reason": standing.reason, "rule": rule_name})
            self._deliver(tale, at, wording.told(decision, rule_name))
            self._begin(tale)
            return
        tale.tell(_EVENTS[decision.outcome], at, {"reason": standing.reason, "rule": rule_name})
        if decision.outcome is Outcome.HELD and decision.until is not None:
            # Those who waited for the same instant are decided one after another, as far apart as their turns.
            moment = timedelta(microseconds=1 + next(self._n) % 500_000)
            self.plan(decision.until + moment, lambda then: self.decide(tale, then))
        elif decision.outcome is Outcome.POOLED and not tale.alone:
            self.plan(at + self.some_minutes(25) * MINUTE, lambda then: self.claim(tale, then))
        elif decision.outcome is Outcome.DESK and not tale.alone:
            self.plan(at + self.some_minutes(50) * MINUTE, lambda then: self.give(tale, then))

    def _due_at(self, decision: Said, at: datetime) -> datetime | None:
        rule = next((rule for rule in self._rules.rules if rule.key == decision.rule), None)
        found = terms.terms_of(rule, self.world.groups.get(decision.group or 0), decision.respond_within)
        return found.due_at(self.duty[decision.rep or 0], at) if found else None

    def _row(self, decision: Said, tale: Tale, rule_name: str) -> Decision:
        return Decision(
            division_id=SEEDED,
            lead_id=tale.lead.id,
            hop=tale.standing.hop + (decision.rep is not None),
            version=self.version,
            facts_id=tale.facts_id,
            engine=decision.engine,
            at=decision.at,
            outcome=decision.outcome.value,
            rule=decision.rule or "",
            rule_name=rule_name,
            group_id=decision.group,
            rep_id=decision.rep,
            territory_id=self._territory(tale),
            until=decision.until,
            reason=decision.reason.code.value,
            record=record(decision),
            prints=[self._prints[group] for group in (TERRITORIES, *looked_at(decision)) if group in self._prints],
        )

    def _territory(self, tale: Tale) -> int | None:
        found = w.closest_territory(self.world.territories, tale.lead.folded)
        return found.id if found else None

    def _enter(self, tale: Tale, entry: LedgerEntry, at: datetime, row: Decision | None = None) -> None:
        tale.past.entries.append(
            EntryRow(
                division_id=SEEDED,
                group_id=entry.group,
                lead_id=entry.lead,
                decision=row,
                kind=kind_of(entry),
                at=at,
                reps=list(entry.reps),
                weights=list(entry.weights),
                winner=entry.winner,
            )
        )

    def _own(
        self, tale: Tale, at: datetime, *, rep: int, how: Assignment.How, due: datetime | None,
        row: Decision | None = None, by: int | None = None,
    ) -> None:  # fmt: skip
        standing = tale.standing
        standing.state, standing.owner, standing.hop = State.ASSIGNED.value, rep, standing.hop + 1
        standing.assigned_at, standing.due_at, standing.opened_at, standing.waiting_until = at, due, None, None
        tale.past.spells.append(
            Assignment(
                lead_id=tale.lead.id, hop=standing.hop, rep_id=rep, group_id=standing.group, decision=row, how=how,
                starts_at=at, due_at=due, by_id=by,
            )
        )  # fmt: skip

    def _deliver(self, tale: Tale, at: datetime, why: str) -> None:
        sent = at + timedelta(milliseconds=self.random.randint(400, 1600))
        for channel in (Delivery.Channel.IN_APP, Delivery.Channel.EMAIL):
            mailed = channel == Delivery.Channel.EMAIL
            tale.past.deliveries.append(
                Delivery(
                    lead_id=tale.lead.id, hop=tale.standing.hop, rep_id=tale.spell.rep_id, channel=channel,
                    event="assigned", why=why, created_at=at, due_at=at, tries=int(mailed),
                    sent_at=sent if mailed else None,
                )
            )  # fmt: skip
        tale.tell(EventKind.TOLD, sent, {"channel": Delivery.Channel.EMAIL.value})

    def _begin(self, tale: Tale) -> None:
        """The new owner gets to work, or hands the lead back."""
        if tale.returned or (not tale.alone and tale.standing.hop == 1 and self.random.random() < 0.03):
            at = self.working(tale.spell.rep_id, tale.spell.starts_at, self.some_minutes(8))
            if at is not None:
                self.plan(at, lambda then: self.give_back(tale, then))
        elif not tale.alone:
            self.work(self, tale)

    # What people do

    def on_duty(self, group: int, at: datetime) -> list[w.Member]:
        """Members of the group who work at the instant."""
        members = self.world.groups[group].members
        return [m for m in members if m.rep in self.world.reps and self.world.reps[m.rep].on_duty(at)]

    def claim(self, tale: Tale, at: datetime) -> None:
        """Somebody who has time pulls it from the pool; the quick do it oftener."""
        group = tale.standing.group or 0
        free = self.on_duty(group, at)
        if not free:
            self.plan(at + timedelta(minutes=40), lambda then: self.claim(tale, then))
            return
        rep = self.random.choices(free, [m.weight for m in free])[0].rep
        self._count(tale, group, rep, at, free, counted=self._groups[group].count_claims)
        tale.standing.reason, tale.standing.decided_at = "claimed", at
        user = self.reps[rep].user_id
        self._own(tale, at, rep=rep, how=Assignment.How.CLAIM, due=self._due(rep, group, at), by=user)
        tale.tell(EventKind.CLAIMED, at, {"reason": "claimed", "rule": ""}, user=user)
        self._begin(tale)

    def give(self, tale: Tale, at: datetime) -> None:
        """A manager gives a lead that no rule could give away, once somebody is there."""
        groups = [tale.standing.group] if tale.standing.group else sorted(self._groups)
        had = {spell.rep_id for spell in tale.past.spells}
        free = [(group, m) for group in groups for m in self.on_duty(group, at) if m.rep not in had]
        if not free:
            self.plan(at + timedelta(hours=2), lambda then: self.give(tale, then))
            return
        group, member = self.random.choice(free)
        boss = self.team.managers[group]
        self._count(tale, group, member.rep, at, self.on_duty(group, at), counted=self._groups[group].count_manual)
        tale.standing.group, tale.standing.reason, tale.standing.decided_at = group, "manual", at
        due = self._due(member.rep, group, at)
        self._own(tale, at, rep=member.rep, how=Assignment.How.MANUAL, due=due, by=boss.pk)
        tale.tell(EventKind.ASSIGNED, at, {"reason": "manual", "rule": ""}, user=boss.pk)
        self._deliver(tale, at, f"{boss.name} gave it to you.")
        self._begin(tale)

    def _due(self, rep: int, group: int, at: datetime) -> datetime:
        return availability.due_at(self.duty[rep], start=at, seconds=self._groups[group].respond_within * 60)

    def _count(self, tale: Tale, group: int, rep: int, at: datetime, free: list[w.Member], *, counted: bool) -> None:
        sharing = [m for m in free if m.weight > 0]
        entry = None
        if counted and any(m.rep == rep for m in sharing):
            reps, weights = tuple(m.rep for m in sharing), tuple(m.weight for m in sharing)
            entry = LedgerEntry(group, tale.lead.id, reps, weights, rep, forced=True)
            self._enter(tale, entry, at)
        self.fold.step(Taken(at, tale.lead.id, rep, group, entry))

    def give_back(self, tale: Tale, at: datetime) -> None:
        """The owner returns it with a reason; a manager looks at it later."""
        standing, spell = tale.standing, tale.spell
        reason, note, _often = self.random.choices(_RETURNS, [row[2] for row in _RETURNS])[0]
        spell.ends_at, spell.end = at, Assignment.End.RETURNED
        tale.past.returns.append(
            Return(lead_id=tale.lead.id, hop=spell.hop, rep_id=spell.rep_id, reason=reason, note=note, at=at)
        )
        self.fold.step(Closed(at, tale.lead.id, spell.rep_id, standing.group))
        standing.owner = None
        standing.state, standing.reason, standing.decided_at = State.DESK.value, "returned", at
        standing.assigned_at = standing.due_at = standing.opened_at = None
        user = self.reps[spell.rep_id].user_id
        told = {"reason": "returned", "rule": "", "return_reason": reason.value}
        tale.tell(EventKind.RETURNED, at, told, user=user, rep=spell.rep_id, private={"note": note})
        tale.returned = False
        if not tale.alone:
            self.plan(at + self.some_minutes(45) * MINUTE, lambda then: self.give(tale, then))
