"""Folds a period, or the rows of a file, by one rule set and by another, and tells what would be otherwise."""

import json
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from leads.models import Lead
from reps import schedule
from reps.models import Division, Rep
from routing.engine import world as w
from routing.engine.replay import Event, asks_last_owner, named_reps
from routing.engine.ruleset import RuleSet as Rules
from routing.engine.ruleset import To
from routing.engine.strategies import shelf
from routing.engine.strategy import Asks
from routing.models import RuleSet
from routing.simulate import past
from routing.simulate.asked import MOST_DAYS, Asked, CancelledError, NotSimulatedError, Progress
from routing.simulate.cases import Case, past_cases, with_last_owners
from routing.simulate.fold import Around, Folded, Run, daily_most, in_leads
from routing.simulate.result import Result, happened, texts
from routing.simulate.roster import Roster

_GROUPED = frozenset({To.GROUP, To.POOL})
_LOOKS = 0.2  # seconds between two looks whether to go on


def simulate(
    rules: Rules,
    *,
    rule_set: RuleSet,
    asked: Asked,
    now: datetime,
    other: Rules | None = None,
    cases: list[Case] | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Result:
    """Fold the period's leads (or these) by `rules`, and by `other` where it is held against another version.

    Nothing is written. Raises NotSimulatedError, CancelledError.
    """
    started = time.perf_counter()
    check(asked, published=other is not None)
    if cases is not None and asked.against == "happened":
        raise NotSimulatedError("against", _("Nothing happened yet to the leads of a file."))
    division = rule_set.division
    given = cases is not None
    if cases is None:
        cases = past_cases(rule_set, since=asked.since, until=asked.until)
    if rules_ask_last_owner(rules, other):
        with_last_owners(cases)
    spells = past.spells_since(division.pk, asked.since)
    _go_on(cancelled, progress, cases)
    if not given:
        past.tell_cases(cases, spells)
    both = [rules] if other is None else [rules, other]
    around = _around(asked, division=division, now=now, both=both, cases=cases, spells=spells)
    _go_on(cancelled, progress, cases)
    read = time.perf_counter() - started
    ticks = _Ticks(len(cases) * len(both), progress, cancelled)
    here = Run(rules, around).go(cases, ticks.of(0))
    there = Run(other, around).go(cases, ticks.of(1)) if other is not None else None
    folded = time.perf_counter() - started - read
    result = _result(asked, division=division, cases=cases, here=here, there=there)
    if not given:
        result.left_out = _left_out(division.pk, asked)
    result.seconds, result.read_seconds = round(time.perf_counter() - started, 3), round(read, 3)
    decisions = here.decisions + (there.decisions if there else 0)
    result.fold_rate = round(decisions / folded, 1) if folded else 0.0
    result.rate = round(len(cases) * len(both) / result.seconds, 1) if result.seconds else 0.0
    if progress is not None:
        progress(ticks.total, ticks.total)
    return result


def _go_on(cancelled: Callable[[], bool], progress: Progress | None, cases: Sequence[Case]) -> None:
    """Between two parts of reading: a sign of life, and whether somebody stopped it."""
    if progress is not None:
        progress(0, len(cases))
    if cancelled():
        raise CancelledError


def check(asked: Asked, *, published: bool) -> None:
    """Refuse what makes no sense. Raises NotSimulatedError."""
    if not asked.since < asked.until:
        raise NotSimulatedError("until", _("The end must be after the start."))
    if asked.until - asked.since > timedelta(days=MOST_DAYS):
        raise NotSimulatedError("since", _("At most %d days.") % MOST_DAYS)
    if asked.against == "live" and not published:
        raise NotSimulatedError("against", _("No rules are published yet, so there is nothing to hold it against."))


class _Ticks:
    """How many of how many are done; asks now and then whether to go on."""

    def __init__(self, total: int, progress: Progress | None, cancelled: Callable[[], bool]) -> None:
        self.total, self._progress, self._cancelled = total, progress, cancelled
        self._looked = 0.0

    def of(self, fold: int) -> Callable[[int], bool]:
        """For the first or second fold."""
        base = fold * (self.total // 2)

        def tick(n: int) -> bool:
            now = time.monotonic()
            if now - self._looked < _LOOKS:
                return True
            self._looked = now
            if self._progress is not None:
                self._progress(base + n, self.total)
            return not self._cancelled()

        return tick


def rules_ask_last_owner(*found: Rules | None) -> bool:
    """Whether some rule asks who last worked with the person; groups that do so are few and cheap to serve."""
    from reps.models import Group  # noqa: PLC0415 - beside its only use

    bodies = Group.objects.filter(active=True).values_list("steps", flat=True)
    asks = any('"returning": true' in json.dumps(body) for body in bodies)
    return asks or any(asks_last_owner(rules) for rules in found if rules)


def _around(
    asked: Asked,
    *,
    division: Division,
    now: datetime,
    both: Sequence[Rules],
    cases: Sequence[Case],
    spells: Sequence[past.Spell],
) -> Around:
    accounts = {case.lead.account for case in cases if case.lead.account}
    outside = {case.lead.last_owner for case in cases if case.lead.last_owner}
    until = max((case.at for case in cases), default=asked.until)
    until = max(asked.until, until + timedelta(microseconds=1))
    roster = Roster(
        division.pk,
        since=asked.since,
        until=until,
        today=now if asked.roster == "now" else None,
        groups=_groups(both, division.pk),
        outside=outside | _owners(accounts) | {rep for rules in both for rep in named_reps(rules)},
        accounts=accounts,
    )
    limited = roster.limited()
    books = past.Books(received={key: [] for key in limited})
    events: list[Event] = [*roster.changes()]
    if not asked.empty:
        books = past.books_at(division.pk, asked.since, spells, limited)
        events += past.loads_later(spells, asked.since, until)
    groups = roster.groups_at(asked.since)
    reps = roster.reps_at(asked.since)
    world = w.World(
        groups=groups,
        reps=reps,
        load=books.load,
        group_load=books.group_load,
        received=books.received,
        balances=books.balances,
        turns=books.turns,
        turn=max(books.turns.values(), default=0),
        repaid=books.repaid,
        # Nobody knows any more who was at work on a page when: who had a shift counts as if they were.
        seen=dict.fromkeys(roster.people, schedule.FOREVER) if _asks_seen(both, groups.values()) else {},
        territories=roster.territories_at(asked.since),
        accounts=roster.accounts_at(asked.since),
    )
    zones = dict(Rep.objects.filter(pk__in=roster.people).values_list("pk", "time_zone"))
    return Around(
        world,
        sorted(events, key=lambda event: event.at),
        past.Stays.of(spells),
        past.habits(division.pk, asked.since),
        zones,
        until,
        asked.lapse,
    )


def _owners(accounts: Collection[int]) -> set[int]:
    from leads.models import Account  # noqa: PLC0415 - beside its only use

    rows = Account.objects.filter(pk__in=list(accounts)).exclude(owner=None) if accounts else Account.objects.none()
    return {owner for owner in rows.values_list("owner_id", flat=True) if owner}


def _groups(both: Iterable[Rules], division_id: int) -> set[int] | None:
    """The groups that rules name; None, which is all, where a territory or an account may lead anywhere."""
    found: set[int] = set()
    for rules in both:
        for rule in rules.rules:
            if rule.destination.to in {To.TERRITORY, To.ACCOUNT}:
                return None
            found |= {p.id for p in (rule.destination, *rule.otherwise) if p.to in _GROUPED and p.id}
    return found


def _asks_seen(both: Iterable[Rules], groups: Iterable[w.Group]) -> bool:
    steps = [step for rules in both for rule in rules.rules for step in rule.steps or ()]
    steps += [step for group in groups for step in group.steps]
    return any(Asks.SEEN in shelf()[step.strategy].asks(step.options) for step in steps)


def _left_out(division_id: int, asked: Asked) -> dict[str, int]:
    """Leads of the period that cannot be decided again, by why."""
    rows = Lead.objects.filter(division=division_id, arrived_at__gte=asked.since, arrived_at__lt=asked.until)
    found = {
        "test": rows.filter(kind="test").count(),
        "history": rows.filter(kind="history").count(),
        "erased": rows.filter(kind="new", state="erased").count(),
    }
    return {why: number for why, number in found.items() if number}


def _result(asked: Asked, *, division: Division, cases: Sequence[Case], here: Folded, there: Folded | None) -> Result:
    result = Result(
        since=asked.since.isoformat(),
        until=asked.until.isoformat(),
        roster=asked.roster,
        against=asked.against,
        leads=len(cases),
        released=len(here.released),
        by_hand=sum(case.by_hand for case in cases),
    )
    sides = {"here": here, **({"there": there} if there else {})}
    for case, owner in happened(cases):
        lead = case.lead.id
        for side, folded in sides.items():
            result.count(side, folded.fates.get(lead), folded.owners.get(lead), waited=lead in folded.waited)
        if case.really is not None:
            waited = case.waited or case.really.outcome in {"pooled", "desk"}
            result.count("happened", case.really, owner, waited=waited)
        result.compare(case, there.fates.get(lead) if there else case.really, here.fates.get(lead))
    zone = ZoneInfo(division.time_zone)
    result.held_until = texts(Counter(until.astimezone(zone).weekday() for until in here.held_until.values()))
    days = _days(asked, division)
    result.days = [day.date().isoformat() for day in days]
    result.load = {str(rep): row for rep, row in sorted(daily_most(here, days).items())}
    result.caps = texts(here.caps)
    for side, folded in sides.items():
        result.at_cap[side] = texts(Counter(folded.at_cap))
        result.deviation[side] = {
            str(group): [in_leads(units), rep] for group, (units, rep) in sorted(folded.deviation.items())
        }
    result.assumptions = _assumed(asked)
    return result


def _days(asked: Asked, division: Division) -> list[datetime]:
    """The first instants of the days of the division's clock."""
    edges = schedule.calendar_edges(zone=division.time_zone, period="day", horizon=(asked.since, asked.until))
    place = ZoneInfo(division.time_zone)
    return [edge.astimezone(place) for edge in edges]


def _assumed(asked: Asked) -> list[str]:
    found = ["stays", "offers", "pools", "lapse_once" if asked.lapse else "no_lapse", "held", "returns", "desk"]
    found += ["roster_now" if asked.roster == "now" else "roster_then", "accounts", "seen"]
    return [*found, "start_empty" if asked.empty else "start_then"]


def without_period(asked: Asked, cases: Sequence[Case]) -> Asked:
    """The wish for rows of a file: the period is when they came."""
    if not cases:
        raise NotSimulatedError("file", _("There is no row to simulate."))
    return replace(asked, since=cases[0].at, until=cases[-1].at + timedelta(microseconds=1))
