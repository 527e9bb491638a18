"""Reads rows into the World that decisions are made in: only what these leads can touch, in constant queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Min, Q

from leads.conditions.facts import fold_postal, fold_text
from reps import availability, schedule
from reps.models import Group, Membership, Rep, Territory, TerritoryCover
from routing.assign.turn import Turn
from routing.engine import world as w
from routing.engine.replay import named_reps, reach
from routing.engine.ruleset import RuleSet as Rules
from routing.engine.ruleset import RuleSetError, parse_steps
from routing.models import Share

# A roster read is used again by the same process until it changes, for this long at most: its duty looks so far ahead.
_FRESH = timedelta(minutes=10)


@dataclass(slots=True)
class Roster:
    """What is known of a division's roster at one version: filled group by group as leads touch them."""

    version: int
    until: datetime
    territories: tuple[w.Territory, ...]
    groups: dict[int, w.Group] = field(default_factory=dict)
    reps: dict[int, w.Rep] = field(default_factory=dict)
    asked: set[int] = field(default_factory=set)
    asked_reps: set[int] = field(default_factory=set)


_rosters: dict[int, Roster] = {}


def snapshot(held: Turn, rules: Rules | None, leads: Sequence[w.Lead]) -> w.World:
    """The world these leads can touch, as it stands under the turn."""
    roster = _roster(held)
    groups = reach(rules, leads, roster.territories)
    _load_groups(roster, groups, held.now)
    _load_reps(roster, named_reps(rules), held.now)
    here = {pk: roster.groups[pk] for pk in groups if pk in roster.groups}
    people = {m.rep for group in here.values() for m in group.members} | named_reps(rules)
    load, group_load = _load(people)
    balances, turns = _shares(here)
    return w.World(
        groups=here,
        reps={pk: roster.reps[pk] for pk in _with_backups(roster, people)},
        load=load,
        group_load=group_load,
        balances=balances,
        turns=turns,
        turn=max(turns.values(), default=0),
        territories=roster.territories,
    )


def whole_roster(division_id: int, *, now: datetime) -> w.World:
    """All groups, reps and territories of a division, without load or ledger: what `check` looks at."""
    roster = Roster(0, now, _territories(division_id, now))
    _load_groups(roster, Group.objects.filter(division=division_id, active=True).values_list("pk", flat=True), now)
    _load_reps(roster, Rep.objects.filter(division=division_id, active=True).values_list("pk", flat=True), now)
    return w.World(groups=roster.groups, reps=roster.reps, territories=roster.territories)


def read_areas(market: Any) -> tuple[w.Area, ...]:
    """The areas of a territory from its JSON; what cannot be read covers nothing."""
    areas = []
    for item in market if isinstance(market, list) else []:
        try:
            areas.append(_area(item))
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
    return tuple(areas)


def _area(item: dict[str, Any]) -> w.Area:
    def folded(name: str) -> frozenset[str]:
        return frozenset(fold_text(text) for text in item.get(name, []))

    return w.Area(
        kind=w.AreaKind(item["kind"]),
        countries=frozenset(text.upper() for text in item.get("countries", [])),
        names=folded("names"),
        low=fold_postal(str(item.get("low", ""))),
        high=fold_postal(str(item.get("high", item.get("low", "")))),
        industries=folded("industries"),
        segments=folded("segments"),
    )


def _roster(held: Turn) -> Roster:
    known = _rosters.get(held.division)
    if known is None or known.version != held.roster or not held.now < known.until:
        known = Roster(held.roster, _fresh_until(held.now), _territories(held.division, held.now))
        _rosters[held.division] = known
    return known


def _fresh_until(now: datetime) -> datetime:
    """The next instant at which a membership or a cover begins or ends by itself."""
    edges = [now + _FRESH]
    for model in (Membership, TerritoryCover):
        rows = model.objects.aggregate(
            starts=Min("starts_at", filter=Q(starts_at__gt=now)), ends=Min("ends_at", filter=Q(ends_at__gt=now))
        )
        edges += [at for at in rows.values() if at is not None]
    return min(edges)


def _territories(division_id: int, now: datetime) -> tuple[w.Territory, ...]:
    covers: dict[int, set[int]] = {}
    rows = TerritoryCover.objects.at(now).filter(territory__division=division_id, rep__active=True)
    for territory, rep in rows.values_list("territory_id", "rep_id"):
        covers.setdefault(territory, set()).add(rep)
    return tuple(
        w.Territory(t.pk, t.group_id, read_areas(t.market), frozenset(covers.get(t.pk, ())))
        for t in Territory.objects.filter(division=division_id, active=True).order_by("pk")
    )


def _load_groups(roster: Roster, groups: Iterable[int], now: datetime) -> None:
    missing = sorted(set(groups) - roster.asked)
    if not missing:
        return
    roster.asked.update(missing)
    members: dict[int, list[w.Member]] = {}
    rows = (
        Membership.objects.at(now)
        .filter(group__in=missing, rep__active=True, rep__user__is_active=True)
        .order_by("group", "rep")
    )
    for group, rep, weight, tier, cap in rows.values_list("group_id", "rep_id", "weight", "tier", "cap_open"):
        members.setdefault(group, []).append(w.Member(rep, weight, tier, cap))
    for row in Group.objects.filter(pk__in=missing, active=True):
        steps = _steps(row.steps)
        if steps is not None:
            roster.groups[row.pk] = w.Group(row.pk, tuple(members.get(row.pk, ())), steps, row.respond_within * 60)
    _load_reps(roster, {m.rep for found in members.values() for m in found}, now)


def _steps(body: object) -> tuple[w.Step, ...] | None:
    """The group's default steps; with unreadable ones (the admin refuses them) the group counts as missing."""
    try:
        return parse_steps(body)
    except RuleSetError:
        return None


def _load_reps(roster: Roster, reps: Iterable[int], now: datetime) -> None:
    missing = set(reps) - roster.asked_reps
    if not missing:
        return
    rows = {r.pk: r for r in Rep.objects.filter(pk__in=missing, active=True, user__is_active=True)}
    backups = {r.backup_id for r in rows.values() if r.backup_id} - roster.asked_reps - missing
    rows |= {r.pk: r for r in Rep.objects.filter(pk__in=backups, active=True, user__is_active=True)}
    roster.asked_reps.update(missing, backups)
    found = availability.calendars(rows, since=now - timedelta(days=1), until=now + availability.HORIZON)
    for pk, row in rows.items():
        calendar = found[pk]
        absences = tuple(w.Absence(a.start, a.end, w.AbsenceKind(a.kind)) for a in calendar.absences)
        roster.reps[pk] = w.Rep(pk, calendar.shifts, absences, row.cap_open, row.backup_id)


def _with_backups(roster: Roster, people: Iterable[int]) -> set[int]:
    known = {pk for pk in people if pk in roster.reps}
    backups = {roster.reps[pk].backup for pk in known} - {None}
    return known | {pk for pk in backups if pk in roster.reps}


def _load(people: Iterable[int]) -> tuple[dict[int, int], dict[tuple[int, int], int]]:
    """Open leads by rep, and by group and rep."""
    load: dict[int, int] = {}
    group_load: dict[tuple[int, int], int] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT l.owner_id, l.group_id, count(*) FROM leads_lead l JOIN leads_stage s ON s.id = l.stage_id
            WHERE l.owner_id = ANY(%s) AND l.state = 'assigned' AND s.open_load AND l.kind <> 'test' GROUP BY 1, 2
            """,
            [sorted(people)],
        )
        for owner, group, count in cursor.fetchall():
            load[owner] = load.get(owner, 0) + count
            if group is not None:
                group_load[group, owner] = count
    return load, group_load


def _shares(groups: Iterable[int]) -> tuple[dict[tuple[int, int], int], dict[tuple[int, int], int]]:
    rows = Share.objects.filter(group__in=list(groups)).exclude(rep=None)
    balances, turns = {}, {}
    for group, rep, balance, last in rows.values_list("group_id", "rep_id", "balance", "last_turn"):
        balances[group, rep], turns[group, rep] = balance, last
    return balances, turns


def duty_of(rep: w.Rep) -> list[schedule.Span]:
    """The rep's spells of duty, absences taken out."""
    return list(zip(rep.changes[::2], rep.changes[1::2], strict=True))
