"""A trial beside live: for a chosen time every newly decided lead is decided by the draft as well; nobody is told.

Roster and open leads are the real ones; the fair share is the trial's own, begun as the real one stood and carried in
the row from look to look.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from leads.models import Lead
from reps.models import User
from routing.assign import queue
from routing.engine import world as w
from routing.engine.decide import Decision
from routing.engine.ledger import Key
from routing.engine.replay import Fold, asks_last_owner
from routing.engine.ruleset import RuleSet as Rules
from routing.engine.slate import Outcome
from routing.models import Decision as DecisionRow
from routing.models import RuleSet, RuleSetVersion, Share, Simulation
from routing.simulate import past
from routing.simulate.asked import NotSimulatedError
from routing.simulate.cases import Case, Fate
from routing.simulate.fold import in_leads
from routing.simulate.result import Result, waits
from routing.simulate.rows import printed, rules_of_row
from routing.snapshot import roster_now, world_at

LONGEST = timedelta(days=31)
MOST = 500
_ASSUMED = ["shadow_load", "shadow_pools", "desk", "returns"]


def start_shadow(
    *, rule_set: RuleSet, until: datetime, by: User | None, now: datetime, version: RuleSetVersion | None = None
) -> Simulation:
    """Begin a trial of the draft (or an older version) that stops at `until`. Raises NotSimulatedError."""
    if not now < until <= now + LONGEST:
        raise NotSimulatedError("until", _("Choose an end within the next %d days.") % LONGEST.days)
    if rule_set.runs_on != RuleSet.RunsOn.NEW:
        raise NotSimulatedError("rule_set", _("Only rules for new leads can run beside live."))
    if rule_set.published is None:
        raise NotSimulatedError("rule_set", _("No rules are published yet, so there is nothing to hold it against."))
    going = Simulation.objects.filter(rule_set=rule_set, kind=Simulation.Kind.SHADOW, status=Simulation.Status.RUNNING)
    if going.exists():
        raise NotSimulatedError("rule_set", _("A trial of these rules runs already; stop it first."))
    options = printed(rule_set, version)
    last = DecisionRow.objects.filter(division=rule_set.division_id).aggregate(last=Max("pk"))["last"] or 0
    books = past.books_at(rule_set.division_id, now, (), ())
    options["state"] = {
        "last": last,
        "balances": _pairs(books.balances),
        "turns": _pairs(books.turns),
        "held": [],
    }
    result = Result(
        since=now.isoformat(), until=until.isoformat(), roster="now", against="happened", assumptions=_ASSUMED
    )
    return Simulation.objects.create(
        division_id=rule_set.division_id,
        kind=Simulation.Kind.SHADOW,
        rule_set=rule_set,
        version=version,
        body=options.pop("body"),
        options=options,
        status=Simulation.Status.RUNNING,
        result=result.as_json(),
        by=by,
        created_at=now,
        started_at=now,
        ends_at=until,
    )


def look(*, now: datetime) -> int:
    """Decide what is new for every trial that runs; returns how many leads. One cheap question where none runs."""
    running = Simulation.objects.filter(kind=Simulation.Kind.SHADOW, status=Simulation.Status.RUNNING)
    return sum(_look(pk, now) for pk in running.values_list("pk", flat=True))


@transaction.atomic
def _look(pk: int, now: datetime) -> int:
    """One trial; a second look at the same time leaves it to the first."""
    rows = Simulation.objects.select_for_update(of=("self",), skip_locked=True)
    row = rows.filter(pk=pk, status=Simulation.Status.RUNNING).first()
    if row is None:
        return 0
    count = 0
    while found := _Look(row, now).go():
        count += found
        if found < MOST:
            break
    if row.ends_at is not None and row.ends_at <= now:
        row.status, row.finished_at = Simulation.Status.DONE, now
    row.beat_at = now
    fields = ["status", "finished_at", "beat_at"]
    row.save(update_fields=[*fields, "options", "result", "progress", "total"] if count else fields)
    return count


class _Look:
    """One look of one trial: its leads, its fold, and what is carried to the next."""

    def __init__(self, row: Simulation, now: datetime) -> None:
        self._row, self._now = row, now
        self._state: dict[str, Any] = row.options["state"]
        self._result = Result.of(row.result or {})
        self._zone = ZoneInfo(row.division.time_zone)

    def go(self) -> int:
        fresh = _decided(self._row, self._state["last"], self._now)
        due = [lead for lead, until in self._state["held"] if datetime.fromisoformat(until) <= self._now]
        woken = list(Lead.objects.filter(pk__in=due).exclude(state="erased").values_list("pk", flat=True))
        if not fresh and not due:
            return 0
        rules = rules_of_row(self._row)
        batch = {one.facts.id: one for one in queue.waiting_of([*(case.lead.id for case in fresh), *woken])}
        if asks_last_owner(rules) or self._ask_last_owner():
            batch = {one.facts.id: one for one in queue.with_last_owners(list(batch.values()))}
        # As the lead was when live decided it first: nobody had given it back yet.
        cases = [replace(case, lead=replace(batch[case.lead.id].facts, barred=frozenset())) for case in fresh]
        facts = [case.lead for case in cases] + [batch[pk].facts for pk in woken]
        fold = Fold(self._world(rules, facts), rules)
        self._state["held"] = [row for row in self._state["held"] if row[0] not in set(due)]
        for case in cases:
            self._first(case, fold.decide(case.lead, case.at))
        for pk in woken:
            self._again(pk, fold.decide(replace(batch[pk].facts, barred=frozenset()), self._now))
        self._carry(fold, fresh)
        return len(fresh) + len(due)

    def _ask_last_owner(self) -> bool:
        from routing.simulate.run import rules_ask_last_owner  # noqa: PLC0415 - the groups' part of the question

        return rules_ask_last_owner()

    def _world(self, rules: Rules, leads: Sequence[w.Lead]) -> w.World:
        """The real roster and load, with the trial's own ledger."""
        world = world_at(roster_now(self._row.division_id, self._now), self._now, (rules, leads))
        turns = _keyed(self._state["turns"])
        return replace(
            world, balances=_keyed(self._state["balances"]), turns=turns, turn=max(turns.values(), default=0)
        )

    def _first(self, case: Case, decision: Decision) -> None:
        fate, result = _fate(decision), self._result
        result.leads += 1
        got = (decision.rep, decision.group) if decision.rep is not None else None
        result.count("here", fate, got, waited=waits(fate))
        real = case.really
        had = (real.rep, real.group) if real is not None and real.rep is not None else None
        result.count("happened", real, had, waited=waits(real))
        moving = result.moving
        result.compare(case, real, fate)
        day = result.daily.setdefault(case.at.astimezone(self._zone).date().isoformat(), [0, 0])
        day[0] += 1
        day[1] += result.moving == moving
        self._hold(case.lead.id, decision)

    def _again(self, lead: int, decision: Decision) -> None:
        """A lead that the trial held: it gets somebody now, or goes on waiting."""
        if decision.rep is not None:
            counts = self._result.reps.setdefault("here", {})
            counts[str(decision.rep)] = counts.get(str(decision.rep), 0) + 1
        self._hold(lead, decision)

    def _hold(self, lead: int, decision: Decision) -> None:
        if decision.outcome is Outcome.HELD and decision.until is not None:
            self._state["held"].append([lead, decision.until.isoformat()])

    def _carry(self, fold: Fold, fresh: Sequence[Case]) -> None:
        view = fold.view
        self._state["balances"], self._state["turns"] = _pairs(view.balances), _pairs(view.turns)
        if fresh:
            self._state["last"] = max(case.order for case in fresh)
        deviation = self._result.deviation.setdefault("here", {})
        for (group, rep), units in view.balances.items():
            if rep > 0 and in_leads(abs(units)) > deviation.get(str(group), [-1, 0])[0]:
                deviation[str(group)] = [in_leads(abs(units)), rep]
        self._result.off = {"here": _off(view.balances), "happened": _off(self._live())}
        self._row.progress = self._row.total = self._result.leads
        self._row.result = self._result.as_json()

    def _live(self) -> dict[Key, int]:
        """Where everybody really stands now, of the groups the trial keeps books of."""
        groups = {group for group, _rep, _units in self._state["balances"]}
        rows = Share.objects.filter(group__in=groups).exclude(rep=None)
        return {(group, rep): units for group, rep, units in rows.values_list("group", "rep", "balance")}


def _off(balances: Mapping[Key, int]) -> dict[str, dict[str, float]]:
    """By group and rep, in leads: what somebody is ahead of their fair share; behind it below nought."""
    told: dict[str, dict[str, float]] = {}
    for (group, rep), units in sorted(balances.items()):
        if rep > 0:
            told.setdefault(str(group), {})[str(rep)] = 0.0 - in_leads(units)
    return told


def _fate(decision: Decision) -> Fate:
    why = decision.reason
    return Fate(
        decision.outcome.value, decision.group, decision.rep, decision.rule or "", why.code.value, dict(why.numbers)
    )


def _decided(row: Simulation, last: int, now: datetime) -> list[Case]:
    """Leads that live decided for the first time since the last look, in its order, up to the end of the trial."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT d.id, d.lead_id, l.uid::text, d.at, d.outcome, d.group_id, d.rep_id, d.rule, d.reason
            FROM routing_decision d JOIN leads_lead l ON l.id = d.lead_id
            WHERE d.division_id = %s AND d.id > %s AND d.at <= %s AND l.kind = 'new' AND l.state <> 'erased'
                AND NOT EXISTS (SELECT FROM routing_decision e WHERE e.lead_id = d.lead_id AND e.id < d.id)
            ORDER BY d.id LIMIT %s
            """,
            [row.division_id, last, min(now, row.ends_at or now), MOST],
        )
        return [
            Case(w.Lead(lead, {}, {}), at, pk, uid, really=Fate(outcome, group, rep, rule, code))
            for pk, lead, uid, at, outcome, group, rep, rule, code in cursor.fetchall()
        ]


def _pairs(counts: Mapping[Key, int]) -> list[list[int]]:
    return [[group, rep, number] for (group, rep), number in sorted(counts.items())]


def _keyed(rows: Sequence[Sequence[int]]) -> dict[Key, int]:
    return {(group, rep): number for group, rep, number in rows}
