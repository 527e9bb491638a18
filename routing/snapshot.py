"""Reads rows into the World that decisions are made in: only what these leads can touch, in constant queries."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from django.db import connection
from django.db.models import Min, Q

from leads.conditions.facts import fold_postal, fold_text
from leads.life import Kind
from leads.models import Account
from reps import availability, schedule
from reps.models import Group, Membership, Presence, Rep, RepSkill, Territory, TerritoryCover
from reps.models.caps import PERIODS
from routing.assign.turn import Turn
from routing.engine import world as w
from routing.engine.ledger import HOUSE, Key
from routing.engine.replay import named_reps, reach
from routing.engine.ruleset import RuleSet as Rules
from routing.engine.ruleset import RuleSetError, parse_escalation, parse_steps
from routing.engine.strategies import shelf
from routing.engine.strategies.capacity import at_cap
from routing.engine.strategy import Asks
from routing.engine.trace import Reason
from routing.models import Assignment, Offer, RoutingPause, Share

# A roster read is used again by the same process until it changes, for this long at most: its duty looks so far ahead.
_FRESH = timedelta(minutes=10)
_A_MONTH = timedelta(days=32)


@dataclass(slots=True)
class Roster:
    """What is known of a division's roster at one version: filled group by group as leads touch them."""

    version: int
    until: datetime
    territories: tuple[w.Territory, ...]
    paused: frozenset[int] = frozenset()
    groups: dict[int, w.Group] = field(default_factory=dict)
    reps: dict[int, w.Rep] = field(default_factory=dict)
    prints: dict[int, int] = field(default_factory=dict)  # group -> its print, filled as decisions refer to them
    wait_alerts: dict[int, int] = field(default_factory=dict)  # group -> minutes
    hours: dict[int, tuple[schedule.Span, ...]] = field(default_factory=dict)  # group -> when anybody is on duty
    asks_last_owner: bool = False
    asked: set[int] = field(default_factory=set)
    asked_reps: set[int] = field(default_factory=set)


_rosters: dict[int, Roster] = {}


def snapshot(
    held: Turn, rules: Rules | None, leads: Sequence[w.Lead], *more: tuple[Rules, Sequence[w.Lead]]
) -> w.World:
    """The world these leads can touch, as it stands under the turn; `more` leads by other rules."""
    return world_at(roster_of(held), held.now, (rules, leads), *more)


def world_at(roster: Roster, now: datetime, *asked: tuple[Rules | None, Sequence[w.Lead]]) -> w.World:
    """The same of a roster at hand."""
    accounts = _accounts({lead.account for _rules, leads in asked for lead in leads if lead.account}, now)
    groups = frozenset[int]().union(*(reach(rules, leads, roster.territories, accounts) for rules, leads in asked))
    outside: set[int] = {account.owner for account in accounts.values() if account.owner}
    for rules, leads in asked:
        outside |= named_reps(rules) | {lead.last_owner for lead in leads if lead.last_owner}
    return world_of(roster, groups, now, outside=outside, rules=[rules for rules, _leads in asked], accounts=accounts)


def world_of(
    roster: Roster,
    groups: Iterable[int],
    now: datetime,
    *,
    outside: Collection[int] = (),
    rules: Sequence[Rules | None] = (),
    accounts: Mapping[int, w.Account] = MappingProxyType({}),
) -> w.World:
    """These groups with their people, and the reps `outside` of them whom rules or accounts name."""
    _load_groups(roster, groups, now)
    _load_reps(roster, outside, now)
    here = {pk: roster.groups[pk] for pk in groups if pk in roster.groups}
    people = _with_backups(roster, {m.rep for group in here.values() for m in group.members} | set(outside))
    load, group_load = _load(people)
    balances, turns, repaid = _shares(here)
    return w.World(
        groups=here,
        reps={pk: roster.reps[pk] for pk in people},
        load=load,
        group_load=group_load,
        received=_received(_limited_keys(roster, here.values(), people), now),
        balances=balances,
        turns=turns,
        turn=max(turns.values(), default=0),
        repaid=repaid,
        seen=_seen(people) if _asks_seen(rules, here.values()) else {},
        territories=roster.territories,
        accounts=accounts,
    )


def roster_now(division_id: int, now: datetime) -> Roster:
    """The roster read afresh, outside of any turn: to look, not to decide."""
    return Roster(0, now, _territories(division_id, now), _paused(division_id))


def whole_roster(division_id: int, *, now: datetime) -> w.World:
    """All groups, reps and territories of a division, without load or ledger: what `check` looks at."""
    roster = roster_now(division_id, now)
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


def roster_of(held: Turn) -> Roster:
    """The division's roster as it stands under the turn."""
    known = _rosters.get(held.division)
    if known is None or known.version != held.roster or not held.now < known.until:
        known = Roster(
            held.roster,
            _fresh_until(held.now),
            _territories(held.division, held.now),
            _paused(held.division),
            asks_last_owner=_ask_last_owner(held.division),
        )
        _rosters[held.division] = known
    return known


def _fresh_until(now: datetime) -> datetime:
    """The next instant at which a membership or a cover begins or ends by itself."""
    edges = [now + _FRESH]
    for model in (Membership, TerritoryCover, RepSkill):
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
    for place in rows:
        member = w.Member(place.rep_id, place.weight, place.tier, place.cap_open, limits_of(place))
        members.setdefault(place.group_id, []).append(member)
    for row in Group.objects.filter(pk__in=missing, active=True):
        steps, escalation = _steps(row.steps), _escalation(row.escalation)
        if steps is not None:
            roster.wait_alerts[row.pk] = row.wait_alert
            roster.groups[row.pk] = w.Group(
                row.pk,
                tuple(members.get(row.pk, ())),
                steps,
                row.respond_within * 60,
                row.clock,
                escalation,
                w.OnReturn(row.on_return),
                row.repay_per_day,
                row.count_accounts,
                row.pk in roster.paused,
            )
    _load_reps(roster, {m.rep for found in members.values() for m in found}, now)


def limits_of(row: Membership | Rep) -> tuple[w.Limit, ...]:
    """The limits over time that a membership or a rep has."""
    return tuple(
        w.Limit(period, most, row.caps_rolling)
        for period in PERIODS
        if (most := getattr(row, f"cap_{period}")) is not None
    )


def _escalation(body: object) -> tuple[w.Stage, ...]:
    try:
        return parse_escalation(body)
    except RuleSetError:
        return ()


def _ask_last_owner(division_id: int) -> bool:
    """Does some group share by who last worked with the person?"""
    steps = Group.objects.filter(division=division_id, active=True).values_list("steps", flat=True)
    return any(step.get("options", {}).get("returning") for body in steps for step in body if isinstance(step, dict))


def _paused(division_id: int) -> frozenset[int]:
    """The groups whose routing somebody paused."""
    rows = RoutingPause.objects.filter(division=division_id, ends_at=None).exclude(group=None)
    return frozenset(rows.values_list("group_id", flat=True))


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
    skills = _skills(rows, now)
    limited = _limited(rows, now)
    for pk, row in rows.items():
        calendar = found[pk]
        absences = tuple(w.Absence(a.start, a.end, w.AbsenceKind(a.kind)) for a in calendar.absences)
        limits = limits_of(row)
        roster.reps[pk] = w.Rep(
            pk,
            calendar.shifts,
            absences,
            row.cap_open,
            row.backup_id,
            limits,
            _edges(row, {limit.period for limit in limits if not limit.rolling} | limited.get(pk, set()), now),
            frozenset(skills.get(pk, ())),
        )


def _edges(rep: Rep, periods: Collection[str], now: datetime) -> dict[str, tuple[datetime, ...]]:
    """When these periods begin by the rep's calendar, from the one in force until the roster is read again."""
    horizon = (now, now + _FRESH * 2)
    return {name: schedule.calendar_edges(zone=rep.time_zone, period=name, horizon=horizon) for name in periods}


def _limited(reps: Iterable[int], now: datetime) -> dict[int, set[str]]:
    """The periods of the calendar in which some membership limits a rep."""
    asked = Q(caps_rolling=False)
    asked &= (
        Q(cap_hour__isnull=False) | Q(cap_day__isnull=False) | Q(cap_week__isnull=False) | Q(cap_month__isnull=False)
    )
    found: dict[int, set[str]] = {}
    for row in Membership.objects.at(now).filter(asked, rep__in=reps):
        found.setdefault(row.rep_id, set()).update(limit.period for limit in limits_of(row))
    return found


def _skills(reps: Iterable[int], now: datetime) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    rows = RepSkill.objects.at(now).filter(rep__in=reps).values_list("rep_id", "skill__kind", "skill__value")
    for rep, kind, value in rows:
        found.setdefault(rep, set()).add(f"{kind}:{fold_text(value)}")
    return found


def _accounts(wanted: set[int], now: datetime) -> dict[int, w.Account]:
    """The accounts, who owns them, and the first group their owner is in: there their leads count."""
    if not wanted:
        return {}
    owners = dict(Account.objects.filter(pk__in=wanted).values_list("pk", "owner_id"))
    places = Membership.objects.at(now).filter(rep__in={o for o in owners.values() if o}, group__active=True)
    groups = dict(places.order_by("-group").values_list("rep_id", "group_id"))
    return {pk: w.Account(pk, owner, groups.get(owner or 0)) for pk, owner in owners.items()}


def _asks_seen(asked: Sequence[Rules | None], groups: Iterable[w.Group]) -> bool:
    steps = [step for rules in asked for rule in (rules.rules if rules else ()) for step in rule.steps or ()]
    steps += [step for group in groups for step in group.steps]
    return any(Asks.SEEN in shelf()[step.strategy].asks(step.options) for step in steps)


def _seen(people: Iterable[int]) -> dict[int, datetime]:
    return dict(Presence.objects.filter(rep__in=list(people)).values_list("rep_id", "seen_at"))


def _limited_keys(roster: Roster, groups: Iterable[w.Group], people: Iterable[int]) -> set[Key]:
    """Of whom it is asked how many leads they were given over time: (group or ANY_GROUP, rep)."""
    keys = {(w.ANY_GROUP, rep) for rep in people if roster.reps[rep].limits}
    return keys | {(group.id, member.rep) for group in groups for member in group.members if member.limits}


def _received(keys: set[Key], now: datetime) -> dict[Key, list[datetime]]:
    """When leads were given to them, ascending; open offers are among them, tests and history are not."""
    if not keys:
        return {}
    found: dict[Key, list[datetime]] = {key: [] for key in keys}
    reps = sorted({rep for _group, rep in keys})
    given = Assignment.objects.filter(rep__in=reps, starts_at__gte=now - _A_MONTH)
    given = given.exclude(how=Assignment.How.HISTORY).exclude(lead__kind=Kind.TEST.value)
    offered = Offer.objects.filter(rep__in=reps, answered_at=None).exclude(lead__kind=Kind.TEST.value)
    rows = [
        *given.values_list("group_id", "rep_id", "starts_at"),
        *offered.values_list("group_id", "rep_id", "offered_at"),
    ]
    for group, rep, at in sorted(rows, key=itemgetter(2)):
        for key in {(w.ANY_GROUP, rep), (group or w.ANY_GROUP, rep)} & keys:
            found[key].append(at)
    return found


def at_limit(membership: Membership, now: datetime) -> Reason | None:
    """The first limit the member is at, of this group or over all; one member read, as claims are many."""
    row = membership.rep
    member = w.Member(row.pk, cap=membership.cap_open, limits=limits_of(membership))
    limits = limits_of(row)
    periods = {limit.period for limit in (*limits, *member.limits) if not limit.rolling}
    rep = w.Rep(row.pk, cap=row.cap_open, limits=limits, edges=_edges(row, periods, now))
    keys = ({(w.ANY_GROUP, row.pk)} if limits else set()) | (
        {(membership.group_id, row.pk)} if member.limits else set()
    )
    load, group_load = _load([row.pk])
    world = w.World(reps={row.pk: rep}, load=load, group_load=group_load, received=_received(keys, now))
    return at_cap(member, membership.group_id, world, now)


def _with_backups(roster: Roster, people: Iterable[int]) -> set[int]:
    known = {pk for pk in people if pk in roster.reps}
    backups = {roster.reps[pk].backup for pk in known} - {None}
    return known | {pk for pk in backups if pk in roster.reps}


def _load(people: Iterable[int]) -> tuple[dict[int, int], dict[tuple[int, int], int]]:
    """Open leads by rep, and by group and rep; what is offered just now takes a place, too."""
    load: dict[int, int] = {}
    group_load: dict[tuple[int, int], int] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT l.owner_id, l.group_id, count(*) FROM leads_lead l JOIN leads_stage s ON s.id = l.stage_id
            WHERE l.owner_id = ANY(%s) AND l.state = 'assigned' AND s.open_load AND l.kind <> 'test' GROUP BY 1, 2
            UNION ALL
            SELECT o.rep_id, o.group_id, count(*) FROM routing_offer o JOIN leads_lead l ON l.id = o.lead_id
            WHERE o.rep_id = ANY(%s) AND o.answered_at IS NULL AND l.kind <> 'test' GROUP BY 1, 2
            """,
            [sorted(people)] * 2,
        )
        for owner, group, count in cursor.fetchall():
            load[owner] = load.get(owner, 0) + count
            if group is not None:
                group_load[group, owner] = group_load.get((group, owner), 0) + count
    return load, group_load


def _shares(
    groups: Iterable[int],
) -> tuple[dict[Key, int], dict[Key, int], dict[Key, datetime]]:
    """Balances (arrears under minus the rep, the house's under HOUSE), turns, when arrears were made up for last."""
    rows = Share.objects.filter(group__in=list(groups))
    balances, turns, repaid = {}, {}, {}
    for group, rep, balance, last, arrears, at in rows.values_list(
        "group_id", "rep_id", "balance", "last_turn", "arrears", "repaid_at"
    ):
        balances[group, rep or HOUSE] = balance
        if rep is not None:
            turns[group, rep] = last
        if arrears:
            balances[group, -rep] = arrears
        if at is not None:
            repaid[group, rep] = at
    return balances, turns, repaid


def hours_of(roster: Roster, group: int) -> tuple[schedule.Span, ...]:
    """When anybody of the group is on duty; worked out once for a roster."""
    if group not in roster.hours:
        people = [roster.reps[member.rep] for member in roster.groups[group].members if member.rep in roster.reps]
        roster.hours[group] = schedule.merge(span for rep in people for span in duty_of(rep))
    return roster.hours[group]


def duty_of(rep: w.Rep) -> list[schedule.Span]:
    """The rep's spells of duty, absences taken out."""
    return list(zip(rep.changes[::2], rep.changes[1::2], strict=True))
