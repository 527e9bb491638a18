"""Folds cases with what happens around them, in order of time; what people would have done is assumed here and fixed.

Offers are accepted at once; a lead stays open as long as it really did; pools empty after the usual wait, to whoever on
duty is owed most and below the caps; who is held is decided again at the instant and whenever the roster changes.
"""

import heapq
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from routing import terms
from routing.engine.decide import Decision
from routing.engine.ledger import UNIT, LedgerEntry
from routing.engine.replay import Closed, Event, Fold, RosterChanged, Taken
from routing.engine.ruleset import Rule, RuleSet, shares_equally
from routing.engine.slate import Outcome
from routing.engine.strategies.capacity import at_cap
from routing.engine.trace import Code
from routing.engine.world import Group, Member, World
from routing.models import Timer
from routing.simulate.asked import CancelledError
from routing.simulate.cases import Case, Fate
from routing.simulate.past import FOREVER, Habit, Stays
from routing.snapshot import duty_of

_TRY_AGAIN = timedelta(minutes=30)
# At one instant: the roster, what ends, who wakes or pulls, who comes.
_ROSTER, _ENDS, _WAITS, _COMES = range(4)


@dataclass(slots=True)
class Folded:
    """What came out of one fold."""

    fates: dict[int, Fate] = field(default_factory=dict)  # lead -> the first decision that did not hold it
    waited: set[int] = field(default_factory=set)  # leads that nobody had at once
    held_until: dict[int, datetime] = field(default_factory=dict)  # of those that were held at first
    owners: dict[int, tuple[int, int | None]] = field(default_factory=dict)  # lead -> last (rep, group)
    released: set[int] = field(default_factory=set)
    unclaimed: set[int] = field(default_factory=set)
    levels: list[tuple[datetime, int, int]] = field(default_factory=list)  # (at, rep, open leads)
    start: dict[int, int] = field(default_factory=dict)  # rep -> open leads at the start
    at_cap: Counter[int] = field(default_factory=Counter)  # rep -> how often passed over for it
    deviation: dict[int, tuple[int, int]] = field(default_factory=dict)  # group -> (most units, whose)
    decisions: int = 0
    caps: dict[int, int] = field(default_factory=dict)  # rep -> open leads at most, at the end


@dataclass(frozen=True, slots=True)
class Around:
    """Everything a fold needs beside rules and cases."""

    world: World
    events: Sequence[Event]  # roster changes and ends of older spells, in order
    stays: Stays
    habits: Mapping[int, Habit]
    zones: Mapping[int, str]  # rep -> time zone, for claims a day
    until: datetime
    lapse: bool = False


class Run:
    """One fold of the cases by one rule set."""

    def __init__(self, rules: RuleSet | None, around: Around) -> None:
        self.fold = Fold(around.world, rules)
        self.found = Folded(start=dict(around.world.load))
        self._around = around
        self._rules: dict[str, Rule] = {rule.key: rule for rule in (rules.rules if rules else ())}
        self._queue: list[tuple[datetime, int, int, Callable[[datetime], None]]] = []
        self._n = count()
        self._held: dict[int, tuple[Case, int]] = {}
        self._claims: Counter[tuple[int, int, date]] = Counter()
        for event in around.events:
            self._plan(event.at, _ROSTER if isinstance(event, RosterChanged) else _ENDS, self._happens(event))

    def go(self, cases: Iterable[Case], tick: Callable[[int], bool] | None = None) -> Folded:
        """All of them; `tick` is told how many are done and says whether to go on."""
        for n, case in enumerate(cases):
            if tick is not None and not tick(n):
                raise CancelledError
            self._until(case.at)
            self._decide(case, case.at)
        self._until(self._around.until)
        reps = sorted(self.fold.view.reps.items())
        self.found.caps = {number: rep.cap for number, rep in reps if rep.cap is not None}
        return self.found

    def _plan(self, at: datetime, phase: int, act: Callable[[datetime], None]) -> None:
        heapq.heappush(self._queue, (at, phase, next(self._n), act))

    def _until(self, at: datetime) -> None:
        """What happens up to the instant, a lead that comes then being the last."""
        queue = self._queue
        while queue and queue[0][0] <= at:
            when, _phase, _n, act = heapq.heappop(queue)
            act(when)

    def _happens(self, event: Event) -> Callable[[datetime], None]:
        def act(at: datetime) -> None:
            self.fold.step(event)
            if isinstance(event, RosterChanged):
                for case, _n in sorted(self._held.values(), key=lambda held: (held[0].at, held[0].order)):
                    self._decide(case, at)
            elif isinstance(event, Closed):
                self._level(event.rep, at)

        return act

    # What the engine does

    def _decide(self, case: Case, at: datetime) -> None:
        decision = self.fold.decide(case.lead, at)
        found, lead = self.found, case.lead.id
        found.decisions += 1
        if decision.entry is not None:
            self._deviate(decision.entry)
        for row in decision.considered:
            if row.code is Code.AT_CAP and row.rep is not None:
                found.at_cap[row.rep] += 1
        self._note(case, decision)
        self._held.pop(lead, None)
        match decision.outcome:
            case Outcome.ASSIGNED | Outcome.OFFERED:
                self._own(case, decision.rep or 0, decision.group, at, decision)
            case Outcome.HELD:
                self._hold(case, decision.until)
            case Outcome.POOLED:
                group = decision.group or 0
                habit = self._around.habits.get(group) or Habit(_TRY_AGAIN)
                found.unclaimed.add(lead)
                self._plan(at + habit.wait, _WAITS, lambda then: self._claim(case, group, habit, then))

    def _note(self, case: Case, decision: Decision) -> None:
        """The first decision that says where to is the lead's fate; held is one only while nothing else was said."""
        lead, known = case.lead.id, self.found.fates.get(case.lead.id)
        if known is None and decision.rep is None and decision.outcome is not Outcome.REJECTED:
            self.found.waited.add(lead)
            if decision.outcome is Outcome.HELD and decision.until is not None:
                self.found.held_until[lead] = decision.until
        if known is None or known.outcome == Outcome.HELD:
            why = decision.reason
            self.found.fates[lead] = Fate(
                decision.outcome.value, decision.group, decision.rep, decision.rule or "", why.code.value,
                dict(why.numbers),
            )  # fmt: skip

    def _hold(self, case: Case, until: datetime | None) -> None:
        n = next(self._n)
        self._held[case.lead.id] = (case, n)
        if until is not None:
            self._plan(until, _WAITS, lambda then: self._wake(case, n, then))

    def _wake(self, case: Case, n: int, at: datetime) -> None:
        held = self._held.get(case.lead.id)
        if held is not None and held[1] == n:
            self._decide(case, at)

    def _deviate(self, entry: LedgerEntry) -> None:
        balances, deviation = self.fold.view.balances, self.found.deviation
        most = deviation.get(entry.group, (0, 0))
        for rep in entry.reps:
            if rep > 0 and (away := abs(balances.get((entry.group, rep), 0))) > most[0]:
                most = (away, rep)
        deviation[entry.group] = most

    # What people do

    def _own(self, case: Case, rep: int, group: int | None, at: datetime, decision: Decision | None = None) -> None:
        self.found.owners[case.lead.id] = (rep, group)
        self._level(rep, at)
        kept = case.kept if case.had and case.kept is not None else self._around.stays.usual(rep, group)
        ends = None if kept == FOREVER else at + kept
        taken_back = self._silent(case, rep, at, decision) if decision is not None else None
        if taken_back is not None and (ends is None or taken_back < ends):
            self._plan(taken_back, _ENDS, lambda then: self._release(case, rep, group, then))
        elif ends is not None:
            self._plan(ends, _ENDS, lambda then: self._end(case, rep, group, then))

    def _end(self, case: Case, rep: int, group: int | None, at: datetime) -> None:
        self.fold.step(Closed(at, case.lead.id, rep, group))
        self._level(rep, at)

    def _silent(self, case: Case, rep: int, at: datetime, decision: Decision) -> datetime | None:
        """When the lead is taken back from a rep who really did not answer in that time; once a lead."""
        if not self._around.lapse or not case.had or case.lead.id in self.found.released:
            return None
        view = self.fold.view
        rule = self._rules.get(decision.rule or "")
        found = terms.terms_of(rule, view.groups.get(decision.group or 0), decision.respond_within)
        if found is None or not any(stage.do == Timer.Kind.RELEASE for stage in found.stages):
            return None
        alarms = found.alarms(duty_of(view.reps[rep]), at)
        due = min(alarm.due_at for alarm in alarms if alarm.kind == Timer.Kind.RELEASE)
        return due if case.answered is None or at + case.answered > due else None

    def _release(self, case: Case, rep: int, group: int | None, at: datetime) -> None:
        self.found.released.add(case.lead.id)
        self._end(case, rep, group, at)
        case = replace(case, lead=replace(case.lead, barred=case.lead.barred | {rep}))
        self._decide(case, at)

    def _claim(self, case: Case, number: int, habit: Habit, at: datetime) -> None:
        """The most owed on duty, below the caps, pulls it; where nobody can, whoever comes or has room next."""
        group = self.fold.view.groups.get(number)
        free = self._free(group, habit, at) if group else []
        if group is None or not free:
            again = self._next_try(group, at)
            if again is not None and again < self._around.until:
                self._plan(again, _WAITS, lambda then: self._claim(case, number, habit, then))
            return
        view = self.fold.view
        turns, balances = view.turns, view.balances
        rep = min(free, key=lambda m: (-balances.get((number, m.rep), 0), turns.get((number, m.rep), 0), m.rep)).rep
        entry = None
        if habit.counts:
            sharing = [m for m in group.members if m.weight > 0 and self._works(m, at)]
            equal = shares_equally(group.steps)
            reps, weights = tuple(m.rep for m in sharing), tuple(1 if equal else m.weight for m in sharing)
            entry = LedgerEntry(number, case.lead.id, reps, weights, rep, forced=True)
        self.fold.step(Taken(at, case.lead.id, rep, number, entry))
        if entry is not None:
            self._deviate(entry)
        self._claims[number, rep, self._day(rep, at)] += 1
        self.found.unclaimed.discard(case.lead.id)
        self._own(case, rep, number, at)

    def _free(self, group: Group, habit: Habit, at: datetime) -> list[Member]:
        most, view = habit.claims_per_day, self.fold.view
        return [
            m
            for m in group.members
            if m.weight > 0
            and self._works(m, at)
            and at_cap(m, group.id, view, at) is None
            and (most is None or self._claims[group.id, m.rep, self._day(m.rep, at)] < most)
        ]

    def _works(self, member: Member, at: datetime) -> bool:
        rep = self.fold.view.reps.get(member.rep)
        return rep is not None and rep.on_duty(at)

    def _next_try(self, group: Group | None, at: datetime) -> datetime | None:
        if group is None or any(self._works(m, at) for m in group.members):
            return at + _TRY_AGAIN
        reps = (self.fold.view.reps.get(m.rep) for m in group.members if m.weight > 0)
        comes = [begin for rep in reps if rep and (begin := rep.next_duty(at))]
        return min(comes, default=None)

    def _day(self, rep: int, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self._around.zones.get(rep, "UTC"))).date()

    def _level(self, rep: int, at: datetime) -> None:
        self.found.levels.append((at, rep, self.fold.view.load.get(rep, 0)))


def daily_most(found: Folded, days: Sequence[datetime]) -> dict[int, list[int]]:
    """By rep, the most open leads on each day (given by their first instants) that any of them was at."""
    most: dict[int, list[int]] = {}
    last: dict[int, tuple[int, int]] = {}  # rep -> (day, level)
    for at, rep, level in found.levels:
        day = max(0, bisect_right(days, at) - 1)
        row = most.get(rep)
        if row is None:
            row = most[rep] = [0] * len(days)
            last[rep] = (0, found.start.get(rep, 0))
            row[0] = last[rep][1]
        before, stood = last[rep]
        for between in range(before + 1, day + 1):
            row[between] = stood
        row[day] = max(row[day], level)
        last[rep] = (day, level)
    for rep, (day, level) in last.items():
        for between in range(day + 1, len(days)):
            most[rep][between] = level
    return most


def in_leads(units: int) -> float:
    """Units of the ledger as leads."""
    return round(units / UNIT, 3)
