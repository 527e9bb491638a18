"""The roster of a span of the past: as it was, change by change, or as it is today, put under the past leads."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.db.models import F

from leads.conditions.facts import fold_text
from leads.models import Account
from reps import schedule
from reps.models import Group, Membership, Rep, RepSkill, Territory, TerritoryCover
from routing.engine import world as w
from routing.engine.replay import RosterChanged
from routing.engine.ruleset import RuleSetError, parse_escalation, parse_steps
from routing.models import RoutingPause
from routing.simulate.histories import History, histories
from routing.simulate.hours import Hours
from routing.snapshot import limits_of, members_of, read_areas

_FOREVER = schedule.FOREVER


@dataclass(slots=True)
class _Touched:
    """What an instant changes."""

    groups: set[int] = field(default_factory=set)
    reps: set[int] = field(default_factory=set)
    territories: bool = False
    accounts: bool = False

    def add(self, other: "_Touched") -> None:
        self.groups |= other.groups
        self.reps |= other.reps
        self.territories |= other.territories
        self.accounts |= other.accounts


class Roster:
    """How a division's groups, reps and territories stood at any instant from `since` until `until`.

    With `today` they stand all the time as they do then: members, weights, limits, skills, territories, and this week's
    hours in every week; time off, pauses and holidays stay where they are in the calendar. Without it, rows that run
    for a period count for it whenever they were entered; of groups, reps, territories and of when a pause ends, what
    was known then counts.
    """

    def __init__(
        self,
        division_id: int,
        *,
        since: datetime,
        until: datetime,
        today: datetime | None = None,
        groups: Collection[int] | None = None,
        outside: Collection[int] = (),
        accounts: Collection[int] = (),
    ) -> None:
        self.since, self.until, self.today = since, until, today
        self._division = division_id
        span = (today, today + timedelta(microseconds=1)) if today else (since, until)
        known = Group.objects.filter(division=division_id)
        self._groups = self._histories(Group)
        self._wanted = sorted(set(known.values_list("pk", flat=True)) if groups is None else groups)
        members = Membership.objects.within(*span).filter(group__in=self._wanted).order_by("group", "rep", "starts_at")
        self._members: dict[int, list[Membership]] = {}
        for row in members:
            self._members.setdefault(row.group_id, []).append(row)
        self._reps = self._histories(Rep)
        self._barred = set(
            Rep.objects.filter(division=division_id, active=True, user__is_active=False).values_list("pk", flat=True)
        )
        self.people = self._everybody(outside)
        self._territories = self._histories(Territory)
        self._covers = list(TerritoryCover.objects.within(*span).filter(territory__division=division_id))
        skills = RepSkill.objects.within(*span).filter(rep__in=self.people)
        self._skills: dict[int, list[Any]] = {}
        for skill in skills.annotate(kind=F("skill__kind"), value=F("skill__value")):
            self._skills.setdefault(skill.rep_id, []).append(skill)
        self._stops = list(RoutingPause.objects.filter(division=division_id).exclude(group=None))
        self._hours = Hours(self.people, since=since, until=until, today=today)
        self._edges = self._load_edges()
        self._load_accounts(accounts)

    # What there is at an instant

    def groups_at(self, at: datetime, which: Iterable[int] | None = None) -> dict[int, w.Group]:
        """The active groups with readable steps, and who was in them."""
        at = self.today or at
        found = {}
        for pk in self._wanted if which is None else which:
            row = self._groups[pk].at(at) if pk in self._groups else None
            group = _group(pk, row) if row is not None and row.active else None
            if group is not None:
                members = members_of(
                    [m for m in self._members.get(pk, ()) if _runs(m, at) and self._works(m.rep_id, at)]
                )
                found[pk] = group(members, self._stands_still(pk, at))
        return found

    def reps_at(self, at: datetime, which: Iterable[int] | None = None) -> dict[int, w.Rep]:
        """Those who worked here."""
        at = self.today or at
        found = {}
        for pk in self.people if which is None else which:
            if pk in self._hours and self._works(pk, at):
                row = self._reps[pk].at(at)
                skills = frozenset(f"{s.kind}:{fold_text(s.value)}" for s in self._skills.get(pk, ()) if _runs(s, at))
                found[pk] = w.Rep(
                    pk, self._hours.shifts(pk), self._hours.absences_at(pk, at), row.cap_open, row.backup_id,
                    limits_of(row), self._edges.get(pk, {}), skills,
                )  # fmt: skip
        return found

    def territories_at(self, at: datetime) -> tuple[w.Territory, ...]:
        """Those in use, and who covered them."""
        at = self.today or at
        covers: dict[int, set[int]] = {}
        for row in self._covers:
            if _runs(row, at) and self._works(row.rep_id, at):
                covers.setdefault(row.territory_id, set()).add(row.rep_id)
        rows = [(pk, self._territories[pk].at(at)) for pk in sorted(self._territories)]
        return tuple(
            w.Territory(pk, row.group_id, read_areas(row.market), frozenset(covers.get(pk, ())))
            for pk, row in rows
            if row is not None and row.active
        )

    def accounts_at(self, at: datetime) -> dict[int, w.Account]:
        """Who owns the accounts today, and the first group the owner was in then."""
        at = self.today or at
        first: dict[int, int] = {}
        for row in self._owned:
            known = self._groups[row.group_id].at(at) if row.group_id in self._groups else None
            if _runs(row, at) and known is not None and known.active:
                first[row.rep_id] = min(row.group_id, first.get(row.rep_id, row.group_id))
        return {pk: w.Account(pk, owner, first.get(owner or 0)) for pk, owner in self._owners.items()}

    def changes(self) -> list[RosterChanged]:
        """What changed inside the span, in order."""
        if self.today is not None:
            return []
        found = []
        for at, touched in sorted(self._touched().items()):
            groups, reps = self.groups_at(at, sorted(touched.groups)), self.reps_at(at, sorted(touched.reps))
            found.append(
                RosterChanged(
                    at,
                    tuple(groups.values()),
                    tuple(reps.values()),
                    self.territories_at(at) if touched.territories else None,
                    self.accounts_at(at) if touched.accounts and self._owners else None,
                    frozenset(touched.groups - set(groups)),
                    frozenset(touched.reps - set(reps)),
                )
            )
        return found

    def limited(self) -> set[tuple[int, int]]:
        """Of whom it is asked at some time how many leads they were given: (group or ANY_GROUP, rep)."""
        keys = {(w.ANY_GROUP, pk) for pk in self.people for row in self._reps[pk].rows if row and limits_of(row)}
        return keys | {(m.group_id, m.rep_id) for rows in self._members.values() for m in rows if limits_of(m)}

    # How it is read

    def _histories(self, model: Any) -> dict[int, History]:
        return histories(model, {"division_id": self._division}, since=self.since, kept=self.today is None)

    def _everybody(self, outside: Collection[int]) -> list[int]:
        """Members, those named, and the backups of both."""
        people = {m.rep_id for rows in self._members.values() for m in rows} | set(outside)
        backups = {row.backup_id for pk in people & set(self._reps) for row in self._reps[pk].rows if row}
        return sorted((people | backups) & set(self._reps))

    def _load_edges(self) -> dict[int, dict[str, tuple[datetime, ...]]]:
        """By rep, when the days, weeks and months begin that some limit of theirs counts in."""
        horizon = (self.since, self.until)
        return {
            pk: {name: schedule.calendar_edges(zone=zone, period=name, horizon=horizon) for name in periods}
            for pk, zone in self._hours.zones.items()
            if (periods := self._periods(pk))
        }

    def _periods(self, pk: int) -> set[str]:
        """The periods of the calendar that some limit of the rep counts in."""
        rows = [row for row in self._reps[pk].rows if row]
        rows += [m for members in self._members.values() for m in members if m.rep_id == pk]
        return {limit.period for row in rows for limit in limits_of(row) if not limit.rolling}

    def _load_accounts(self, accounts: Collection[int]) -> None:
        rows = Account.objects.filter(pk__in=list(accounts)).values_list("pk", "owner_id") if accounts else ()
        self._owners: dict[int, int | None] = dict(rows)
        owners = {owner for owner in self._owners.values() if owner}
        self._owned = list(Membership.objects.filter(rep__in=owners)) if owners else []

    # What changed when

    def _touched(self) -> dict[datetime, _Touched]:
        found: dict[datetime, _Touched] = {}
        for at, touched in chain(self._touched_by_periods(), self._touched_by_histories()):
            if self.since < at < self.until:
                found.setdefault(at, _Touched()).add(touched)
        return found

    def _touched_by_periods(self) -> Iterator[tuple[datetime, _Touched]]:
        """Rows that begin or end."""
        yield from _edges((row, _Touched(groups={g})) for g, rows in self._members.items() for row in rows)
        yield from _edges((row, _Touched(accounts=True)) for row in self._owned)
        yield from _edges((row, _Touched(territories=True)) for row in self._covers)
        yield from _edges((row, _Touched(reps={rep})) for rep, rows in self._skills.items() for row in rows)
        wanted = set(self._wanted)
        yield from _edges((stop, _Touched(groups={stop.group_id or 0} & wanted)) for stop in self._stops)

    def _touched_by_histories(self) -> Iterator[tuple[datetime, _Touched]]:
        """Rows that were edited, and pauses whose end became known."""
        for pk in set(self._wanted) & set(self._groups):
            yield from ((at, _Touched(groups={pk}, accounts=True)) for at in self._groups[pk].since[1:])
        for history in self._territories.values():
            yield from ((at, _Touched(territories=True)) for at in history.since[1:])
        for pk in self.people:
            # Who stops or begins to work here leaves or joins groups and territories with it.
            groups = {g for g, rows in self._members.items() if any(m.rep_id == pk for m in rows)}
            yield from ((at, _Touched(groups, {pk}, territories=True)) for at in self._reps[pk].since[1:])
            for start, history in self._hours.pauses.get(pk, ()):
                yield from ((max(at, start), _Touched(reps={pk})) for at in (start, *history.since))

    def _works(self, rep: int, at: datetime) -> bool:
        history = self._reps.get(rep)
        row = history.at(at) if history else None
        return row is not None and row.active and rep not in self._barred

    def _stands_still(self, group: int, at: datetime) -> bool:
        """A pause of routing is of its days: under today's roster there is none."""
        return self.today is None and any(stop.group_id == group and _runs(stop, at) for stop in self._stops)


def _edges(rows: Iterable[tuple[Any, _Touched]]) -> Iterator[tuple[datetime, _Touched]]:
    for row, touched in rows:
        yield row.starts_at, touched
        if row.ends_at is not None:
            yield row.ends_at, touched


def _runs(row: Any, at: datetime) -> bool:
    return bool(row.starts_at <= at < (row.ends_at or _FOREVER))


def _group(pk: int, row: Any) -> Any:
    """Makes the engine's group once its members are known; None with steps that cannot be read, as in live."""
    try:
        steps = parse_steps(row.steps)
    except RuleSetError:
        return None
    try:
        escalation = parse_escalation(row.escalation)
    except RuleSetError:
        escalation = ()

    def make(members: tuple[w.Member, ...], paused: bool) -> w.Group:  # noqa: FBT001 - two lines below its only use
        return w.Group(
            pk, members, steps, row.respond_within * 60, row.clock, escalation, w.OnReturn(row.on_return),
            row.repay_per_day, row.count_accounts, paused, has_pool=row.pool != Group.Pool.NONE,
            even_percent=row.even_percent,
        )  # fmt: skip

    return make
